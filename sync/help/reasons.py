"""The sentences that people meet, in groups: all of ``sync.core.reasons``, in its order."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sync.core.reasons import SENTENCES
from sync.core.reasons_of_pairs import PAIRS
from sync.wording.sentences import sentence


@dataclass(frozen=True)
class Group:
    """A group of sentences. ``first``: the code with which it begins in the core's list, "" if its codes are named."""

    code: str
    title: Promise
    first: str = ""


GROUPS = (
    Group("suggested", _("Why a value is suggested, or none"), "huma_moved"),
    Group("forbidden", _("Why a choice isn't possible"), "not_editable"),
    Group("notes", _("What is worth knowing about a difference"), "contract_note"),
    Group("possible", _("Why two people may be the same person"), "external_against"),
    Group("create", _("Why somebody can't be added"), "create_open_match"),
    Group("became", _("Why a change was not done, or differently"), "moved"),
    Group("held", _("Why a change is waiting for approval"), "held_many"),
    Group("stopped", _("Why a sync stopped"), "read_failed_huma"),
    Group("skipped", _("Why a person is skipped"), "passed_shape"),
    Group("pairs", _("Why a pairs file or a row of it isn't used, or only asked about")),
    Group("twice", _("What to look at twice before you send"), "twice_account"),
)
ELSEWHERE = {"number_series": "possible", **dict.fromkeys(PAIRS, "pairs")}
"""Codes that are listed among others than where they belong for readers."""


def grouped() -> list[tuple[Group, list[tuple[str, str]]]]:
    """Each group with its (code, sentence), each sentence in one group and once. What is filled in later is "…"."""
    begins = {group.first: group.code for group in GROUPS}
    said: dict[str, dict[str, str]] = defaultdict(dict)
    current = GROUPS[0].code
    for code in SENTENCES:
        passed = code.startswith("passed_")
        current = current if passed else begins.get(code, current)
        text = sentence(code)
        if text not in said[found := ELSEWHERE.get(code, "skipped" if passed else current)].values():
            said[found][code] = text
    return [(group, list(said[group.code].items())) for group in GROUPS]
