"""Plain pages to look up what the sync did. Only the wizard's pages change anything.

Values are shown as dots, and people's names can't be searched for here: a search would put them into addresses.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from connections.admin import LookOnly, OwnConnections, Worded
from sync.admin_words import WORDS
from sync.core.codes import Action
from sync.models import (
    Change,
    Conflict,
    EmployeeLink,
    EmployeeSnapshot,
    HumaEvent,
    LeftOut,
    Letter,
    Notice,
    PossibleMatch,
    RefusedEvent,
    SyncRun,
    Write,
)
from sync.wording.sentences import change_sentence, field_label, sentence, side_name
from sync.wording.webhook import refused_words, topic_words, verified_words

DOTS = "•••"


def masked(value: Any) -> str:
    """Dots for a value, a dash for none."""
    return "–" if value in (None, "", {}, []) else DOTS


class OfAConnection(LookOnly):
    """Rows that belong to a run, or to a connection in another way."""

    path = "run__connection"
    words = WORDS
    hidden: tuple[str, ...] = ()
    """Encrypted columns: not read for lists, shown as dots in ``masked_…`` fields."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """The rows without the values."""
        return super().get_queryset(request).defer(*self.hidden)


class InHistory(OfAConnection):
    """Rows that people look up in the history, to which the list leads."""

    change_list_template = "admin/sync/leads_to_history.html"
    history = "admin:history_changes"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with the way to the history."""
        return super().changelist_view(request, {**(extra_context or {}), "history_url": reverse(self.history)})


@admin.register(SyncRun)
class SyncRunAdmin(InHistory):
    """Every pass over both sides."""

    history = "admin:history_syncs"
    path = "connection"
    list_display = ["id", "connection", "trigger", "state", "started_by", "started_at", "finished_at"]
    list_filter = ["state", "trigger", ("connection", OwnConnections)]
    list_select_related = ["connection"]
    search_fields = ["=id", "connection__name", "connection__code", "started_by", "confirmed_by"]
    date_hierarchy = "started_at"
    exclude = ["failure_params", "passed_checks", "progress", "figures", "lease_holder", "plan_fingerprint"]


@admin.register(EmployeeLink)
class EmployeeLinkAdmin(OfAConnection):
    """Who is who."""

    path = "connection"
    list_display = ["id", "name", "connection", "state", "gone_from", "linked_by", "linked_by_user", "linked_at"]
    list_filter = ["state", "linked_by", ("gone_from", Worded), ("connection", OwnConnections)]
    list_select_related = ["connection"]
    search_fields = ["=id", "=huma_id", "=visma_id", "linked_by_user", "connection__name"]
    exclude = ["baseline", "seen", "written"]


@admin.register(LeftOut)
class LeftOutAdmin(OfAConnection):
    """People and fields that are left out."""

    path = "connection"
    list_display = ["id", "name", "side_name", "field_name", "connection", "by", "at"]
    list_filter = [("side", Worded), ("field", Worded), ("connection", OwnConnections)]
    list_select_related = ["connection"]
    search_fields = ["=id", "=vendor_id", "by", "connection__name"]

    @admin.display(description=_("system"))
    def side_name(self, obj: LeftOut) -> str:
        """The side of a person who is left out."""
        return side_name(obj.side) if obj.side else "–"

    @admin.display(description=_("field"))
    def field_name(self, obj: LeftOut) -> str:
        """The field of a linked person that is left out."""
        return field_label(obj.field) if obj.field else "–"


@admin.register(EmployeeSnapshot)
class EmployeeSnapshotAdmin(OfAConnection):
    """The people whom a run read, without their values."""

    hidden = ("payload",)
    list_display = ["id", "name", "side", "run", "standing", "active", "draft", "create_group", "create_chosen"]
    list_filter = [("side", Worded), ("standing", Worded), "draft", "active", ("create_group", Worded), "create_chosen"]
    list_select_related = ["run"]
    search_fields = ["=id", "=vendor_id", "=run__id"]
    exclude = ["payload"]


@admin.register(PossibleMatch)
class PossibleMatchAdmin(OfAConnection):
    """Two people who may be one."""

    list_display = ["id", "run", "reason", "decision", "decided_by", "decided_at"]
    list_filter = ["decision", ("why", Worded), ("run__connection", OwnConnections)]
    list_select_related = ["run"]
    search_fields = ["=id", "=run__id", "decided_by"]

    @admin.display(description=_("why"))
    def reason(self, obj: PossibleMatch) -> str:
        """Why they may be one, in words."""
        return sentence(obj.why)


@admin.register(Conflict)
class ConflictAdmin(InHistory):
    """The differences and what was decided about them."""

    hidden = ("values",)
    list_display = ["id", "person", "field_name", "kind", "decision", "decided_by", "decided_at", "outcome", "run"]
    list_filter = [
        "decision",
        "kind",
        ("standing", Worded),
        ("outcome", Worded),
        ("field", Worded),
        ("run__connection", OwnConnections),
    ]
    list_select_related = ["run", "link"]
    search_fields = ["=id", "=run__id", "=link__id", "decided_by"]
    exclude = ["values", "huma_fingerprint", "visma_fingerprint"]
    readonly_fields = ["masked_values"]

    @admin.display(description=_("name"))
    def person(self, obj: Conflict) -> str:
        """The linked person."""
        return obj.link.name or "–"

    @admin.display(description=_("field"))
    def field_name(self, obj: Conflict) -> str:
        """The field in words."""
        return field_label(obj.field)

    @admin.display(description=_("values"))
    def masked_values(self, obj: Conflict) -> str:
        """Dots if the values are still stored."""
        return masked(obj.values)


@admin.register(Change)
class ChangeAdmin(InHistory):
    """Planned Changes and their outcomes."""

    hidden = ("before", "after", "vendor_words")
    list_display = ["id", "name", "what", "side", "state", "why", "settled_at", "run"]
    list_filter = [
        "state",
        ("side", Worded),
        ("action", Worded),
        ("field", Worded),
        ("reason", Worded),
        ("run__connection", OwnConnections),
    ]
    list_select_related = ["run"]
    search_fields = ["=id", "=run__id", "=link__id"]
    exclude = ["before", "after", "vendor_words", "pin", "becomes", "source"]
    readonly_fields = ["masked_before", "masked_after", "masked_words"]

    @admin.display(description=_("what"))
    def what(self, obj: Change) -> str:
        """The field, or that a person is added."""
        return str(_("Add")) if obj.action == Action.CREATE else field_label(obj.field)

    @admin.display(description=_("why"))
    def why(self, obj: Change) -> str:
        """Why the Change has its outcome."""
        return change_sentence(obj)

    @admin.display(description=_("before"))
    def masked_before(self, obj: Change) -> str:
        """Dots if there was a value."""
        return masked(obj.before)

    @admin.display(description=_("after"))
    def masked_after(self, obj: Change) -> str:
        """Dots if there will be a value."""
        return masked(obj.after)

    @admin.display(description=_("answer from Huma or Visma"))
    def masked_words(self, obj: Change) -> str:
        """Dots if the vendor said something; the result page shows it."""
        return masked(obj.vendor_words)


@admin.register(Write)
class WriteAdmin(OfAConnection):
    """The requests of a run."""

    list_display = ["id", "run", "side", "document", "state", "tries", "sent_at", "accepted_at"]
    list_filter = ["state", ("side", Worded), "document", ("run__connection", OwnConnections)]
    list_select_related = ["run"]
    search_fields = ["=id", "=run__id", "=link__id", "=owner_id"]
    exclude = ["lease_holder"]


@admin.register(HumaEvent)
class HumaEventAdmin(OfAConnection):
    """Events from Huma: ids and no values."""

    path = "connection"
    list_display = ["id", "connection", "topic", "people", "times", "verified_by", "state", "received_at", "run"]
    list_filter = ["state", ("topic", Worded), ("connection", OwnConnections)]
    list_select_related = ["connection", "run"]
    search_fields = ["=id", "=run__id", "connection__name"]
    exclude = ["body_hash"]
    words = {**WORDS, "topic": topic_words, "verified_by": verified_words}

    @admin.display(description=_("people"))
    def people(self, obj: HumaEvent) -> int:
        """How many people the event names."""
        return len(obj.huma_ids)


@admin.register(RefusedEvent)
class RefusedEventAdmin(OfAConnection):
    """How often requests to the webhook were refused."""

    path = "connection"
    list_display = ["id", "connection", "why", "times", "last_at"]
    list_filter = [("why", Worded), ("connection", OwnConnections)]
    list_select_related = ["connection"]
    search_fields = ["=id", "connection__name"]
    words = {"why": refused_words}


@admin.register(Notice)
class NoticeAdmin(OfAConnection):
    """Notices about single people."""

    path = "connection"
    hidden = ("params",)
    list_display = ["id", "name", "connection", "kind", "made_at", "closed_at", "closed_by"]
    list_filter = ["kind", ("connection", OwnConnections)]
    list_select_related = ["connection"]
    search_fields = ["=id", "=link__id", "closed_by", "connection__name"]
    exclude = ["params", "key"]


@admin.register(Letter)
class LetterAdmin(OfAConnection):
    """Every email."""

    path = "connection"
    list_display = ["id", "kind", "connection", "state", "made_at", "sent_at"]
    list_filter = ["kind", "state", ("connection", OwnConnections)]
    list_select_related = ["connection"]
    search_fields = ["=id", "connection__name"]
    exclude = ["params", "key", "holder"]
