"""How much of an answer is ever taken: beyond it a read ends with a sentence, in constant memory.

Far above what a vendor has reason to send, so nobody has to set them. Source: design, Who is who (Answers are bounded).
"""

ANSWER_MAX_BYTES = 16 * 1024 * 1024
"""A page or a document, as it is after unpacking."""
SMALL_ANSWER_MAX_BYTES = 256 * 1024
"""A token, and what a refusal says: the rest of a longer refusal isn't read."""
ANSWER_MAX_VALUES = 1_000_000
"""Objects, lists and values in one answer: empty ones take few bytes on the way, and many in memory."""
ANSWER_MAX_DEPTH = 100
"""Lists and objects within each other."""
PAGE_MAX_ITEMS = 1000
"""Things on a page of Visma's; Huma's pages are as long as we ask for."""
LIST_MAX_PEOPLE = 200_000
"""People on a list, read or announced."""
LIST_MAX_PAGES = 10_000
"""Pages of a list of people."""
LIST_MAX_IDLE_PAGES = 20
"""Pages in a row that lead on without bringing anybody."""
LIST_MAX_ITEMS = 5000
"""Things on any other list that is read to its end, such as one person's positions."""
LIST_MAX_JOBS = 50_000
"""Jobs of Visma's since a moment."""
VALUE_MAX_LENGTH = 1000
"""Characters in one value of a person."""
CURSOR_MAX_LENGTH = 4096
"""Characters of what asks for the next page: it goes into an address."""
