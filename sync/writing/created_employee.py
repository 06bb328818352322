"""Finds an employee whom we created in Visma: the Huma user's id is among their ``externalIds``."""

from collections.abc import Callable
from datetime import date, timedelta

from django.utils import timezone

from connections.api.decoding import WrongShape
from connections.api.shapes import is_stand_in
from connections.api.visma.documents import Job, VismaPage
from sync.core.fields import field as field_named
from sync.core.records.document import Doc
from sync.core.records.employee import Canonical, Side
from sync.core.records.read import external_id
from sync.models import EmployeeLink, EmployeeSnapshot, Write
from sync.writing.context import Context, now_in_visma

There = Callable[[str], Canonical]
"""Gives the canonical value of a field in the new person's documents."""


def may_create(job: Job) -> bool:
    """Whether a job may be the creation of an employee."""
    return job.action == "Create" or (job.is_odd and not job.action)


def find(context: Context, write: Write, user_id: str) -> tuple[str, There] | None:
    """The id of the employee with this Huma user's id, and what their documents say; looks at employees changed since
    the day before the send, drafts included.

    Raises ``WrongShape`` if that is unclear: a new employee who can't be understood may be the one.
    """
    since = ((write.sent_at or timezone.now()) - timedelta(days=1)).date()
    unclear = set()
    for page in context.clients.visma.employees_since(since):
        for document in page.items:
            if external_id(document) == user_id:
                return _of_list(document, page, context.today)
            if document["id"] in page.odd and not _names_its_ids(document):
                unclear.add(document["id"])
    if unclear - _known_before(write, unclear):
        raise WrongShape("externalIds")
    return None


def _names_its_ids(document: Doc) -> bool:
    """Whether a row that can't be understood has readable ``externalIds``, as each employee that we created has."""
    ids = document.get("externalIds", None if is_stand_in(document["id"]) else [])
    return isinstance(ids, list)


def _known_before(write: Write, ids: set[str]) -> set[str]:
    """Those of these ids that were in Visma when the run read it, or are linked."""
    read = EmployeeSnapshot.objects.filter(run=write.run, side=Side.VISMA.value, vendor_id__in=ids)
    linked = EmployeeLink.objects.filter(connection=write.run.connection, visma_id__in=ids)
    return {*read.values_list("vendor_id", flat=True), *linked.values_list("visma_id", flat=True)}


def _of_list(document: Doc, page: VismaPage, today: date) -> tuple[str, There]:
    """The id of an employee in a list, and what their documents say: nothing, if they can't be understood.

    Raises ``WrongShape`` if they have no usable id.
    """
    id_ = str(document["id"])
    if is_stand_in(id_):
        raise WrongShape("id")
    if id_ in page.odd:
        return id_, lambda _name: None
    return id_, there_in(document, document["_embedded"]["positions"], today)


def there_in(document: Doc, positions: list[Doc], today: date) -> There:
    """A function that gives the value of a field in an employee's document and positions."""
    position = positions[0] if positions else {}

    def canonical(name: str) -> Canonical:
        spec = field_named(name)
        return now_in_visma(spec, position if spec.on_position else document, today).canonical

    return canonical
