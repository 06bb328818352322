"""*What waits now*: for each field in which the two systems differ, why it isn't sent, and where to go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connections.models import Connection
from sync.analysis import two_writers
from sync.analysis.pilot_scope import pilot_scope
from sync.core.deciding.why_not_sent import why_not_sent
from sync.core.matching.relook import kind_of, stops
from sync.core.records.employee import Side
from sync.history.timeline.differences import Facts, now_different, target_of, unsent
from sync.history.timeline.entries import Timeline
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, SyncRun
from sync.models.groups import COMPARED, STEPS, UNSURE
from sync.runs.open_differences import looks_of, newest_runs
from sync.wording.pause import pause_of
from sync.wording.sentences import against_sentence, change_sentence, direction_sentence, sentence
from sync.wording.skipped_people import why_skipped
from sync.wording.waiting_now import waits

STOPS_ALL = ("disconnected", "left_out", "gone", "outside_selection", "not_linked", "possible_match")
"""What keeps everything about the person from being compared: then nothing is said of single fields."""


@dataclass(frozen=True)
class Line:
    """One thing that waits. ``field``: its name, "" for the whole person; ``to``: the name of the page to go to."""

    reason: str
    text: str
    advice: str = ""
    field: str = ""
    to: str = ""


@dataclass
class Now:
    """What is so now. ``differ``: by field, the difference that the newest look at the person has left."""

    differ: dict[str, Conflict] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


TO = {
    "undecided": "sync_users",
    "off": "sync_users",
    "open": "review",
    "confirm": "confirm",
    "left": "sync_users",
    "former": "sync_users",
    "draft": "sync_users",
    "held": "held",
    "rejected": "sync_users",
    "refused": "sync_users",
    "outcome": "sync_users",
    "both_moved": "sync_users",
    "visma_moved": "sync_users",
    "by_a_person": "sync_users",
    "empties": "sync_users",
    "paused": "connection",
    "disconnected": "connection",
    "other_writer": "automatic",
    "possible_match": "review_matches",
    "not_linked": "person",
    "left_out": "person",
    "field_left_out": "person",
    "field_off": "connection",
    "skipped": "person",
    "doubted": "person",
    "outside": "pilot",
    "not_compared": "sync_users",
}
"""By reason, the page where something can be done about it."""


def waiting(found: Timeline) -> Now:
    """What waits now for the person, the most general first. At most five statements."""
    connection, link = found.person.connection, found.person.link
    looks = looks_of(newest_runs([connection.pk]), [connection.pk])
    whole = looks.whole.get(connection.pk, 0)
    looked_at = max(looks.last.get(link.pk, 0), whole) if link else whole
    theirs = [one for one in found.conflicts if link and one.link_id == link.pk]
    differ = now_different([one for one in theirs if found.runs[one.run_id].state in COMPARED], looked_at)
    out = {row.field for row in found.person.left_out if row.field} | set(connection.fields_off)
    differ = {name: one for name, one in differ.items() if name not in out}
    now = Now(differ, list(_of_person(found, looked_at)))
    if not any(line.reason in STOPS_ALL for line in now.lines):
        stopped = {line.reason for line in now.lines} & {"outside", "paused"}
        rows = Conflict.objects.filter(pk__in=[one.pk for one in differ.values()]).defer("comment")
        for conflict in sorted(rows, key=lambda one: one.field):
            now.lines.append(_of_field(conflict, found, stopped))
    return now


def _line(reason: str, params: Mapping[str, Any], name: str = "") -> Line:
    text, advice = waits(reason, params)
    return Line(reason, text, advice, name, TO.get(reason, ""))


def _of_field(conflict: Conflict, found: Timeline, stopped: set[str]) -> Line:
    run, connection = found.runs[conflict.run_id], found.person.connection
    facts = Facts(found.person.link, found.runs, found.conflicts, found.changes)
    mine = facts.of_conflict.get(conflict.pk, [])
    held = _held(conflict, found)
    if run.state == SyncRun.State.APPLYING and any(one.state == Change.State.PLANNED for one in mine):
        return _line("sending", {}, conflict.field)
    if held is not None:
        return _line("held", {"why": sentence(held.reason)}, conflict.field)
    ended = next((one for one in mine if one.state != Change.State.PLANNED and one.reason), None)
    if ended is not None and ended.state != Change.State.HELD:
        return _line("outcome", {"why": change_sentence(ended)}, conflict.field)
    one = replace(unsent(conflict, run, facts), automatic=connection.automatic, held=False, doubted=False)
    reason = why_not_sent(one)
    params: dict[str, Any] = {"who": conflict.decided_by}
    if reason == "forbidden":
        params["why"] = direction_sentence(conflict, target_of(conflict))
    elif reason in ("rejected", "refused"):
        params |= _answered(conflict, facts, reason)
    elif run.state in STEPS and reason not in ("confirm", "left", "former", "draft"):
        reason = "open"
    elif reason == "undecided" and conflict.why == "huma_moved" and not stopped:
        reason = "next" if connection.automatic else "off"
    return _line(reason, params, conflict.field)


def _held(conflict: Conflict, found: Timeline) -> Change | None:
    """The change of this field that waits for an owner."""
    for change in found.changes:
        waits_now = change.state == Change.State.HELD and change.answer == Change.Answer.WAITS
        if waits_now and (change.link_id, change.field) == (conflict.link_id, conflict.field):
            return change
    return None


def _answered(conflict: Conflict, facts: Facts, reason: str) -> dict[str, Any]:
    """Who rejected the same change and when, or why it couldn't be stored."""
    for change in facts.same_before(conflict):
        if reason == "rejected" and change.answer == Change.Answer.REJECTED:
            return {"who": change.answered_by, "at": change.answered_at}
        if reason == "refused" and change.state in UNSURE:
            return {"why": change_sentence(change)}
    return {}


def _of_person(found: Timeline, looked_at: int) -> Iterator[Line]:
    person, connection = found.person, found.person.connection
    if connection.state == Connection.State.DISCONNECTED:
        yield _line("disconnected", {})
    if pause := pause_of(connection):
        yield _line("paused", {"why": pause.title})
    if connection.automatic and two_writers.rests(connection):
        yield _line("other_writer", {"why": two_writers.why(connection)})
    if row := person.is_left_out:
        yield _line("left_out", {"who": row.by, "at": row.at})
    for one in person.passed:
        if one.over_at is None:
            yield _line("skipped", {"why": why_skipped(one)})
    yield from _of_link(found, looked_at)
    for row in person.left_out:
        if row.field:
            yield _line("field_left_out", {"who": row.by, "at": row.at}, row.field)
    for name in connection.fields_off:
        yield _line("field_off", {}, name)
    yield from _hidden(found)
    told = next((step for step in found.steps if step.what == "told"), None)
    if told and told.params["came"] == "waits":
        yield _line("told", {"at": told.params["last"]})


def _of_link(found: Timeline, looked_at: int) -> Iterator[Line]:
    person = found.person
    link = person.link
    if link is None:
        asked = (step for step in found.steps if step.what == "possible_match")
        match = next((step for step in asked if step.params["open_in"] == looked_at), None)
        if not person.is_left_out:
            yield _line("possible_match" if match else "not_linked", match.params if match else {})
        return
    if link.gone_from:
        yield _line("gone", {"side": link.gone_from})
    elif link.state == EmployeeLink.State.OUTSIDE:
        yield _line("outside_selection", {})
    elif link.doubt and stops(link.doubt):
        yield _line("doubted", {"why": against_sentence(kind_of(link.doubt))})
    works = pilot_scope(person.connection.pk)
    if not works.includes_link(link):
        yield _line("outside", {})
    if not looked_at:
        yield _line("not_compared", {})


def _hidden(found: Timeline) -> Iterator[Line]:
    """The fields that a side doesn't show of the person, as the newest read of both sides says."""
    newest: dict[str, EmployeeSnapshot] = {one.side: one for one in found.person.fetched}
    for side in Side:
        for name in (newest[side].hidden if side in newest else "").split():
            yield _line("not_readable", {"side": side, "field": name}, name)
