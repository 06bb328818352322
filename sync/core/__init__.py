"""The rules of the sync: pure Python, no Django, no input or output."""
