"""Review: what is shown, what can be chosen, and what a bulk choice never does."""

import pytest

from connections.models import AuditEntry
from sync.core.fields import FIELDS
from sync.models import Conflict, EmployeeLink, SyncRun
from sync.pages.paging import Place
from sync.wizard import cards, review
from sync.wizard.review import ReviewFilter
from tests.sync.driving import apply, changed, connection, decide, difference, read, running

pytestmark = pytest.mark.django_db(transaction=True)
ALL = ReviewFilter(show="all")


@pytest.fixture
def sandbox(settings):
    with running(settings, 100) as found:
        yield found


@pytest.fixture
def run(sandbox, hr):
    return read(connection(sandbox, hr), hr)


def person(sandbox, way):
    return sandbox.people[way][0]


def shown(run, **how):
    return ReviewFilter(**how).apply(run)


def test_every_filter_shows_exactly_its_own(run):
    asks = Conflict.objects.filter(run=run, standing="asks")
    assert set(shown(run, show="all")) == set(asks)
    for spec in FIELDS:
        assert set(shown(run, show="all", field=spec.name)) == set(asks.filter(field=spec.name))
    assert {c.kind for c in shown(run, show="all", kind="empty")} == {"huma_empty", "visma_empty"}
    assert {c.kind for c in shown(run, show="all", kind="spelling")} == {"spelling"}
    assert {c.suggestion for c in shown(run, show="suggested")} <= {"huma", "visma"}
    assert all(c.blocked_to_huma or c.blocked_to_visma for c in shown(run, show="impossible"))
    for standing in ("former", "draft", "left"):
        assert {c.standing for c in shown(run, show=standing)} <= {standing}
    assert shown(run, show="former").exists()
    assert shown(run, show="draft").exists()


def test_a_name_or_number_finds_a_person(run):
    link = Conflict.objects.filter(run=run, standing="asks")[0].link
    for search in (link.name.upper(), link.number, link.name.split()[0][:3].lower()):
        assert link.pk in {c.link_id for c in shown(run, show="all", search=search)}
    assert not shown(run, show="all", search="nobody of that name").exists()


@pytest.mark.parametrize("search", ["ØDEGÅRD", "ødegård", "ARNE ÆGIR", "Ægir", "ægir"])
def test_a_name_is_found_in_capitals_or_not_whatever_its_letters(run, search):
    link = Conflict.objects.filter(run=run, standing="asks")[0].link
    EmployeeLink.objects.filter(pk=link.pk).update(name="Arne Ægir Ødegård")
    assert {c.link_id for c in shown(run, show="all", search=search)} >= {link.pk}


def test_facets_count_what_the_filters_show(run):
    facets = cards.page(run, ALL).facets
    for show in ("undecided", "all", "decided", "suggested", "impossible", "left", "former", "draft"):
        assert facets["show"][show] == shown(run, show=show).count(), show
    for name, count in facets["field"].items():
        assert count == shown(run, show="all", field=name).count()
    for name, count in facets["kind"].items():
        assert count == shown(run, show="all", kind=name).count()


def test_fields_and_kinds_are_counted_within_the_filter(run, hr):
    review.decide_bulk(run, hr, ReviewFilter(show="all", field="phone"), "leave")
    Conflict.objects.filter(run=run, field__in=("phone", "email")).update(is_new=True)
    there_are = Conflict.objects.filter(run=run)
    for show in review.HEADINGS:
        for more in ({}, {"new": True}, {"search": "a"}, {"search": "a", "new": True}):
            found = cards.page(run, ReviewFilter(show=show, **more))
            assert found.progress == review.progress(run)
            for part in ("field", "kind"):
                for name in set(there_are.values_list(part, flat=True)):
                    assert found.facets[part].get(name, 0) == shown(run, show=show, **more, **{part: name}).count()


def test_pages_show_everybody_once_and_in_order(run):
    first = found = cards.page(run, ALL, per_page=7)
    seen = list(first.cards)
    while found.place.has_next:
        found = cards.page(run, ALL, Place(after=found.place.last), per_page=7)
        seen += found.cards
    assert len({card.link.pk for card in seen}) == len(seen) == first.people
    assert sum(len(card.rows) for card in seen) == first.differences
    assert cards.page(run, ALL, 999, per_page=7).place == found.place
    assert cards.page(run, ALL, -3, per_page=7).place == first.place


def test_a_forbidden_direction_cannot_be_chosen_behind_the_page(run, hr):
    found = 0
    for conflict in Conflict.objects.filter(run=run):
        for choice in ("huma", "visma"):
            possible = not conflict.forbids(choice)
            decided = review.decide(run, hr, [conflict.pk], choice)
            assert decided.changed == possible
            assert possible or decided.skipped == {"forbidden": 1}
            found += not possible
            review.decide(run, hr, [conflict.pk], "")
    assert found > 10


def test_a_forbidden_choice_that_stands_in_the_table_is_not_carried_out(sandbox, run, hr):
    conflict = difference(run, person(sandbox, "long_employment_id").user_id, "employment_id")
    assert conflict.blocked_to_visma == "number_too_long"
    Conflict.objects.filter(pk=conflict.pk).update(decision="huma")
    before = sandbox.state()
    apply(run, hr)
    assert sandbox.state() == before


def test_unknown_choices_and_other_runs_differences_are_refused(run, hr):
    conflict = Conflict.objects.filter(run=run)[0]
    other = SyncRun.objects.create(connection=run.connection, state="review", trigger="command")
    assert review.decide(other, hr, [conflict.pk], "leave").changed == 0
    with pytest.raises(ValueError):
        review.decide(run, hr, [conflict.pk], "both")
    with pytest.raises(ValueError):
        review.decide_bulk(run, hr, ALL, "everything")


@pytest.mark.parametrize("choice", ["huma", "visma", "suggested"])
def test_a_bulk_choice_never_empties_a_field(sandbox, run, hr, choice):
    decided = review.decide_bulk(run, hr, ALL, choice)
    assert decided.changed > 0
    assert decided.skipped.get("empties", 0) > 0 or choice == "suggested"
    for conflict in Conflict.objects.filter(run=run).exclude(decision=""):
        assert not conflict.empties(conflict.decision)
        assert not conflict.forbids(conflict.decision)
        assert not conflict.bulk_blocked
        assert conflict.standing == "asks"
    total = Conflict.objects.filter(run=run, standing="asks").count()
    assert decided.changed + sum(decided.skipped.values()) == total


def test_emptying_is_chosen_singly_and_done(sandbox, run, hr):
    conflict = difference(run, person(sandbox, "account_missing_in_huma").user_id, "bank_account")
    assert review.decide_bulk(run, hr, ReviewFilter(field="bank_account", link=conflict.link_id), "huma").changed == 0
    decide(run, hr, conflict.link.huma_id, "bank_account", "huma")
    before = sandbox.state()
    apply(run, hr)
    found = changed(before, sandbox.state())
    assert {path.split("/")[3] for path in found} == {"salaryPaymentMethod"}
    account = sandbox.visma.employees[conflict.link.visma_id].body["salaryPaymentMethod"]
    assert account["paymentType"] == "cash"


def test_dates_of_people_with_several_positions_are_chosen_singly(sandbox, run, hr):
    user = person(sandbox, "two_positions").user_id
    dates = Conflict.objects.filter(run=run, link__huma_id=user, field__in=("first_workday", "last_workday"))
    assert dates.exists()
    assert not dates.filter(bulk_blocked=False).exists()
    decided = review.decide_bulk(run, hr, ReviewFilter(link=dates[0].link_id), "visma", allow_clearing=True)
    assert decided.skipped == {"singly": dates.count()}
    assert not dates.exclude(decision="").exists()


@pytest.mark.parametrize("group", ["former", "draft"])
def test_former_employees_and_drafts_are_chosen_under_their_own_filter(run, hr, group):
    apart = Conflict.objects.filter(run=run, standing=group)
    review.decide_bulk(run, hr, ALL, "leave")
    assert not apart.exclude(decision="").exists()
    assert review.decide_bulk(run, hr, ReviewFilter(show=group), "leave").changed == apart.count() > 0


def test_as_suggested_takes_suggestions_and_counts_the_rest(run, hr):
    decided = review.decide_bulk(run, hr, ALL, "suggested")
    for conflict in Conflict.objects.filter(run=run, standing="asks"):
        assert conflict.decision in ("", conflict.suggestion)
    assert decided.skipped["no_suggestion"] == Conflict.objects.filter(run=run, standing="asks", suggestion="").count()


def test_looking_at_what_a_bulk_choice_would_do_does_nothing(run, hr):
    audits = AuditEntry.objects.count()
    looked = review.preview_bulk(run, ALL, "huma")
    assert not Conflict.objects.exclude(decision="").exists()
    assert AuditEntry.objects.count() == audits
    assert review.decide_bulk(run, hr, ALL, "huma") == looked


def test_a_choice_is_taken_back_with_whose_it_was(run, hr, superuser):
    conflict = Conflict.objects.filter(run=run, blocked_to_visma="", standing="asks")[0]
    review.decide(run, hr, [conflict.pk], "huma")
    review.decide(run, superuser, [conflict.pk], "leave")
    conflict.refresh_from_db()
    assert (conflict.decision, conflict.decided_by) == ("leave", superuser.username)
    assert review.progress(run)[0] == 1
    review.decide(run, hr, [conflict.pk], "")
    conflict.refresh_from_db()
    assert (conflict.decision, conflict.decided_by, conflict.decided_at) == ("", "", None)


def test_two_admins_choose_beside_each_other(run, hr, superuser):
    one, other = Conflict.objects.filter(run=run, standing="asks")[:2]
    mine, theirs = SyncRun.objects.get(pk=run.pk), SyncRun.objects.get(pk=run.pk)
    review.decide(mine, hr, [one.pk], "leave")
    review.decide(theirs, superuser, [other.pk], "leave")
    assert review.progress(run)[0] == 2
