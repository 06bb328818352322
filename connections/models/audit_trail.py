"""The audit trail: who did what, when. Entries are only ever added.

No code changes or removes an entry but retention (``AppendOnly.expire``) and deleting a connection, which deletes all
that is kept of it. Source: design, History (Audit).
"""

from collections.abc import Collection
from typing import Any, NoReturn

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from connections.models.audit_line import write_line
from connections.models.connection import Connection

EXPIRED_AT_ONCE = 500


class OnlyAppended(Exception):
    """Some code tried to change or remove rows that only retention may remove."""


class AppendOnly(models.QuerySet[Any]):
    """Rows that are added and looked for, and not changed or removed."""

    def update(self, **_values: Any) -> NoReturn:
        """Refused. Raises ``OnlyAppended``."""
        raise OnlyAppended(self.model.__name__)

    def delete(self) -> NoReturn:
        """Refused. Raises ``OnlyAppended``."""
        raise OnlyAppended(self.model.__name__)

    def bulk_create(self, objs: Any, *args: Any, update_conflicts: bool = False, **more: Any) -> Any:
        """As in Django, but it can't change what is there. Raises ``OnlyAppended``."""
        if update_conflicts:
            raise OnlyAppended(self.model.__name__)
        return super().bulk_create(objs, *args, **more)

    def expire(self) -> int:
        """Delete these rows because their time is over, in batches; returns how many. For retention alone."""
        count = 0
        while pks := list(self.order_by("pk").values_list("pk", flat=True)[:EXPIRED_AT_ONCE]):
            models.QuerySet(self.model, using=self.db).filter(pk__in=pks).delete()
            count += len(pks)
        return count


class AppendOnlyRow(models.Model):
    """A row that is stored once."""

    objects = AppendOnly.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **more: Any) -> None:
        """Add the row. Raises ``OnlyAppended`` if it is stored already."""
        if not self._state.adding:
            raise OnlyAppended(type(self).__name__)
        super().save(*args, **{**more, "force_insert": True})

    def delete(self, *_args: Any, **_more: Any) -> NoReturn:
        """Refused. Raises ``OnlyAppended``."""
        raise OnlyAppended(type(self).__name__)


class AuditEntry(AppendOnlyRow):
    """Who did what, when: every decision, run, credential and settings change, view of values, and export.

    Never a secret, a value, or a person's name: ``sync.models.AuditedPerson`` says whom an entry is about.
    """

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    who = models.CharField(_("who"), max_length=150)
    action = models.CharField(_("what"), max_length=60)
    connection = models.ForeignKey(
        Connection, models.CASCADE, verbose_name=_("connection"), null=True, blank=True, related_name="audit"
    )
    detail = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            *(
                models.Index(fields=[name, "-at", "-id"], name=f"audit_{name}")
                for name in ("connection", "who", "action")
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


def name_of(who: Any) -> str:
    """A user's name in our tables; ``who`` may already be the name of a command or rule."""
    return who if isinstance(who, str) else who.get_username()


PROGRAM = "humavisma"
"""The name in the audit trail for what no person did."""


def audit(who: Any, action: str, connection: Connection | None = None, **detail: Any) -> AuditEntry:
    """Make an audit entry; ``who`` is a user, or the name of a command or rule. ``detail`` never holds a value.

    What is about people is entered by ``sync.models.audit_people``.
    """
    return enter(who, action, connection, detail, ())


def enter(
    who: Any, action: str, connection: Connection | None, detail: dict[str, Any], links: Collection[int]
) -> AuditEntry:
    """Make an audit entry, and its line in the log once it is committed; ``links`` are only for the line."""
    entry = AuditEntry.objects.create(who=name_of(who), action=action, connection=connection, detail=detail)
    said = (entry.at, entry.who, action, connection.code if connection else None, detail, sorted(links))
    transaction.on_commit(lambda: write_line(*said), robust=True)
    return entry
