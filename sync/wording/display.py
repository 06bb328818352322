"""Shows values: as the side wrote them, in a form that people can read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any

from django.utils.translation import gettext as _

from sync.core.fields.account_forms import BANK, CASH, INTERNATIONAL
from sync.core.fields.end_reasons import TO_VISMA
from sync.core.fields.number import TO_BE_GIVEN
from sync.core.reasons import shown_code
from sync.core.records.employee import Own, Side
from sync.core.values.text import clean
from sync.wording.sentences import end_reason_label, nice_date


@dataclass(frozen=True)
class Display:
    """A value for a page. ``empty``: the field has no value (``lines`` may still say something, e.g. cash).

    ``hint``: a quiet sentence beside it.
    """

    lines: list[str] = field(default_factory=list)
    empty: bool = True
    hint: str = ""

    @property
    def text(self) -> str:
        """All lines as one text with line breaks."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Segment:
    """A piece of a text, and whether it differs from the other text."""

    text: str
    changed: bool


def display(name: str, side: str, own: Own) -> Display:
    """The value ``own`` of the field ``name`` in the form of ``side``."""
    show = {
        "bank_account": _account,
        "address": _address,
        "last_workday": _last_day,
        "first_workday": _day,
        "employment_id": _number,
    }.get(name)
    return show(side, own) if show else _text(own)


def _text(own: Own) -> Display:
    text = "" if own is None else str(own)
    return Display([text], False) if text.strip() else Display()


def _number(side: str, own: Own) -> Display:
    return Display([_("The number that Visma assigns")], False) if own == TO_BE_GIVEN else _text(own)


def _day(side: str, own: Own) -> Display:
    return Display([nice_date(str(own))], False) if own else Display()


def _last_day(side: str, own: Own) -> Display:
    """The day, and the end reason in payroll's words, with its origin."""
    if not own or not own.get("date"):
        return Display()
    code = own.get("reason")
    reason = TO_VISMA.get(code or "", code) if side == Side.HUMA else code
    lines = [nice_date(own["date"])]
    if reason == "other":
        lines.append(_("End reason: other"))
    elif reason:
        lines.append(_("End reason: %(reason)s") % {"reason": end_reason_label(reason)})
    origins = {
        Side.HUMA: _("The end reason comes from Huma."),
        Side.VISMA: _("The end reason is the one that Visma already has."),
        "default": _("The end reason is the connection's default."),
    }
    origin = origins.get(own.get("reason_from") or "", "")
    return Display(lines, False, origin or ("" if reason else _("No end reason")))


def _address(side: str, own: Own) -> Display:
    if not own:
        return Display()
    keys = ("line1", "postalCode", "city", "country")
    if side == Side.VISMA:
        keys = ("streetName", "zipCode", "cityName", "countryCode")
    street, code, city, country = (str(own.get(key) or "") for key in keys)
    lines = [line for line in (street, f"{code} {city}".strip(), country) if line.strip()]
    kept = [str(own[key]) for key in ("line2", "line3") if own.get(key)]
    hint = _("Not synced: %(lines)s") % {"lines": ", ".join(kept)} if kept else ""
    empty = not (street or code or city).strip()
    return Display([] if empty else lines, empty, hint)


def _account(side: str, own: Own) -> Display:
    """A Norwegian account as 1234 56 78903, an IBAN in groups of four, cash as a word."""
    if side == Side.VISMA:
        return _visma_account(own or {})
    if not own:
        return Display()
    if own.get("iban") or str(own.get("type") or "").lower() == INTERNATIONAL:
        return _iban(own.get("iban"), own.get("bic"))
    number, country = str(own.get("number") or ""), str(own.get("country") or "").upper()
    if not number:
        return Display()
    if country == "NO":
        return Display([group_account(number)], False)
    text = _("%(number)s (national account, %(country)s)") if country else _("%(number)s (national account)")
    return Display([text % {"number": number, "country": country}], False)


def _visma_account(own: dict[str, Any]) -> Display:
    kind = clean(own.get("paymentType")).lower()
    if kind == BANK:
        if own.get("internationalBankAccount") or not own.get("localBankAccount"):
            if own.get("internationalIban"):
                return _iban(own["internationalIban"], own.get("internationalBankSwift"))
        else:
            return Display([group_account(str(own["localBankAccount"]))], False)
    elif kind not in (CASH, ""):
        return Display([_("Payment in another way: %(code)s") % {"code": shown_code(kind)}], False)
    return Display([_("Cash (no bank payment)")], True)


def _iban(iban: Any, bic: Any) -> Display:
    compact = "".join(str(iban or "").split()).upper()
    if not compact:
        return Display()
    lines = [" ".join(compact[i : i + 4] for i in range(0, len(compact), 4))]
    if bic:
        lines.append(f"SWIFT/BIC {bic}")
    return Display(lines, False)


def group_account(number: str) -> str:
    """A Norwegian account in the groups that people read; anything else as it is."""
    digits = "".join(char for char in number if char not in " .")
    if len(digits) != 11 or not digits.isdigit():
        return number
    return f"{digits[:4]} {digits[4:6]} {digits[6:]}"


def last_digits(own: Own) -> str:
    """The last three characters of an account in Visma's form; "" if salary goes to no account."""
    shown = _visma_account(own or {})
    account = "" if shown.empty or not shown.lines else shown.lines[0]
    signs = "".join(filter(str.isalnum, account))
    return signs[-3:] if any(map(str.isdigit, signs)) else ""


def diff(one: str, other: str) -> tuple[list[Segment], list[Segment]]:
    """Two texts in pieces, with the differences marked: by letters in a short text, by words in a longer one.

    Texts that have little in common are marked as a whole.
    """
    if not one or not other or one == other:
        return _whole(one, False), _whole(other, False)
    words = min(len(one.split()), len(other.split())) >= SENTENCE or (_mixed(one) and _mixed(other))
    left_parts, right_parts = (_WORDS.findall(text) if words else list(text) for text in (one, other))
    matcher = SequenceMatcher(None, left_parts, right_parts, autojunk=False)
    if matcher.ratio() < 0.5:
        return _between_same_words(one, other)
    left: list[Segment] = []
    right: list[Segment] = []
    for tag, a0, a1, b0, b1 in _calm(matcher.get_opcodes()):
        changed = tag != "equal"
        left += _whole("".join(left_parts[a0:a1]), changed)
        right += _whole("".join(right_parts[b0:b1]), changed)
    return left, right


def _mixed(text: str) -> bool:
    """Whether a text has words and numbers (a date, a street): there, shared letters say nothing."""
    words = text.split()
    return any(word.isalpha() for word in words) and any(word.strip(".").isdigit() for word in words)


def _between_same_words(one: str, other: str) -> tuple[list[Segment], list[Segment]]:
    """The two texts marked as a whole, except for equal words at the beginning and at the end."""
    head = _same_start(one, other)
    head = head[: head.rfind(" ") + 1]
    one, other = one[len(head) :], other[len(head) :]
    tail = _same_start(one[::-1], other[::-1])[::-1]
    tail = tail[tail.find(" ") :] if " " in tail else ""
    one_mid, other_mid = (text[: len(text) - len(tail)] for text in (one, other))
    return (
        _whole(head, False) + _whole(one_mid, True) + _whole(tail, False),
        _whole(head, False) + _whole(other_mid, True) + _whole(tail, False),
    )


def _same_start(one: str, other: str) -> str:
    return "".join(a for a, _b in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


SENTENCE = 4  # words
_WORDS = re.compile(r"\s+|\S+")
Opcode = tuple[str, int, int, int, int]


def _calm(codes: Sequence[Opcode]) -> list[Opcode]:
    """Join differences with only one or two common letters between them: many short marks are hard to read."""
    out: list[Opcode] = []
    for index, (tag, a0, a1, b0, b1) in enumerate(codes):
        inner = 0 < index < len(codes) - 1
        name = "replace" if tag == "equal" and inner and a1 - a0 < 2 else tag
        if out and name != "equal" and out[-1][0] != "equal":
            out[-1] = ("replace", out[-1][1], a1, out[-1][3], b1)
        else:
            out.append((name, a0, a1, b0, b1))
    return out


def _whole(text: str, changed: bool) -> list[Segment]:
    return [Segment(text, changed)] if text else []
