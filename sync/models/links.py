"""Who is who, and who stays out."""

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connections.fields import EncryptedJSONField
from connections.models import Connection
from sync.core.matching.person_names import search_words
from sync.core.records.employee import Side


def called(name: str, number: str) -> dict[str, str]:
    """The columns of a link that say what its person is called: name, number, and both as words to search for."""
    words = search_words(name, number)
    return {"name": name, "number": number, "words": words[: EmployeeLink._meta.get_field("words").max_length]}


class EmployeeLinks(models.QuerySet["EmployeeLink"]):
    """Finds links by what they say of the two."""

    def same_person(self) -> "EmployeeLinks":
        """Without the pairs of which somebody said that they are different people."""
        return self.exclude(state=EmployeeLink.State.DIFFERENT)

    def holding(self) -> "EmployeeLinks":
        """The links whose people may not be linked to anybody else."""
        return self.filter(state__in=EmployeeLink.HOLDING)


class EmployeeLink(models.Model):
    """What is known of a Huma user and a Visma employee: the same person, or not."""

    class State(models.TextChoices):
        LINKED = "linked", _("Linked")
        DIFFERENT = "different", _("Different people")
        GONE = "gone", _("No longer in one of the systems")
        OUTSIDE = "outside", _("Outside the selection")

    class By(models.TextChoices):
        EXTERNAL = "external", _("the Huma ID stored in Visma")
        NUMBER = "number", _("Employment ID")
        EMAIL = "email", _("email")
        CONNECTED = "connected", _("Huma's own integration")
        NAME_BIRTH = "name_birth", _("name and date of birth")
        PAIR = "pair", _("a pairs file")
        PERSON = "person", _("a person's choice")
        CREATED = "created", _("created by a sync")

    HOLDING = (State.LINKED, State.OUTSIDE)
    """The states in which the two count as one person, so neither may be linked to anybody else."""

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="links")
    huma_id = models.CharField(_("id in Huma"), max_length=64)
    visma_id = models.CharField(_("id in Visma"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.LINKED)
    gone_from = models.CharField(_("no longer in"), max_length=5, blank=True)
    linked_by = models.CharField(_("linked by"), max_length=10, choices=By)
    linked_by_user = models.CharField(_("by whom"), max_length=150, blank=True)
    linked_at = models.DateTimeField(_("since"), auto_now_add=True)
    name = models.CharField(_("name"), max_length=255, blank=True, db_index=True)
    number = models.CharField(_("Employment ID"), max_length=64, blank=True, db_index=True)
    # Name and number as folded words, by which the history finds people; ``called`` makes all three.
    words = models.CharField(max_length=400, blank=True, editable=False)
    huma_position = models.CharField(_("position in Huma"), max_length=64, blank=True)
    visma_position = models.CharField(_("position in Visma"), max_length=64, blank=True)
    # The side whose position was replaced by a new one, until the dates of the new pair have been settled once.
    remade = models.CharField(_("position created again in"), max_length=5, blank=True)
    changes_on = models.DateField(_("selected position next changes"), null=True, blank=True)
    # Per field, the pair of fingerprints [Huma's, Visma's] when it was last settled; a missing field is NEVER.
    baseline = models.JSONField(default=dict, blank=True)
    # Per field never settled, the pair that was last shown to a person.
    seen = models.JSONField(default=dict, blank=True)
    # What spoke against the link when it was made or confirmed, as codes of sync.core.matching.relook;
    # null: not looked at yet.
    known = models.JSONField(null=True, blank=True, default=None)
    # What speaks against the link since then, "" for nothing: a person is asked.
    doubt = models.CharField(_("to check"), max_length=80, blank=True)
    doubt_at = models.DateTimeField(_("to check since"), null=True, blank=True)
    # Per field, the side to which it was written last, and a fingerprint that ignores spelling. Kept until the next
    # comparison, and while that side keeps the value in its own spelling.
    written = models.JSONField(default=dict, blank=True)

    objects = EmployeeLinks.as_manager()

    class Meta:
        verbose_name = _("linked person")
        verbose_name_plural = _("linked people")
        constraints = [
            models.UniqueConstraint(fields=["connection", "huma_id", "visma_id"], name="one_row_a_pair"),
            models.UniqueConstraint(
                fields=["connection", "huma_id"], condition=~Q(state="different"), name="huma_user_linked_once"
            ),
            models.UniqueConstraint(
                fields=["connection", "visma_id"], condition=~Q(state="different"), name="visma_employee_linked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@dataclass(frozen=True)
class StaysOut:
    """What is left out of a connection: ``people`` by side and id, ``fields`` by the link's key."""

    people: frozenset[tuple[str, str]] = frozenset()
    fields: Mapping[int, Set[str]] = field(default_factory=dict)

    def has_half_of(self, huma_id: str, visma_id: str) -> bool:
        """Whether one of the two is left out: then nothing is compared, created or written for the pair."""
        return not self.people.isdisjoint(((Side.HUMA, huma_id), (Side.VISMA, visma_id)))

    def fields_of(self, link: int | None) -> Set[str]:
        """The fields of one linked person that are left out."""
        return self.fields.get(link, frozenset()) if link else frozenset()

    def ids(self, side: str) -> set[str]:
        """The ids of the people of one side who are left out."""
        return {id_ for where, id_ in self.people if where == side}


class LeftOutRows(models.QuerySet["LeftOut"]):
    """Finds the people and fields that are left out."""

    def of_person(self, side: Any, vendor_id: Any) -> "LeftOutRows":
        """The row of one person; both arguments may be an ``OuterRef``."""
        return self.filter(side=side, vendor_id=vendor_id)

    def of_pair(self, huma_id: Any, visma_id: Any) -> "LeftOutRows":
        """The rows of the two halves of a pair; the ids may be ``OuterRef``."""
        return self.filter(Q(side=Side.HUMA, vendor_id=huma_id) | Q(side=Side.VISMA, vendor_id=visma_id))

    def in_memory(self) -> StaysOut:
        """All these rows, read in one statement, to check many people."""
        people: set[tuple[str, str]] = set()
        fields: defaultdict[int, set[str]] = defaultdict(set)
        for side, vendor_id, link, name in self.values_list("side", "vendor_id", "link", "field"):
            if vendor_id:
                people.add((side, vendor_id))
            elif link:
                fields[link].add(name)
        return StaysOut(frozenset(people), dict(fields))


class LeftOut(models.Model):
    """A person on one side, or one field of a linked person, that stays out for good; can be taken back."""

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="left_out")
    link = models.ForeignKey(
        EmployeeLink, models.CASCADE, verbose_name=_("linked person"), null=True, blank=True, related_name="left_out"
    )
    side = models.CharField(_("system"), max_length=5, blank=True)
    vendor_id = models.CharField(_("ID in that system"), max_length=64, blank=True)
    field = models.CharField(_("field"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    by = models.CharField(_("by whom"), max_length=150)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    objects = LeftOutRows.as_manager()

    class Meta:
        verbose_name = _("left out")
        verbose_name_plural = _("left out")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "side", "vendor_id"], condition=~Q(vendor_id=""), name="person_left_out_once"
            ),
            models.UniqueConstraint(fields=["link", "field"], condition=Q(vendor_id=""), name="field_left_out_once"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class AskedPair(models.Model):
    """A pair of a pairs file that wasn't enough to link the two: each read asks about it until somebody answers.

    It has ids only, and is deleted after RETENTION_DAYS.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="asked_pairs")
    huma_id = models.CharField(_("id in Huma"), max_length=64)
    visma_id = models.CharField(_("id in Visma"), max_length=64)
    by = models.CharField(_("by whom"), max_length=150)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("pair to ask about")
        verbose_name_plural = _("pairs to ask about")
        constraints = [
            models.UniqueConstraint(fields=["connection", "huma_id", "visma_id"], name="one_row_an_asked_pair")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class PairsUpload(models.Model):
    """The rows of an uploaded pairs file, encrypted, between its preview and the confirmation; deleted with either."""

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="+")
    by = models.CharField(_("by whom"), max_length=150)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    until = models.DateTimeField(_("kept until"), db_index=True)
    content = EncryptedJSONField(_("rows"))  # sync.core.pairs_file.PairsFile as JSON

    class Meta:
        verbose_name = _("uploaded pairs file")
        verbose_name_plural = _("uploaded pairs files")
        constraints = [models.UniqueConstraint(fields=["connection", "by"], name="one_upload_a_person")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
