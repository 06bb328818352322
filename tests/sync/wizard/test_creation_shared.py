"""Nobody is created with an email or an Employment ID that somebody else has: both are shown, with the reason."""

import pytest

from sync.analysis.links import candidates
from sync.analysis.links.single_pairs import compare_pair
from sync.models import EmployeeLink, EmployeeSnapshot
from sync.runs import who_is_who
from sync.wizard import creation, creation_lists
from tests.connections.companies import company
from tests.sync.made_reads import in_huma, in_visma, read, snapshot
from tests.sync.wizard.test_creation_service import sections

pytestmark = pytest.mark.django_db


def why(run):
    """By id, why somebody can't be added."""
    rows = EmployeeSnapshot.objects.filter(run=run).exclude(create_group="")
    return dict(rows.values_list("vendor_id", "create_blocked"))


def test_two_who_share_a_number_are_both_shown_and_neither_is_added(hr):
    run = read(
        company(hr),
        in_huma("one", "Nina", "Nå", "a17", "nina@x.no"),
        in_huma("two", "Stine", "Snart", "A17", "stine@x.no"),
        in_huma("zeros", "Lars", "Lav", "0017", "lars@x.no"),
        in_huma("plain", "Mari", "Mer", "17", "mari@x.no"),
    )
    assert why(run) == {
        "one": "create_shared_number",
        "two": "create_shared_number",
        "zeros": "",
        "plain": "",
    }
    assert sections(run, "visma") == {"main": ["zeros", "plain"], "blocked": ["one", "two"]}
    assert creation.choose_all(run, hr, "visma", on=True) == 2


def test_two_who_share_an_email_are_both_shown_and_neither_is_added(hr):
    run = read(
        company(hr),
        in_huma("h", "Berit", "Begge", "1", "berit@x.no"),
        in_visma("one", "Nina", "Nå", "11", "Post@x.no"),
        in_visma("two", "Stine", "Snart", "12", "post@x.no"),
    )
    assert (why(run)["one"], why(run)["two"]) == ("create_shared_email", "create_shared_email")
    shown = {p.vendor_id: p.blocked for s in creation_lists.page(run, "huma").sections for p in s.people}
    assert shown["one"] == shown["two"] != ""
    assert creation.choose(run, hr, [snapshot(run, "one").pk, snapshot(run, "two").pk], on=True) == 0


def test_nobody_is_added_whose_email_or_number_somebody_across_has(hr):
    connection = company(hr)
    for huma, visma in (("email-h", "email-v"), ("number-h", "number-v")):
        EmployeeLink.objects.create(
            connection=connection, huma_id=huma, visma_id=visma, state="different", linked_by="person"
        )
    run = read(
        connection,
        in_huma("email-h", "Nina", "Nå", "1", "felles@x.no"),
        in_visma("email-v", "Stine", "Snart", "2", "FELLES@x.no"),
        in_huma("number-h", "Lars", "Lav", "b3", "lars@x.no"),
        in_visma("number-v", "Mari", "Mer", "B3", "mari@x.no"),
    )
    assert why(run) == {
        "email-h": "create_email_in_visma",
        "email-v": "create_email_taken",
        "number-h": "number_taken",
        "number-v": "create_number_in_huma",
    }
    assert not candidates.possible(run, "huma").exists()
    assert not candidates.possible(run, "visma").exists()


def test_leaving_one_of_two_out_frees_the_other_until_it_is_taken_back(hr):
    run = read(
        company(hr),
        in_huma("one", "Nina", "Nå", "17", "nina@x.no"),
        in_huma("two", "Stine", "Snart", "17", "stine@x.no"),
    )
    left_out = creation.never_add(run, hr, snapshot(run, "one").pk)
    assert why(run) == {"one": "create_left_out", "two": ""}
    creation.choose(run, hr, [snapshot(run, "two").pk], on=True)
    who_is_who.take_back(left_out, hr)
    assert set(why(run).values()) == {"create_shared_number"}
    assert not snapshot(run, "two").create_chosen


def test_an_account_of_a_program_shares_nothing(hr):
    run = read(
        company(hr),
        in_huma("one", "Nina", "Nå", "17", "nina@x.no"),
        in_huma("robot", "Robo", "Bot", "17", "robo@x.no", type="service_user"),
    )
    assert why(run)["one"] == ""


def test_linking_one_of_two_frees_the_other(hr):
    run = read(
        company(hr),
        in_huma("one", "Nina", "Nå", "17", "nina@x.no"),
        in_huma("two", "Stine", "Snart", "17", "stine@x.no"),
        in_visma("v", "Nina", "Nå", "99"),
    )
    assert why(run)["two"] == "create_shared_number"
    link = EmployeeLink.objects.create(connection=run.connection, huma_id="one", visma_id="v", linked_by="person")
    compare_pair(run, link)
    assert why(run) == {"two": ""}
