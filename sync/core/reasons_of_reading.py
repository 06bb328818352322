"""The reasons why a side or a person couldn't be read: too much data, data that can't be understood, or a refusal.

They are a part of ``reasons.SENTENCES``.
"""


def _(text: str) -> str:
    """Marks a text for translation."""
    return text


READING: dict[str, str] = {
    "credentials_visma_tenant": _(
        "Visma lets the app in, but refuses everything that it asks for. Either the Tenant ID is the customer's "
        "and not the company's: you find the company's under Visma Admin → Company → Edit → Configuration → "
        "Tenant id. Or 'Read employees' and 'Write employees' aren't activated for the app: check that in "
        "Visma's App Store."
    ),
    "total_beyond_huma": _(
        "Huma says that its list has %(seen)s people, and we fetch at most %(limit)s. Nothing was sent. Tell "
        "your administrator."
    ),
    "too_many_people_huma": _(
        "Huma's list continued after %(limit)s people. Nothing was sent. Tell your administrator."
    ),
    "too_many_people_visma": _(
        "Visma's list continued after %(limit)s people. Nothing was sent. Tell your administrator."
    ),
    "endless_list_visma": _(
        "Visma's list of employees doesn't end: it has given %(people)s people on %(pages)s pages, and "
        "continues. Nothing was sent. Tell your administrator."
    ),
    "answer_too_long_huma": _(
        "Huma sent an answer of more than %(limit)s kB, so fetching stopped. Nothing was sent. Tell your administrator."
    ),
    "answer_too_long_visma": _(
        "Visma sent an answer of more than %(limit)s kB, so fetching stopped. Nothing was sent. Tell your "
        "administrator."
    ),
    "answer_beyond_huma": _(
        "Huma sent too much in one answer (%(prop)s), so fetching stopped. Nothing was sent. Tell your administrator."
    ),
    "answer_beyond_visma": _(
        "Visma sent too much in one answer (%(prop)s), so fetching stopped. Nothing was sent. Tell your administrator."
    ),
    "many_passed_huma": _(
        "%(passed)s of %(people)s people in Huma couldn't be fetched: more than one in ten. Nothing was sent. "
        "Tell your administrator: the log says why."
    ),
    "many_passed_visma": _(
        "%(passed)s of %(people)s people in Visma couldn't be fetched: more than one in ten. Nothing was sent. "
        "Tell your administrator: the log says why."
    ),
    # Why somebody is passed over.
    "passed_shape": _(
        "We don't understand what %(system)s says about this person (%(what)s). Correct it in %(system)s, then "
        "synchronize again."
    ),
    "passed_forbidden": _(
        "We aren't allowed to see this person in %(system)s. Allow it in %(system)s, or leave the person out."
    ),
    "passed_change": _(
        "We aren't allowed to change this person in %(system)s. Allow it in %(system)s, or change the value "
        "there yourself."
    ),
    "passed_refused": _("%(system)s doesn't show this person. Look at the person there, then synchronize again."),
    "passed_silent": _("%(system)s gave no answer about this person, but about others. The next sync asks again."),
    "passed_rehire": _(
        "This employment has ended in %(system)s, and we couldn't see whether the person has a new one there. "
        "The next sync checks again."
    ),
    "passed_groups": _(
        "We can't see which companies, locations and teams this person belongs to in %(system)s. Allow it in "
        "%(system)s, or choose all companies, locations and teams in the connection's settings."
    ),
    "passed_bug": _(
        "Something went wrong in humavisma with this person. Your administrator finds the details in the log."
    ),
}
