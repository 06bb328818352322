"""Why a side couldn't be read: it sent more than is ever taken, or refuses every new token.

Part of ``reasons.SENTENCES``.
"""


def _(text: str) -> str:
    """Marks a text for translation."""
    return text


READING: dict[str, str] = {
    "credentials_visma_tenant": _(
        "Visma lets the app in, but refuses everything that it asks for. Either the Tenant ID is the customer's and "
        "not the company's: the company's stands in Visma Admin → Company → Edit → Configuration → Tenant id. Or 'Read "
        "employees' and 'Write employees' aren't activated for the app: check that in Visma's App Store."
    ),
    "total_beyond_huma": _(
        "Huma says that its list has %(seen)s people, and at most %(limit)s are read. Nothing was written. Tell your "
        "administrator."
    ),
    "too_many_people_huma": _(
        "Huma's list went on after %(limit)s people. Nothing was written. Tell your administrator."
    ),
    "too_many_people_visma": _(
        "Visma's list went on after %(limit)s people. Nothing was written. Tell your administrator."
    ),
    "endless_list_visma": _(
        "Visma's list of employees doesn't end: %(pages)s pages have named %(people)s people, and it leads on and on. "
        "Nothing was written. Tell your administrator."
    ),
    "answer_too_long_huma": _(
        "Huma sent an answer of more than %(limit)s kB, so reading was ended. Nothing was written. Tell your "
        "administrator."
    ),
    "answer_too_long_visma": _(
        "Visma sent an answer of more than %(limit)s kB, so reading was ended. Nothing was written. Tell your "
        "administrator."
    ),
    "answer_beyond_huma": _(
        "Huma sent more than can be right in one answer (%(prop)s), so reading was ended. Nothing was written. Tell "
        "your administrator."
    ),
    "answer_beyond_visma": _(
        "Visma sent more than can be right in one answer (%(prop)s), so reading was ended. Nothing was written. Tell "
        "your administrator."
    ),
}
