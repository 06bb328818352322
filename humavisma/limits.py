"""Limits for the vendors' answers: beyond one, a read ends with a sentence, in constant memory.

They are far above what a vendor has reason to send, so nobody has to set them. Source: design, Who is who (Answers are
bounded).
"""

ANSWER_MAX_BYTES = 16 * 1024 * 1024
"""Bytes of a page or a document, after unpacking."""
SMALL_ANSWER_MAX_BYTES = 256 * 1024
"""Bytes of a token or of a refusal's body; the rest of a longer refusal isn't read."""
ANSWER_MAX_VALUES = 1_000_000
"""Objects, lists and values in one answer: small ones take few bytes when sent, and many in memory."""
ANSWER_MAX_DEPTH = 100
"""Depth of nested lists and objects."""
PAGE_MAX_ITEMS = 1000
"""Items on a page of Visma; Huma's pages are as long as we ask for."""
LIST_MAX_PEOPLE = 200_000
"""People in a list, as read or as announced."""
LIST_MAX_PAGES = 10_000
"""Pages of a list of people."""
LIST_MAX_IDLE_PAGES = 20
"""Pages in a row that have a next page and bring nobody new."""
LIST_MAX_ITEMS = 5000
"""Items in any other list that is read to its end, such as one person's positions."""
LIST_MAX_JOBS = 50_000
"""Jobs of Visma since a moment."""
VALUE_MAX_LENGTH = 1000
"""Characters of one value of a person."""
CURSOR_MAX_LENGTH = 4096
"""Characters of a cursor, which becomes a part of an address."""
