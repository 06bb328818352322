"""People: everyone of both sides, and who is who."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from connections.models import AuditEntry
from sync.analysis.links import candidates
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, PossibleMatch, SyncRun
from sync.people import card as cards
from sync.people import everyone
from sync.runs import who_is_who
from sync.runs.lifecycle import NotAllowed
from sync.wizard import matches, overview
from tests.connections.companies import company
from tests.sync.core.documents import wrap
from tests.sync.made_reads import day, in_huma, in_visma, read, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def run(hr):
    """Two linked people who disagree on a phone, a possible match, and some on one side only."""
    return read(
        company(hr),
        in_huma("h1", "Berit", "Begge", "1", "berit@x.no", phone=wrap("22334455")),
        in_visma("v1", "Berit", "Begge", "1", "berit@x.no"),
        in_huma("h2", "Egil", "Epost", "", "egil@x.no"),
        in_visma("v2", "Egil", "Epost", "2", "egil@x.no", isDraft=True),
        in_huma("h3", "Per", "Hansen", "3", "per@x.no"),
        in_visma("v3", "Per", "Hansen", "33", "p.hansen@x.no"),
        in_huma("h4", "Nina", "Nå", "4", "nina@x.no", status={"active": False}),
        in_huma("h5", "Frode", "Før", "5", "frode@x.no", ends=day(-40)),
        in_visma("v6", "Vera", "Visma", "6", "vera@x.no"),
    )


def names(found):
    return [person.name for person in found.page.object_list]


def card(run, side, vendor_id) -> Any:
    return cards.card(run.connection, side, vendor_id)


def link_of(run, huma):
    return EmployeeLink.objects.get(connection=run.connection, huma_id=huma)


def test_everyone_is_listed_once_and_linked_people_are_one(run):
    found = everyone.people(run.connection)
    expected = ["Berit Begge", "Egil Epost", "Frode Før", "Nina Nå", "Per Hansen", "Per Hansen", "Vera Visma"]
    assert names(found) == expected
    assert found.total == 7


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("berit", ["Berit Begge"]),
        ("HANSEN per", ["Per Hansen", "Per Hansen"]),
        ("33", ["Per Hansen"]),
        ("nå", ["Nina Nå"]),
        ("nobody", []),
    ],
)
def test_people_are_found_by_words_of_a_name_or_number(run, search, expected):
    assert names(everyone.people(run.connection, search)) == expected


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("linked", ["Berit Begge", "Egil Epost"]),
        ("by_number", ["Berit Begge"]),
        ("by_email", ["Egil Epost"]),
        ("possible", ["Per Hansen", "Per Hansen"]),
        ("only_huma", ["Frode Før", "Nina Nå", "Per Hansen"]),
        ("only_visma", ["Per Hansen", "Vera Visma"]),
        ("draft", ["Egil Epost"]),
        ("former", ["Frode Før"]),
        ("inactive", ["Nina Nå"]),
        ("no_number", ["Egil Epost"]),
        ("left_out", []),
        ("several_positions", []),
    ],
)
def test_the_list_can_be_narrowed_down(run, show, expected):
    found = everyone.people(run.connection, show=show)
    assert names(found) == expected
    if show in everyone.FILTERS:
        assert found.counts.get(show, 0) == len(expected)


def test_several_positions_are_those_that_the_overview_counts(hr):
    kari, per = in_visma("v", "Kari", "Lie", "1", "k@x.no"), in_visma("alone", "Per", "Moe", "2", "p@x.no")
    with_two = [replace(one, positions=(*one.positions, replace(one.positions[0], id="second"))) for one in (kari, per)]
    run = read(company(hr), in_huma("h", "Kari", "Lie", "1", "k@x.no"), *with_two)
    shown = names(everyone.people(run.connection, show="several_positions"))
    assert shown == ["Kari Lie"]
    assert dict(overview.overview(run).worth)["several_positions"] == len(shown)


def test_nothing_of_another_connection_is_shown(run, superuser):
    other = company(superuser, tenant_id="other")
    assert everyone.people(other).total == 0
    read(other, in_huma("h1", "Xenia", "X", "1", "x@x.no"))
    assert names(everyone.people(other)) == ["Xenia X"]


def test_whoever_decides_a_link_keeps_humas_name_and_payrolls_number(run, hr):
    match = PossibleMatch.objects.get(run=run)
    matches.call_different(run, hr, match.pk)
    kept = [(link_of(run, "h3").name, link_of(run, "h3").number)]
    made = who_is_who.link(run.connection, hr, "h3", "v3")
    kept.append((made.name, made.number))
    assert kept == [("Per Hansen", "33"), ("Per Hansen", "33")]


def test_linking_by_hand_compares_the_pair_at_once_and_takes_both_off_the_create_lists(run, hr):
    link = who_is_who.link(run.connection, hr, "h3", "v3")
    assert (link.state, link.linked_by, link.linked_by_user) == ("linked", "person", "hr")
    assert {c.field for c in Conflict.objects.filter(run=run, link=link)} == {"employment_id", "email"}
    assert not candidates.offered(run, "visma").filter(vendor_id="h3").exists()
    assert not candidates.offered(run, "huma").filter(vendor_id="v3").exists()
    assert PossibleMatch.objects.get(run=run).decision == "linked"


def test_somebody_who_is_linked_cannot_be_linked_again(run, hr):
    with pytest.raises(NotAllowed) as refused:
        who_is_who.link(run.connection, hr, "h1", "v6")
    assert refused.value.code == "taken"


def test_somebody_who_was_not_read_cannot_be_linked(run, hr):
    with pytest.raises(NotAllowed) as refused:
        who_is_who.link(run.connection, hr, "h3", "never-heard-of")
    assert refused.value.code == "unread"


def test_unlinking_makes_two_people_and_forgets_what_was_agreed(run, hr):
    link = link_of(run, "h1")
    assert link.baseline
    assert Conflict.objects.filter(run=run, link=link, field="phone").exists()
    who_is_who.unlink(link, hr)
    assert (link.state, link.baseline, link.seen, link.huma_position) == ("different", {}, {}, "")
    assert not Conflict.objects.filter(run=run, link=link).exists()
    found = everyone.people(run.connection, show="different")
    assert names(found) == ["Berit Begge", "Berit Begge"]


def test_unlinked_people_may_be_added_where_nothing_forbids_it(run, hr):
    who_is_who.unlink(link_of(run, "h1"), hr)
    berit = snapshot(run, "h1")
    assert (berit.create_group, berit.create_blocked) == ("main", "number_taken")
    assert snapshot(run, "v1").create_blocked == "create_email_taken"


def test_different_people_are_not_linked_again_by_any_key(run, hr):
    who_is_who.unlink(link_of(run, "h1"), hr)
    SyncRun.objects.filter(pk=run.pk).update(state="cancelled")
    read(
        run.connection,
        in_huma("h1", "Berit", "Begge", "1", "berit@x.no"),
        in_visma("v1", "Berit", "Begge", "1", "berit@x.no"),
        in_huma("h2", "Egil", "Epost", "", "egil@x.no"),
        in_visma("v2", "Egil", "Epost", "2", "egil@x.no"),
    )
    assert link_of(run, "h1").state == "different"


def test_unlinked_people_can_be_linked_again(run, hr):
    link = link_of(run, "h1")
    who_is_who.unlink(link, hr)
    again = who_is_who.link(run.connection, hr, "h1", "v1")
    assert again.pk == link.pk
    assert (again.state, again.linked_by) == ("linked", "person")
    assert Conflict.objects.filter(run=run, link=link, field="phone").exists()


def test_a_linked_person_left_out_has_no_differences_until_taken_back(run, hr):
    link = link_of(run, "h1")
    row = who_is_who.leave_out(run.connection, hr, "huma", "h1", "Berit Begge", "on leave")
    assert row.reason == "on leave"
    assert not Conflict.objects.filter(run=run, link=link).exists()
    assert names(everyone.people(run.connection, show="left_out")) == ["Berit Begge"]
    who_is_who.take_back(row, hr)
    assert Conflict.objects.filter(run=run, link=link, field="phone").exists()
    assert not LeftOut.objects.exists()


def test_leaving_out_twice_is_once(run, hr):
    first = who_is_who.leave_out(run.connection, hr, "visma", "v6", "Vera Visma")
    assert who_is_who.leave_out(run.connection, hr, "visma", "v6", "Vera Visma").pk == first.pk
    assert snapshot(run, "v6").create_blocked == "create_left_out"


def test_a_field_taken_back_is_asked_again_and_other_choices_stay(hr):
    run = read(
        company(hr),
        in_huma("h1", "Berit", "Begge", "1", "berit@x.no", phone=wrap("22334455")),
        in_visma("v1", "Berita", "Begge", "1", "berit@x.no"),
    )
    link = link_of(run, "h1")
    Conflict.objects.filter(run=run, field="phone").delete()
    Conflict.objects.filter(run=run, field="given_name").update(decision="visma", decided_by="colleague")
    row = LeftOut.objects.create(connection=run.connection, link=link, field="phone", by="hr")
    who_is_who.take_back(row, hr)
    assert Conflict.objects.get(run=run, field="phone").decision == ""
    kept = Conflict.objects.get(run=run, field="given_name")
    assert (kept.decision, kept.decided_by) == ("visma", "colleague")


def test_nothing_can_be_changed_while_a_run_writes(run, hr):
    link = link_of(run, "h1")
    row = LeftOut.objects.create(connection=run.connection, side="visma", vendor_id="v6", by="hr")
    SyncRun.objects.filter(pk=run.pk).update(state="applying")
    for act in (
        lambda: who_is_who.link(run.connection, hr, "h3", "v3"),
        lambda: who_is_who.unlink(link, hr),
        lambda: who_is_who.leave_out(run.connection, hr, "huma", "h1", "x"),
        lambda: who_is_who.take_back(row, hr),
    ):
        with pytest.raises(NotAllowed):
            act()
    link.refresh_from_db()
    assert link.state == "linked"


def test_every_change_is_audited_without_values(run, hr):
    who_is_who.link(run.connection, hr, "h3", "v3")
    who_is_who.unlink(link_of(run, "h1"), hr)
    who_is_who.take_back(who_is_who.leave_out(run.connection, hr, "huma", "h4", "Nina Nå", "secret"), hr)
    entries = AuditEntry.objects.filter(connection=run.connection).order_by("pk")
    assert [e.action for e in entries] == ["people.linked", "people.unlinked", "person.left_out", "person.taken_back"]
    assert "Nina" not in str([e.detail for e in entries])
    assert "secret" not in str([e.detail for e in entries])


def test_somebody_gone_from_a_side_is_found_by_the_name_that_was_known(run, hr):
    SyncRun.objects.filter(pk=run.pk).update(state="finished")
    read(
        run.connection,
        in_huma("h1", "Berit", "Begge", "1", "berit@x.no"),
        in_huma("h2", "Egil", "Epost", "", "egil@x.no"),
        in_visma("v2", "Egil", "Epost", "2", "egil@x.no"),
    )
    gone = everyone.people(run.connection, "berit", "gone").page.object_list
    assert [(p.name, p.gone_from, p.number) for p in gone] == [("Berit Begge", "visma", "1")]


def test_somebody_whose_other_half_is_gone_can_be_linked_with_a_new_one(hr):
    connection = company(hr)
    old = EmployeeLink.objects.create(connection=connection, huma_id="h1", visma_id="old", linked_by="number")
    run = read(
        connection,
        in_huma("h1", "Berit", "Begge", "1", "berit@x.no"),
        in_visma("new", "Berit", "Gift", "100", "b.gift@x.no", position=False),
    )
    assert card(run, "huma", "h1").can_be_linked
    made = who_is_who.link(connection, hr, "h1", "new")
    old.refresh_from_db()
    assert (made.state, old.state) == ("linked", "different")
    assert card(run, "huma", "h1").person.link == made
    assert Conflict.objects.filter(run=run, link=made, field="family_name").exists()


def test_counterparts_are_people_who_are_not_linked(run):
    assert [s.vendor_id for s in everyone.counterparts(run.connection, "visma", "hans")] == ["v3"]
    assert everyone.counterparts(run.connection, "visma", "berit") == []
    EmployeeSnapshot.objects.filter(run=run, vendor_id="v3").update(name="Åse Hansen Øye")
    for words in ("åse", "ÅSE øye", "HANS ø"):
        assert [s.vendor_id for s in everyone.counterparts(run.connection, "visma", words)] == ["v3"]
    assert everyone.counterparts(run.connection, "visma", " ") == []


def test_a_person_shows_what_both_say_and_whom_she_may_be(run):
    berit = card(run, "visma", "v1")
    assert berit.person.link.linked_by == "number"
    phone = next(line for line in berit.lines if line.label == "Phone")
    assert (phone.huma.text, phone.visma.text) == ("22334455", "")
    per = card(run, "huma", "h3")
    assert [(o.side, o.vendor_id, o.match.why) for o in per.maybe] == [("visma", "v3", "name_alone")]
    assert per.blocked.startswith("May be the same person")


def test_nobody_has_an_unknown_id(run):
    assert card(run, "huma", "nobody") is None
