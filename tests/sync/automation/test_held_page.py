"""Held: what waits for an owner, the question before each answer, and who may answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sync.models import Change, EmployeeLink, SyncRun
from tests.sync.browsing import at, signed_in, words

pytestmark = pytest.mark.django_db

OLD, NEW = "+4722667788", "+4733667788"
ACCOUNT = {"paymentType": "bank", "internationalBankAccount": False, "localBankAccount": "86011117947"}
OTHER = {**ACCOUNT, "localBankAccount": "12345678903"}


@pytest.fixture
def came(fjordheim):
    """An automatic run that has ended."""
    return SyncRun.objects.create(
        connection=fjordheim,
        trigger="real-time",
        state="finished",
        confirmed_at=timezone.now(),
        finished_at=timezone.now(),
        rule_by="hr",
        rule_at=timezone.now(),
    )


@pytest.fixture
def hold(came):
    """Holds a change of somebody."""

    def one(name="Kari Nordmann", field="phone", before=OLD, after=NEW, reason="held_many"):
        link, _made = EmployeeLink.objects.get_or_create(
            connection=came.connection, huma_id=name[:4], visma_id=f"v{name[:4]}", linked_by="number", name=name
        )
        return Change.objects.create(
            run=came, link=link, side="visma", field=field, name=name, number="1", before=before, after=after,
            pin=f"1:{before}"[:80], source=f"1:{after}"[:80], state="held", reason=reason,
        )  # fmt: skip

    return one


def ticked(*changes):
    return [str(one.pk) for one in changes]


def asked(web, connection, answer, *changes):
    """The question that the page asks about the ticked ones."""
    return web.post(at("held_ask", connection), {"answer": answer, "change": ticked(*changes)})


def answered(web, connection, answer, *changes, **more):
    """The message after the owner has answered."""
    data = {"changes": ",".join(ticked(*changes)), **more}
    return web.post(at(f"held_{answer}", connection), data)


def test_nothing_is_held(web, fjordheim):
    text = words(web.get(at("held", fjordheim)))
    assert "Nothing is waiting for approval" in text
    assert "Approve what is ticked" not in text
    assert "Tick everything" not in text


def test_what_waits_is_shown_by_why_and_by_person(web, fjordheim, hold):
    hold()
    hold("Ola Hansen", "bank_account", ACCOUNT, OTHER, "held_account")
    hold("Ola Hansen", "phone", OLD, None)
    text = words(web.get(at("held", fjordheim)))
    assert "3 changes of 2 people" in text
    many, look = text.index("Unusually many changes at once"), text.index("Changed bank accounts wait for approval")
    assert look < many
    assert "Bank account – Ola Hansen Before: 8601 11 17947 After: 1234 56 78903" in text
    assert f"Phone – Kari Nordmann Before: {OLD} After: {NEW}" in text
    assert "After: emptied" in text


def test_each_run_and_person_is_a_link_away(web, fjordheim, came, hold):
    hold()
    page = web.get(at("held", fjordheim)).content.decode()
    assert at("result", fjordheim, came.pk) in page
    assert at("person", fjordheim, "huma", "Kari") in page


def test_what_was_answered_is_not_shown(web, fjordheim, hold):
    for answer in ("released", "dropped", "overtaken"):
        Change.objects.filter(pk=hold().pk).update(answer=answer)
    assert "Nothing is waiting for approval" in words(web.get(at("held", fjordheim)))


def test_many_have_pages(web, fjordheim, hold):
    for number in range(101):
        hold(f"{number:04} Nordmann")
    assert "1–100 of 101" in words(web.get(at("held", fjordheim)))
    assert "0100 Nordmann" in words(web.get(at("held", fjordheim) + "?page=2"))
    everything = web.post(at("held_ask", fjordheim), {"answer": "reject", "all": "1"})
    assert "Reject 101 changes of 101 people?" in words(everything)
    pks = Change.objects.values_list("pk", flat=True)
    web.post(at("held_reject", fjordheim), {"changes": ",".join(map(str, pks))})
    assert Change.objects.filter(answer="dropped").count() == 101


def test_nothing_happens_before_the_question_is_answered(web, fjordheim, hold):
    one, other = hold(), hold("Ola Hansen")
    text = words(asked(web, fjordheim, "approve", one, other))
    assert "Approve 2 changes of 2 people?" in text
    assert "Phone 2" in text
    assert "We fetch these people from both systems again first." in text
    text = words(asked(web, fjordheim, "reject", one))
    assert "Reject 1 change of 1 person?" in text
    assert "Nothing is sent, and nothing is changed in Visma.net Payroll." in text
    assert set(Change.objects.values_list("answer", flat=True)) == {""}


@pytest.mark.parametrize("data", [{}, {"answer": "approve"}, {"answer": "burn", "all": "1"}, {"change": "1"}])
def test_without_ticks_or_an_answer_nothing_is_asked(web, fjordheim, hold, data):
    hold()
    response = web.post(at("held_ask", fjordheim), data, follow=True)
    assert "Nothing was ticked." in words(response)


def test_an_approval_starts_a_run_and_comes_back_to_the_page(web, fjordheim, hold):
    one, other = hold(), hold("Ola Hansen")
    response = answered(web, fjordheim, "approve", one)
    assert (response.status_code, response.url) == (302, at("held", fjordheim))
    run = SyncRun.objects.get(trigger="release")
    assert (run.started_by, run.confirmed_by, run.people, list(run.approved_changes.all())) == (
        "hr",
        "hr",
        ["Kari"],
        [one],
    )
    text = words(web.get(response.url))
    assert "1 change was approved. We fetch from both systems again first." in text
    assert "1 change that hr approved is on its way" in text
    assert "1 change of 1 person" in text
    assert at("result", fjordheim, run.pk) in web.get(response.url).content.decode()
    other.refresh_from_db()
    assert other.answer == ""


def test_a_drop_writes_nothing_and_says_so(web, fjordheim, hold):
    one = hold()
    response = answered(web, fjordheim, "reject", one)
    assert (response.status_code, response.url) == (302, at("held", fjordheim))
    text = words(web.get(response.url))
    assert "1 change was rejected. Nothing was sent." in text
    assert "Nothing is waiting for approval" in text
    one.refresh_from_db()
    assert (one.answer, one.answered_by) == ("dropped", "hr")
    assert not SyncRun.objects.filter(trigger="release").exists()


def test_a_second_click_finds_nothing_left(web, fjordheim, hold):
    one = hold()
    for answer in ("approve", "approve", "reject"):
        response = answered(web, fjordheim, answer, one)
    assert "it was answered or replaced meanwhile" in words(web.get(response.url))
    assert "it was answered or replaced meanwhile" in words(
        web.post(at("held_ask", fjordheim), {"answer": "reject", "change": ticked(one)}, follow=True)
    )
    assert SyncRun.objects.filter(trigger="release").count() == 1


def test_many_people_need_their_number_typed(web, fjordheim, hold):
    fjordheim.threshold_people = 1
    fjordheim.save()
    changes = [hold(), hold("Ola Hansen")]
    page = asked(web, fjordheim, "approve", *changes)
    assert "That is more than the limit of 1." in words(page)
    assert "Type 2 to confirm" in words(page)
    wrong = answered(web, fjordheim, "approve", *changes, typed="3")
    assert wrong.status_code == 200
    assert "That isn't the number. Nothing was approved." in words(wrong)
    assert not SyncRun.objects.filter(trigger="release").exists()
    assert answered(web, fjordheim, "approve", *changes, typed="2").status_code == 302
    assert SyncRun.objects.filter(trigger="release").count() == 1
    assert "Type" not in words(asked(web, fjordheim, "reject", *changes))


def test_a_paused_connection_approves_nothing_and_rejects(web, fjordheim, hold):
    one = hold()
    fjordheim.state = "paused"
    fjordheim.save()
    text = words(web.get(at("held", fjordheim)))
    assert "Nothing can be approved until the connection works again." in text
    assert "Approve what is ticked" not in text
    response = answered(web, fjordheim, "approve", one)
    assert "The connection isn't active, so nothing was approved." in words(web.get(response.url))
    answered(web, fjordheim, "reject", one)
    one.refresh_from_db()
    assert one.answer == "dropped"


def test_values_that_were_deleted_cannot_be_approved(web, fjordheim, came, hold):
    one = hold(before=None, after=None)
    SyncRun.objects.filter(pk=came.pk).update(values_blanked_at=timezone.now())
    text = words(web.get(at("held", fjordheim)))
    assert "The values were deleted after a while, so you can't approve this any more, only reject it." in text
    response = web.post(at("held_ask", fjordheim), {"answer": "approve", "change": ticked(one)}, follow=True)
    assert "Their values were deleted, so they can't be approved. They can be rejected." in words(response)
    assert "Reject 1 change of 1 person?" in words(asked(web, fjordheim, "reject", one))


def test_some_of_many_whose_values_were_deleted_are_left_out(web, fjordheim, came, hold):
    old = hold()
    earlier = SyncRun.objects.create(connection=fjordheim, trigger="real-time", values_blanked_at=timezone.now())
    Change.objects.filter(pk=old.pk).update(run=earlier)
    text = words(asked(web, fjordheim, "approve", old, hold("Ola Hansen")))
    assert "Approve 1 change of 1 person?" in text
    assert "1 more can't be approved: its values were deleted after a while." in text


def test_an_approval_that_came_to_nothing_is_said(web, fjordheim, hold):
    one = hold()
    answered(web, fjordheim, "approve", one)
    ended = {"state": "failed", "failure": "credentials_huma", "finished_at": timezone.now()}
    SyncRun.objects.filter(trigger="release").update(**ended)
    Change.objects.update(answer="")
    text = words(web.get(at("held", fjordheim)))
    assert "The last approved changes couldn't be sent Huma refused the API key." in text
    assert "the approved changes are waiting again" in text


@pytest.mark.parametrize("name", ["held", "held_ask", "held_approve", "held_reject"])
def test_only_owners_and_superusers_have_anything_to_do_with_it(fjordheim, hold, other, superuser, name):
    one = hold()
    data = {"answer": "reject", "change": ticked(one), "changes": ticked(one)}
    strangers = signed_in(other)
    assert strangers.get(at(name, fjordheim), data).status_code == (404 if name == "held" else 405)
    assert strangers.post(at(name, fjordheim), data).status_code == (405 if name == "held" else 404)
    one.refresh_from_db()
    assert one.answer == ""
    admin = signed_in(superuser)
    assert (admin.get if name == "held" else admin.post)(at(name, fjordheim), data).status_code in (200, 302)


def test_no_value_leaves_the_page(web, fjordheim, hold, caplog):
    one, other = hold(), hold("Ola Hansen")
    addresses = []
    for answer, change in (("approve", one), ("reject", other)):
        asked(web, fjordheim, answer, change)
        response = answered(web, fjordheim, answer, change)
        addresses.append(response.url)
        said = [str(message) for message in web.get(response.url).context["messages"]]
        assert said
        assert not any(NEW in text or "Kari" in text for text in said)
    assert not any(NEW in text for text in (*addresses, caplog.text))
    assert NEW not in str(list(fjordheim.audit.values_list("action", "detail")))
    assert timezone.now() - fjordheim.audit.latest("at").at < timedelta(minutes=5)
