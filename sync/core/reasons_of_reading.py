"""Why a side, or a person, couldn't be read: too much was sent, nothing that can be understood, or it is refused.

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
    "many_passed_huma": _(
        "%(passed)s of %(people)s people in Huma couldn't be read: more than one in ten. Nothing was written. Tell "
        "your administrator: the log says why."
    ),
    "many_passed_visma": _(
        "%(passed)s of %(people)s people in Visma couldn't be read: more than one in ten. Nothing was written. Tell "
        "your administrator: the log says why."
    ),
    # Why somebody is passed over.
    "passed_shape": _(
        "%(system)s says something of this person that can't be understood (%(what)s). Correct it in %(system)s, then "
        "synchronize again."
    ),
    "passed_forbidden": _(
        "The access may not see this person in %(system)s. Let it see the person, or leave the person out."
    ),
    "passed_change": _(
        "The access may not change this person in %(system)s. Let it do so, or change the value by hand."
    ),
    "passed_refused": _("%(system)s refused to show this person. Look at the person there, then synchronize again."),
    "passed_silent": _("%(system)s gave no answer about this person, though about others. The next sync asks again."),
    "passed_rehire": _(
        "This employment has ended in %(system)s, and it couldn't be seen whether payroll has made a new one for this "
        "person. The next sync looks again."
    ),
    "passed_groups": _(
        "It can't be seen which companies, locations and teams this person belongs to in %(system)s. Let the access "
        "see that, or take the limits to groups out of the connection's settings."
    ),
    "passed_bug": _(
        "Something went wrong in humavisma itself at this person. Your administrator finds the details in the log."
    ),
}
