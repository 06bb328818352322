"""The reasons why a pairs file, or a row of it, can't be used, and why a pair is only asked about.

They are a part of ``reasons.SENTENCES``. Source: design, Fixed interfaces and Who is who.
"""


def _(text: str) -> str:
    """Marks a text for translation."""
    return text


PAIRS: dict[str, str] = {
    # Why the file can't be used.
    "pairs_empty": _("The file is empty."),
    "pairs_binary": _("The file isn't a table of text. Save it as CSV (UTF-8)."),
    "pairs_large": _("The file is larger than %(kb)s kB. Split it into several files."),
    "pairs_rows": _("The file has more than %(most)s rows. Split it into several files."),
    "pairs_columns": _(
        "The first row has to name the columns: visma_number, and huma_email or huma_id. Download the template."
    ),
    "pairs_column_twice": _("The first row names the column %(column)s twice. Keep one of them."),
    "pairs_quote": _(
        "The quotation mark (\") in row %(row)s has no end, so the rest of the file can't be read. Remove it."
    ),
    "pairs_unfilled": _(
        "No row is filled in. A row needs a person in Huma (huma_email or huma_id) and a visma_number."
    ),
    "pairs_nobody": _(
        "No row names somebody in Huma and somebody in Visma. Is the file another company's, or are the columns mixed "
        "up?"
    ),
    "pairs_field_off": _(
        "The column %(column)s can't be used, because that field is switched off in this connection's settings."
    ),
    # Why a row is refused.
    "row_formula": _("The row has a formula. Write the value itself."),
    "row_no_email": _("Nobody in Huma has this email."),
    "row_no_id": _("Nobody in Huma has this ID."),
    "row_several_emails": _("Several people in Huma have this email. Use huma_id."),
    "row_email_and_id": _("The email and the ID belong to two different people in Huma."),
    "row_no_number": _("No employee in Visma has this number."),
    "row_lost_zeros": _(
        "No employee in Visma has this number, but one has it with zeros in front. A spreadsheet may have removed "
        "them: format the column as text."
    ),
    "row_several_numbers": _("Several employees in Visma have this number."),
    "row_program": _("This user in Huma is an account of a program, not a person."),
    "row_unread": _("This person couldn't be fetched from %(system)s. See People."),
    "row_like_unread": _(
        "Somebody who couldn't be fetched may be one of the two. Try again once everybody can be fetched. See People."
    ),
    "row_gone": _("This person is no longer in %(system)s."),
    "row_outside": _("This person is outside the companies, locations and teams of the connection."),
    "row_left_out": _("This person is left out. Include them again first, under People."),
    "row_twice": _("Row %(row)s says the same."),
    "row_contradicts": _("Row %(row)s says something else about one of the two. None of these rows is used."),
    "row_taken": _("One of the two is linked with somebody else. Unlink those first, under People."),
    "row_different": _(
        "Somebody has said that these are different people. Link them under People if that was a mistake."
    ),
    "row_changed": _("Something changed meanwhile. Upload the row again."),
    # Why a pair is only asked about.
    "pair_not_unique": _("The pairs file names one of them with somebody else, too."),
    "pair_against": _("The pairs file says so, but something speaks against it."),
    "pair_weak": _("The pairs file says so, but too little else agrees."),
    "pair_only": _("The pairs file says so, but nothing else agrees."),
    "pair_other": _("The pairs file says so, but somebody else agrees better."),
}
