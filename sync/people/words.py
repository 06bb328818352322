"""Words about people's states and links."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from sync.analysis.worth_knowing import CODES
from sync.core.records.employee import Period
from sync.core.records.same_employment import REMADE
from sync.models import EmployeeLink, PossibleMatch
from sync.people.everyone import FILTERS, Person
from sync.wording.link_keys import KEYS, key_of
from sync.wording.people import Badge, standing_label
from sync.wording.sentences import against_sentence, agrees_label, sentence, side_name


def badges(person: Person) -> list[Badge]:
    """Badges for what is worth knowing about a person in the list, the most important first."""
    found: list[Badge] = []
    if person.left_out:
        found.append(Badge(_("Left out"), "warning"))
    if person.unread:
        found.append(Badge(_("Couldn't be fetched"), "danger"))
    if person.gone_from:
        found.append(Badge(_("No longer in %(side)s") % {"side": side_name(person.gone_from)}, "danger"))
    if person.doubted:
        found.append(Badge(_("Still the same person?"), "warning"))
    if person.outside:
        found.append(Badge(_("Outside the selection"), "warning"))
    if person.possible:
        found.append(Badge(_("Possible match"), "warning"))
    if person.draft:
        found.append(Badge(_("Draft")))
    if person.inactive:
        found.append(Badge(_("Deactivated in Huma")))
    if person.former:
        found.append(Badge(standing_label("former")))
    elif any(seen.standing == Period.UPCOMING for seen in person.seen):
        found.append(Badge(standing_label("upcoming")))
    elif person.seen and all(seen.standing == Period.NONE for seen in person.seen):
        found.append(Badge(standing_label("none")))
    return found


def connected(person: Person) -> str:
    """In a few words, how the person is linked."""
    if person.link is None:
        if person.seen or person.unread:
            text = _("Only in %(side)s") if person.seen else _("In %(side)s")
            return text % {"side": side_name(person.side)}
        return _("No longer in either system")
    return str(key_of(person.link.linked_by).label)


def filter_labels() -> dict[str, str]:
    """The filters of the list in words, in the order in which they are offered."""
    labels = {
        "linked": _("Linked"),
        **{f"by_{code}": str(key.label) for code, key in KEYS.items()},
        "doubted": _("To check: still the same person?"),
        "possible": _("Possible match"),
        "only_huma": _("Only in Huma"),
        "only_visma": _("Only in Visma"),
        "gone": _("No longer in one of the systems"),
        "outside": _("Outside the selection"),
        "different": _("Marked as different people"),
        "unread": _("Couldn't be fetched"),
        "left_out": _("Left out"),
        "draft": _("Draft in Visma"),
        "former": _("Former employee"),
        "inactive": _("Deactivated in Huma"),
        "deactivated": _("Deactivated in Huma, still employed in Visma"),
        "several_positions": _("Several positions"),
        "becomes_cash": _("Bank account in Huma that becomes cash in Visma"),
        "long_number": _("Employment ID too long for Visma"),
        "no_number": _("No Employment ID in Huma"),
    }
    return {code: label for code, label in labels.items() if code in FILTERS or code in CODES}


def why_linked(link: EmployeeLink) -> str:
    """By which key, or by whom, two people are linked, and since when."""
    values = {"who": link.linked_by_user, "at": date_format(localtime(link.linked_at))}
    return str(key_of(link.linked_by).since) % values


def why_paired_anew(link: EmployeeLink) -> str:
    """The sentence that a paired position was replaced by a new one, while that is news; else ""."""
    return sentence(REMADE[link.remade]) if link.remade in REMADE else ""


def why_different(link: EmployeeLink) -> str:
    """Who called two people different, and when."""
    if not link.linked_by_user:
        return _("They were linked before, until one of them was no longer in one of the systems.")
    values = {"who": link.linked_by_user, "at": date_format(localtime(link.linked_at))}
    text = _("%(who)s said on %(at)s that they are different people. No equal number or email links them again.")
    return text % values


def why_possible(match: PossibleMatch) -> str:
    """Why two people may be the same person, and what speaks against it."""
    said = [sentence(match.why)]
    if agrees := ", ".join(agrees_label(name) for name in match.agrees):
        said.append(_("What agrees: %(what)s.") % {"what": agrees})
    return " ".join([*said, *(against_sentence(code) for code in match.against)])
