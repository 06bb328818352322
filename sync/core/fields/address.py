"""Address: ``homeAddress`` in Huma (three lines), ``address`` in Visma (one street line)."""

from collections.abc import Sequence
from datetime import date

from sync.core.fields import formerly
from sync.core.fields.base import NO_TRACE, Field, Pair, Trace, huma_value, visma_value
from sync.core.reasons import Reason
from sync.core.reasons import gettext_noop as _
from sync.core.records.document import Doc, shown, value_in
from sync.core.records.employee import Canonical, Own, Side, Value
from sync.core.values.text import clean

# Huma's and Visma's names, in the order of the canonical form. Source: visma-employee.md and huma-openapi.yaml.
KEYS = (("line1", "streetName"), ("postalCode", "zipCode"), ("city", "cityName"), ("country", "countryCode"))
OTHER_LINES = ("line2", "line3")
_KEYS_OF = {Side.HUMA: [huma for huma, _visma in KEYS], Side.VISMA: [visma for _huma, visma in KEYS]}


def _canonical(side: Side, own: Own) -> Canonical:
    if not own:
        return None
    line, code, city, country = [clean(own.get(key)) for key in _KEYS_OF[side]]
    return (line, code, city, country.upper()) if line or code or city else None


def _own(address: Doc | None, keys: Sequence[str]) -> Own:
    return None if address is None else {key: shown(address.get(key)) or "" for key in keys}


def _read_huma(details: Doc, position: Doc | None) -> Value:
    wrapped = details.get("homeAddress")
    own = _own(value_in(wrapped), (*_KEYS_OF[Side.HUMA], *OTHER_LINES))
    return huma_value(wrapped, own, _canonical(Side.HUMA, own), _formerly_in_huma)


def _read_visma(doc: Doc, position: Doc | None, today: date) -> Value:
    own = _own(doc.get("address"), _KEYS_OF[Side.VISMA])
    return visma_value(doc.get("address"), own, _canonical(Side.VISMA, own), _formerly_in_visma)


def _formerly_in_huma(raw: Doc) -> Canonical:
    return formerly.address(raw.get(huma) for huma, _visma in KEYS)


def _formerly_in_visma(raw: Doc) -> Canonical:
    return formerly.address(raw.get(visma) for _huma, visma in KEYS)


def _convert(target: Side, pair: Pair) -> Own:
    source = pair.value(target.other, "address")
    if source.canonical is None:
        return None
    parts = dict(zip(KEYS, source.canonical, strict=True))
    if target is Side.VISMA:
        return {visma: part for (_huma, visma), part in parts.items()}
    return {huma: part for (huma, _visma), part in parts.items()}


def _forbids(target: Side, pair: Pair) -> Reason | None:
    canonical = pair.value(target.other, "address").canonical
    if isinstance(canonical, tuple):
        country = canonical[3] or ""
        if not (len(country) == 2 and country.isascii() and country.isalpha()):
            return Reason("bad_country")
    return None


def _write_huma(details: Doc, after: Own) -> Doc:
    """The address to write: all six properties, with the other lines as they came. Source: huma.md."""
    current = value_in(details.get("homeAddress")) or {}
    kept = {key: current.get(key) or "" for key in OTHER_LINES}
    if after is not None:
        return {"homeAddress": {**after, **kept}}
    if not any(kept.values()):
        return {"homeAddress": None}
    return {
        "homeAddress": {
            "line1": "",
            "postalCode": "",
            "city": "",
            "country": current.get("country") or "",
            **kept,
        }
    }


def _write_visma(doc: Doc, after: Own, today: date) -> None:
    address = dict(doc.get("address") or {})
    if after is not None:
        doc["address"] = {**address, **after}
    elif address:  # the country stays
        ours = [visma for _huma, visma in KEYS[:3]]
        kept = {key: value for key, value in address.items() if key not in ours}
        doc["address"] = kept if "countryCode" in kept else {**kept, **dict.fromkeys(ours, "")}


def _back_to_visma(doc: Doc, before: Own, trace: Trace | None, today: date) -> Trace:
    """Put the parts back that were there; where there was no address at all, the country stays."""
    if before is None:
        _write_visma(doc, None, today)
        return NO_TRACE
    kept = {key: value for key, value in (doc.get("address") or {}).items() if key not in _KEYS_OF[Side.VISMA]}
    doc["address"] = {**kept, **{key: part for key, part in before.items() if part}}
    return NO_TRACE


ADDRESS = Field(
    name="address",
    label=_("Address"),
    rule=_("The second and third line of the address in Huma aren't synced to Visma, and stay as they are in Huma."),
    clearable=frozenset(Side),
    read_huma=_read_huma,
    read_visma=_read_visma,
    canonical=_canonical,
    convert=_convert,
    forbids=_forbids,
    write_huma=_write_huma,
    write_visma=_write_visma,
    back_to_visma=_back_to_visma,
    json_paths=("homeAddress", "address"),
)
