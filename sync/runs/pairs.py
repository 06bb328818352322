"""A pairs file: links people whom a company's own list names, through matching. Nothing is sent to Huma or Visma.

Source: design, Who is who and Fixed interfaces.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from connections.models import Connection, audit, name_of
from sync.analysis.judging_pairs import Judged, Outcome
from sync.analysis.links.linking import against_alone, kept_name, kept_number, retire_gone
from sync.analysis.links.single_pairs import compare_pairs, refresh_candidates
from sync.analysis.persist import possible_row
from sync.core.batches import batches
from sync.core.matching.match import Couple
from sync.core.matching.possible import Possible
from sync.core.matching.relook import without_instead
from sync.core.pairs_file import PairsFile, from_json, large, read_pairs
from sync.core.reasons import Reason
from sync.core.records.employee import Side
from sync.models import AskedPair, EmployeeLink, EmployeeSnapshot, PairsUpload, PossibleMatch, SyncRun
from sync.models.groups import STEPS
from sync.models.links import called
from sync.planning.planning import STALE_AFTER
from sync.runs.lifecycle import NotAllowed, open_run
from sync.runs.who_is_who import hold_reviews, in_review
from sync.wording.sentences import sentence
from sync.worker.queue import wake

SAME_COMPANY = "same_company"
KEPT = timedelta(hours=1)
"""How long an uploaded file waits for its confirmation."""
AT_ONCE = 100
"""How many pairs are linked in one transaction."""


@dataclass(frozen=True)
class Result:
    """What a pairs file came to, or would come to; each row is in one of the lists, or isn't filled in."""

    linked: int
    possible: int
    already: int
    unfilled: int
    refused: list[tuple[int, Reason]]

    def as_dict(self) -> dict[str, Any]:
        """The JSON object that the design's Fixed interfaces define."""
        refused = [{"row": row, "reason": sentence(reason.code, reason.params)} for row, reason in self.refused]
        return {
            "linked": self.linked,
            "possible": self.possible,
            "already_linked": self.already,
            "not_filled_in": self.unfilled,
            "refused": refused,
        }


def result_of(judged: Iterable[Judged], unfilled: int) -> Result:
    """The result, by what each row came to."""
    rows = list(judged)
    counts = Counter(one.outcome for one in rows)
    refused = [(one.row.row, one.reason) for one in rows if one.outcome is Outcome.REFUSED and one.reason]
    return Result(counts[Outcome.LINK], counts[Outcome.ASK], counts[Outcome.ALREADY], unfilled, refused)


def most_bytes() -> int:
    """The most bytes that a file may have."""
    return int(settings.PAIRS_MAX_BYTES)


def too_large() -> Reason:
    """Why a file of more bytes can't be used."""
    return large(most_bytes()).reason


def read_file(content: bytes) -> PairsFile:
    """The rows of a file; only ``PAIRS_MAX_BYTES`` + 1 of it are needed. Raises ``NoPairs``."""
    return read_pairs(content, most_bytes(), settings.PAIRS_MAX_ROWS)


# The read that the file is compared with --------------------------------------------------------------------------


def last_read(connection: Connection) -> SyncRun | None:
    """The wizard's run whose values are still there: one in its steps, or stopped because few people could be linked.

    A pairs file may be what that one lacks.
    """
    run = open_run(connection)
    if run is not None:
        return run if run.state in STEPS and run.trigger == SyncRun.Trigger.MANUAL else None
    last = connection.runs.filter(trigger=SyncRun.Trigger.MANUAL).first()
    return last if last is not None and is_stopped(last) else None


def is_stopped(run: SyncRun) -> bool:
    """Whether the run stopped because hardly anybody could be linked."""
    return run.state == SyncRun.State.FAILED and run.failure == SAME_COMPANY and "read_at" in run.progress


def is_fresh(run: SyncRun) -> bool:
    """Whether both sides were read within the last 24 hours."""
    said = run.progress.get("read_at")
    at = datetime.fromisoformat(said) if said else run.read_at
    return at is not None and timezone.now() - at < STALE_AFTER


def fresh_read(connection: Connection) -> SyncRun | None:
    """The run with which a pairs file can be compared now, if there is one."""
    run = last_read(connection)
    return run if run is not None and is_fresh(run) else None


# Linking ----------------------------------------------------------------------------------------------------------


def apply(run: SyncRun, user: Any, judged: Sequence[Judged]) -> list[Judged]:
    """Link whom the rows link, and ask about the others; returns what came of each row.

    What changed since it was judged is refused. Raises ``NotAllowed("state")`` while a run writes.
    """
    if is_stopped(run) and any(one.outcome in (Outcome.LINK, Outcome.ASK) for one in judged):
        return _go_on(run, user, judged)
    done: dict[Couple, int] = {}
    freed: set[str] = set()
    for some in batches([one for one in judged if one.outcome is Outcome.LINK], AT_ONCE):
        done |= _link(run, user, some, freed)
    for other_run in in_review(run.connection) if freed else ():
        refresh_candidates(other_run, freed)
    _ask(run, user, [one for one in judged if one.outcome is Outcome.ASK])
    changed = Reason("row_changed")
    found = [
        replace(one, outcome=Outcome.REFUSED, reason=changed)
        if one.outcome is Outcome.LINK and one.couple not in done
        else one
        for one in judged
    ]
    _audit(run, user, found, list(done.values()))
    return found


def _link(run: SyncRun, user: Any, rows: Sequence[Judged], freed: set[str]) -> dict[Couple, int]:
    """Link some pairs and compare them; returns the primary keys of the links. Adds to ``freed`` their keys."""
    connection = run.connection
    try:
        with transaction.atomic():
            hold_reviews(connection)
            others = EmployeeLink.objects.filter(connection=connection).holding()
            taken = {id_ for pair in others.values_list("huma_id", "visma_id") for id_ in pair}
            free = [one for one in rows if taken.isdisjoint(one.couple)]
            retire_gone(connection, Side.HUMA, [one.couple[0] for one in free])
            retire_gone(connection, Side.VISMA, [one.couple[1] for one in free])
            made = EmployeeLink.objects.bulk_create([_row(connection, user, one) for one in free])
            for other_run in in_review(connection):
                _answer(other_run, user, made)
                compare_pairs(other_run, made, freed)
    except IntegrityError:
        return {}  # somebody linked one of them, or called two of them different, at this very moment
    return {(link.huma_id, link.visma_id): link.pk for link in made}


def _row(connection: Connection, user: Any, one: Judged) -> EmployeeLink:
    assert one.huma is not None
    assert one.visma is not None
    return EmployeeLink(
        connection=connection,
        huma_id=one.huma.id,
        visma_id=one.visma.id,
        linked_by=EmployeeLink.By.PAIR,
        linked_by_user=name_of(user),
        **called(kept_name(one.huma.name, one.visma.name), kept_number(one.visma.number, one.huma.number)),
        known=without_instead(against_alone(one.huma, one.visma)),
    )


def _answer(run: SyncRun, user: Any, made: Sequence[EmployeeLink]) -> None:
    """Settle the possible matches that are linked now."""
    linked = {(link.huma_id, link.visma_id) for link in made}
    rows = PossibleMatch.objects.filter(run=run, huma__vendor_id__in=[huma for huma, _visma in linked])
    pairs = rows.values_list("pk", "huma__vendor_id", "visma__vendor_id")
    answered = [pk for pk, huma, visma in pairs if (huma, visma) in linked]
    PossibleMatch.objects.filter(pk__in=answered).update(
        decision="linked", decided_by=name_of(user), decided_at=timezone.now()
    )


def _ask(run: SyncRun, user: Any, rows: Sequence[Judged]) -> None:
    """Ask about pairs that aren't linked by themselves: in this run, and in each later read until it is answered."""
    if not rows:
        return
    with transaction.atomic():
        hold_reviews(run.connection)
        _keep(run.connection, user, [one.couple for one in rows])
        read = EmployeeSnapshot.objects.filter(run=run, complete=True, link=None)
        pks = {(side, id_): pk for pk, side, id_ in read.values_list("pk", "side", "vendor_id")}
        known = PossibleMatch.objects.filter(run=run).values_list("huma", "visma")
        there = set(known)
        new = []
        for one in rows:
            huma, visma = (pks.get((side, id_)) for side, id_ in zip(Side, one.couple, strict=True))
            if huma and visma and (huma, visma) not in there and one.evidence and one.reason:
                possible = Possible(*one.couple, one.reason.code, one.evidence)
                new.append(possible_row(run, possible, huma, visma, 0))
        PossibleMatch.objects.bulk_create(new)
        refresh_candidates(run)


def _keep(connection: Connection, user: Any, couples: Iterable[Couple]) -> None:
    rows = [AskedPair(connection=connection, huma_id=h, visma_id=v, by=name_of(user)) for h, v in couples]
    AskedPair.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _go_on(run: SyncRun, user: Any, judged: Sequence[Judged]) -> list[Judged]:
    """Let a run that stopped because hardly anybody could be linked compare again, with what the file says.

    The check isn't passed: it counts these pairs, too, and stops the run again if they are too few.
    """
    with transaction.atomic():
        _keep(run.connection, user, [one.couple for one in judged if one.outcome in (Outcome.LINK, Outcome.ASK)])
        rows = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.FAILED, failure=SAME_COMPANY)
        if not rows.update(state=SyncRun.State.FETCHING, failure="", failure_params={}, finished_at=None):
            raise NotAllowed("state")
        _audit(run, user, judged, [])
        wake(run.pk)
    return list(judged)


def _audit(run: SyncRun, user: Any, judged: Iterable[Judged], links: list[int]) -> None:
    counts = Counter(one.outcome.value for one in judged)
    audit(user, "people.paired", run.connection, run=run.pk, **counts, links=links[:100])


# Between upload and confirmation ----------------------------------------------------------------------------------


def keep_upload(connection: Connection, user: Any, file: PairsFile) -> PairsUpload:
    """Keep a file, encrypted, until its confirmation; it replaces the user's earlier one."""
    facts = {"content": file.to_json(), "until": timezone.now() + KEPT, "at": timezone.now()}
    row, _new = PairsUpload.objects.update_or_create(connection=connection, by=name_of(user), defaults=facts)
    return row


def upload_of(connection: Connection, user: Any) -> PairsFile | None:
    """The file that the user uploaded and hasn't confirmed yet."""
    row = PairsUpload.objects.filter(connection=connection, by=name_of(user), until__gt=timezone.now()).first()
    return from_json(row.content) if row else None


def drop_upload(connection: Connection, user: Any) -> bool:
    """Delete the user's uploaded file; False if there is none."""
    count, _models = PairsUpload.objects.filter(connection=connection, by=name_of(user)).delete()
    return bool(count)


def mark_of(run: SyncRun, judged: Iterable[Judged]) -> str:
    """A fingerprint of what a preview shows, so that nothing else is confirmed."""
    shown = [[one.row.row, one.outcome, *one.couple, one.reason.code if one.reason else ""] for one in judged]
    return hashlib.sha256(json.dumps([run.pk, shown]).encode()).hexdigest()
