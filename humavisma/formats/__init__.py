"""Formats of dates for languages in which Django's own formats would be misread here."""
