"""Why people were passed over, in words, and which property is the cause."""

from django.utils.translation import gettext as _

from sync.core.fields.vendor_paths import fields_of_path, path_names
from sync.models import PassedPerson
from sync.wording.sentences import field_label, sentence, side_name

_NAMES = "personNames"
_DAYS = ("activeStart", "activeEnd")


def property_label(prop: str) -> str:
    """A vendor's property in people's words; an unknown one is returned as it is."""
    about, parts = fields_of_path(prop), path_names(prop)
    if len(about) == 1:
        return field_label(about[0])
    for part in reversed(parts):
        if part == _NAMES:
            return _("the names and the days from which they count")
        named = fields_of_path(part)  # as in _embedded.positions[0].activeEnd
        if named and (part not in _DAYS or _NAMES not in parts):
            return field_label(named[0])
        if label := _others().get(part):
            return label
    return prop


def _others() -> dict[str, str]:
    return {
        "answer": _("the whole record"),
        "id": _("the id"),
        "status": _("whether the person or position is active"),
        "active": _("whether the person is active"),
        "type": _("the kind of user"),
        "isDraft": _("whether it is a draft"),
        "contractStartDate": _("the start of the contract"),
        "contractEndDate": _("the end of the contract"),
        "contractType": _("the kind of contract"),
        "percentage": _("the percentage of the position"),
        "partTimeFactors": _("the percentage of the position"),
        "currentPositions": _("the positions"),
        "positions": _("the positions"),
        "companies": _("the companies"),
        "locations": _("the locations"),
        "teams": _("the teams"),
    }


def why_skipped(person: PassedPerson) -> str:
    """Why a person was passed over, and what to do."""
    return passed_sentence(person.reason, person.side, person.prop)


def passed_sentence(reason: str, side: str, prop: str) -> str:
    """The same, from the code of the reason, the side, and the property that can't be understood."""
    return sentence(reason, {"system": side_name(side), "what": property_label(prop)})
