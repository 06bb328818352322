"""Create: who may be added where, and what is chosen."""

import pytest
from django.utils import translation

from connections.models import AuditEntry
from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut, PossibleMatch, SyncRun
from sync.runs import who_is_who
from sync.runs.lifecycle import NotAllowed
from sync.wizard import creation, creation_lists, matches
from tests.connections.companies import company
from tests.sync.made_reads import day, in_huma, in_visma, read, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def run(hr):
    """In Huma only: six kinds of people. In Visma only: two. And one who is in both."""
    return read(
        company(hr),
        in_huma("both", "Berit", "Begge", "1", "berit@x.no"),
        in_visma("both-v", "Berit", "Begge", "1", "berit@x.no"),
        in_huma("now", "Nina", "Nå", "10", "nina@x.no"),
        in_huma("soon", "Stine", "Snart", "11", "stine@x.no", starts=day(20)),
        in_huma("gone", "Frode", "Før", "12", "frode@x.no", ends=day(-40)),
        in_huma("hired", "Kim", "Konsulent", "13", "kim@x.no", contract="Consultant"),
        in_huma("idle", "Iben", "Ingen", "14", "iben@x.no", position=False),
        in_huma("long", "Lars", "Lang", "1234567890123", "lars@x.no"),
        in_huma("unnumbered", "Une", "Uten", "", "une@x.no"),
        in_visma("old", "Vera", "Visma", "20", "vera@x.no"),
        in_visma("mailless", "Morten", "Mangler", "21"),
    )


def sections(run, target):
    """The ids under each heading."""
    return {
        section.code: [person.vendor_id for person in section.people]
        for section in creation_lists.page(run, target).sections
    }


def test_people_are_listed_under_their_headings(run):
    assert sections(run, "visma") == {
        "main": ["now", "soon"],
        "blocked": ["long", "unnumbered"],
        "former": ["gone"],
        "not_employee": ["hired"],
        "no_position": ["idle"],
    }
    assert sections(run, "huma") == {"main": ["old"], "blocked": ["mailless"]}


def test_nobody_is_ticked_beforehand(run):
    assert not EmployeeSnapshot.objects.filter(create_chosen=True).exists()


def test_who_cannot_be_added_says_why_and_what_to_do(run):
    why = {p.vendor_id: p.blocked for s in creation_lists.page(run, "visma").sections for p in s.people}
    assert why["long"] == "Visma takes at most 12 characters, this one has 13. Shorten it in Huma."
    assert why["unnumbered"].startswith("There is no Employment ID in Huma")
    assert why["now"] == ""


def test_a_new_person_gets_the_fields_and_the_rest_is_explained(hr):
    account = {"type": "national", "number": "12345678900", "country": "NO"}
    run = read(
        company(hr),
        in_huma("h", "Nina", "Nå", "10", "nina@x.no", bankAccount={"value": account, "editable": True}),
        in_visma("v", "Vera", "Visma", "20", "vera@x.no"),
    )
    nina = creation_lists.page(run, "visma").sections[0].people[0]
    assert nina.gets == ["Given name", "Family name", "Email", "First workday", "Employment ID"]
    assert [(field.label, field.why.split(".")[0]) for field in nina.omitted] == [
        ("Bank account", "The check digit of the account number is wrong")
    ]
    vera = creation_lists.page(run, "huma").sections[0].people[0]
    assert "First workday" not in vera.gets


def test_choosing_is_stored_with_who_chose(run, hr):
    assert creation.choose(run, hr, [snapshot(run, "now").pk], on=True) == 1
    assert snapshot(run, "now").create_chosen_by == "hr"
    assert [p.vendor_id for p in creation.chosen(run, "visma")] == ["now"]
    assert creation.choose(run, hr, [snapshot(run, "now").pk], on=False) == 1
    assert not snapshot(run, "now").create_chosen


def test_select_all_takes_the_main_list_only(run, hr):
    assert creation.choose_all(run, hr, "visma", on=True) == 2
    assert sorted(p.vendor_id for p in creation.chosen(run, "visma")) == ["now", "soon"]
    assert not creation.chosen(run, "huma").exists()


def test_select_nobody_takes_the_folded_ones_off_too(run, hr):
    creation.choose(run, hr, [snapshot(run, "gone").pk], on=True)
    assert creation.choose_all(run, hr, "visma", on=False) == 1
    assert not creation.chosen(run, "visma").exists()


@pytest.mark.parametrize("who", ["both", "long", "unnumbered", "mailless"])
def test_who_is_linked_or_cannot_be_created_cannot_be_chosen(run, hr, who):
    assert creation.choose(run, hr, [snapshot(run, who).pk], on=True) == 0


def test_people_of_another_run_cannot_be_chosen(run, hr, superuser):
    other = read(company(superuser, tenant_id="other"), in_huma("x", "Xenia", "X", "1", "x@x.no"))
    assert creation.choose(run, hr, [snapshot(other, "x").pk], on=True) == 0


@pytest.mark.parametrize("state", ["applying", "finished", "cancelled", "stopped"])
def test_nothing_can_be_chosen_once_the_run_writes_or_has_ended(run, hr, state):
    SyncRun.objects.filter(pk=run.pk).update(state=state)
    pk = snapshot(run, "now").pk
    for act in (
        lambda: creation.choose(run, hr, [pk], on=True),
        lambda: creation.choose_all(run, hr, "visma", on=True),
        lambda: creation.never_add(run, hr, pk),
        lambda: creation.set_options(run, hr, [], invite=True),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not LeftOut.objects.exists()


def test_never_add_leaves_out_and_can_be_taken_back(run, hr):
    creation.choose_all(run, hr, "visma", on=True)
    row = creation.never_add(run, hr, snapshot(run, "now").pk, "hired by the neighbours")
    assert (row.side, row.vendor_id, row.name, row.by) == ("huma", "now", "Nina Nå", "hr")
    assert sections(run, "visma")["never"] == ["now"]
    assert [p.vendor_id for p in creation.chosen(run, "visma")] == ["soon"]
    who_is_who.take_back(row, hr)
    assert sections(run, "visma")["main"] == ["now", "soon"]
    assert not snapshot(run, "now").create_chosen


def never_on_create(run, user, person):
    return creation.never_add(run, user, person.pk, "hired by the neighbours")


def left_out_on_people(run, user, person):
    return who_is_who.leave_out(
        run.connection, user, person.side, person.vendor_id, person.name, "hired by the neighbours"
    )


@pytest.mark.parametrize("leave_out", [never_on_create, left_out_on_people])
def test_leaving_out_is_one_act_wherever_it_is_done(run, hr, leave_out):
    """It is the same row and the same audit entry, and it counts at once in every run that is open."""
    person = snapshot(run, "now")
    both = in_huma("both", "Berit", "Begge", "1", "berit@x.no"), in_visma("both-v", "Berit", "Begge", "1", "berit@x.no")
    command = read(run.connection, *both, in_huma("now", "Nina", "Nå", "10", "nina@x.no"), trigger="command")
    row = leave_out(run, hr, person)
    assert (row.side, row.vendor_id, row.name, row.reason, row.by) == (
        *("huma", "now", "Nina Nå"),
        *("hired by the neighbours", "hr"),
    )
    entry = AuditEntry.objects.get(connection=run.connection, action="person.left_out")
    assert entry.detail == {"left_out": row.pk, "side": "huma", "ids": ["huma:now"]}
    assert {snapshot(one, "now").create_blocked for one in (run, command)} == {"create_left_out"}


@pytest.mark.parametrize("leave_out", [never_on_create, left_out_on_people])
def test_nobody_is_left_out_while_any_run_of_the_connection_writes(run, hr, leave_out):
    """The run that writes may be creating them."""
    person = snapshot(run, "now")
    SyncRun.objects.create(connection=run.connection, trigger="command", state="applying")
    with pytest.raises(NotAllowed) as refused:
        leave_out(run, hr, person)
    assert refused.value.code == "state"
    assert not LeftOut.objects.exists()
    assert snapshot(run, "now").create_blocked == ""


def test_a_person_who_is_left_out_is_so_in_the_next_run_too(run, hr):
    creation.never_add(run, hr, snapshot(run, "now").pk)
    SyncRun.objects.filter(pk=run.pk).update(state="cancelled")
    both = in_huma("both", "Berit", "Begge", "1", "berit@x.no"), in_visma("both-v", "Berit", "Begge", "1", "berit@x.no")
    later = read(run.connection, *both, in_huma("now", "Nina", "Nå", "10", "nina@x.no"))
    assert snapshot(later, "now").create_blocked == "create_left_out"


def test_an_open_possible_match_forbids_creating_both(hr):
    run = read(
        company(hr),
        in_huma("h", "Nina", "Nå", "10", "nina@x.no"),
        in_visma("v", "Nina", "Nå", "77", "vera@x.no"),
    )
    assert snapshot(run, "h").create_blocked == snapshot(run, "v").create_blocked == "create_open_match"
    who_is_who.link(run.connection, hr, "h", "v")
    assert creation_lists.page(run, "visma").is_empty
    assert creation_lists.page(run, "huma").is_empty


def test_who_was_added_by_a_sync_and_removed_since_is_folded_with_the_date(hr):
    connection = company(hr)
    made = EmployeeLink.objects.create(
        connection=connection, huma_id="h1", visma_id="v1", linked_by="created", name="Nina Nå"
    )
    run = read(
        connection,
        in_huma("h1", "Nina", "Nå", "5", "one@x.no"),
        in_huma("h2", "Tove", "To", "6", "two@x.no"),
        in_visma("v2", "Tove", "To", "6", "two@x.no"),
    )
    assert sections(run, "visma") == {"returned": ["h1"]}
    nina = creation_lists.page(run, "visma").sections[0].people[0]
    assert nina.returned_since == made.linked_at
    assert creation.choose_all(run, hr, "visma", on=True) == 0
    assert creation.choose(run, hr, [nina.pk], on=True) == 1


def test_who_was_called_different_is_judged_anew(hr):
    run = read(
        company(hr),
        in_huma("h1", "Nina", "Nå", "5", "one@x.no"),
        in_visma("v1", "Berit", "Annen", "5", "two@x.no", position=False),
        in_huma("h2", "Tove", "To", "6", "two@x.no"),
        in_visma("v2", "Tove", "To", "6", "tove@x.no"),
        *(in_huma(f"h{i}", "Per", f"P{i}", str(i), f"p{i}@x.no") for i in range(10, 30)),
        *(in_visma(f"v{i}", "Per", f"P{i}", str(i), f"p{i}@x.no") for i in range(10, 30)),
    )
    match = PossibleMatch.objects.get(run=run)
    assert snapshot(run, "v1").create_blocked == "create_open_match"
    matches.call_different(run, hr, match.pk)
    assert snapshot(run, "h1").create_blocked == "number_taken"
    assert snapshot(run, "v1").create_blocked == "create_email_taken"


def test_the_groups_are_the_connections_until_somebody_chooses(run, hr):
    run.connection.huma_groups = ["g1"]
    assert (run.groups, run.invites) == (["g1"], False)
    creation.set_options(run, hr, [], invite=True)
    run.refresh_from_db()
    assert (run.groups, run.invites) == ([], True)
    creation.set_options(run, hr, None, invite=False)
    assert (run.groups, run.invites) == ([], False)


def test_every_choice_leaves_an_audit_entry_without_values(run, hr):
    creation.choose_all(run, hr, "visma", on=True)
    creation.never_add(run, hr, snapshot(run, "now").pk)
    creation.set_options(run, hr, ["g"], invite=True)
    entries = AuditEntry.objects.filter(connection=run.connection)
    actions = [entry.action for entry in entries.order_by("pk")]
    assert actions == ["create.chosen", "person.left_out", "create.options"]
    assert "Nina" not in str([entry.detail for entry in entries])
    assert entries.get(action="create.chosen").detail == {
        "run": run.pk,
        "to_visma": 2,
        "ids": ["huma:now", "huma:soon"],
    }


def test_long_lists_come_in_pages(hr):
    run = read(company(hr), *(in_huma(f"h{i}", "Per", f"Person{i:03}", str(i), f"p{i}@x.no") for i in range(120)))
    first = creation_lists.page(run, "visma").sections[0]
    assert (first.count, len(first.people), first.page.has_next) == (120, 50, True)
    last = creation_lists.page(run, "visma", "main", 3).sections[0]
    assert last.people[-1].name == "Per Person119"
    assert creation.choose_all(run, hr, "visma", on=True) == 120


def test_visma_may_assign_the_number_of_who_has_none(run, hr):
    assert creation_lists.page(run, "visma").unnumbered == 1
    creation.set_assigns_numbers(run, hr, True)
    page = creation_lists.page(run, "visma")
    assert (page.assigns_numbers, sections(run, "visma")["main"]) == (True, ["now", "soon", "unnumbered"])
    une = page.sections[0].people[-1]
    assert une.gets[-1] == "The number that Visma assigns"
    creation.choose_all(run, hr, "visma", on=True)
    creation.set_assigns_numbers(run, hr, False)
    assert sorted(p.vendor_id for p in creation.chosen(run, "visma")) == ["now", "soon"]
    entries = AuditEntry.objects.filter(action="create.numbering").order_by("pk")
    assert [entry.detail["assigned"] for entry in entries] == [True, False]


def test_choosing_the_same_again_is_not_told_twice(run, hr):
    creation.set_assigns_numbers(run, hr, True)
    creation.set_assigns_numbers(run, hr, True)
    assert AuditEntry.objects.filter(action="create.numbering").count() == 1
