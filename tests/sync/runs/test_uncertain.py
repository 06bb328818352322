"""What only a person can find out is told with the two possibilities, and where to look."""

import pytest
from django.utils import timezone

from sync.command.employees import failures
from sync.models import Change, EmployeeLink, SyncRun
from sync.runs import result_email
from tests.connections.companies import company
from tests.sync.browsing import at, signed_in, words
from tests.sync.made_reads import in_huma, read

pytestmark = pytest.mark.django_db
EITHER = "so we don't know whether {system} stored the change. Check the employee in {system}."
COMPARED = "The next sync compares again"


@pytest.fixture
def run(hr, settings):
    settings.LANGUAGE_CODE = "en"
    run = read(company(hr), in_huma("new", "Nina", "Ny", "10", "nina@x.no"))
    SyncRun.objects.filter(pk=run.pk).update(state="finished", confirmed_by="hr", finished_at=timezone.now())
    run.refresh_from_db()
    return run


def told(run, hr, smtp, **change):
    """What the Result page, the email (both parts) and the command say about one uncertain Change."""
    link = EmployeeLink.objects.create(connection=run.connection, huma_id="h", visma_id="v", linked_by="number")
    Change.objects.create(run=run, link=link, name="Hans Holm", state="unknown", **{"field": "phone", **change})
    assert result_email.send_result(run)
    mail = smtp.messages[0]
    page = words(signed_in(hr).get(at("result", run.connection, run.pk)))
    plain, html = (words_of(mail.get_body((kind,)).get_content()) for kind in ("plain", "html"))
    return [page, plain, html, failures(run)[0]["reason"]]


def words_of(html):
    return " ".join(html.replace("&#x27;", "'").split())


@pytest.mark.parametrize(("side", "system"), [("huma", "Huma"), ("visma", "Visma")])
def test_a_change_without_an_answer_was_made_or_not(run, hr, smtp, side, system):
    for said in told(run, hr, smtp, side=side, reason="unknown_outcome"):
        assert EITHER.format(system=system) in said
        assert COMPARED in said


def test_a_change_that_was_taken_on_was_carried_out_or_not(run, hr, smtp):
    for said in told(run, hr, smtp, side="visma", reason="job_lost"):
        assert "Visma accepted the change but never said how it ended" in said
        assert "so we don't know whether Visma stored it. Check the employee in Visma." in said
        assert COMPARED in said


@pytest.mark.parametrize("reason", ["unknown_outcome", "job_lost"])
def test_a_person_who_may_have_been_added_is_not_added_again_blindly(run, hr, smtp, reason):
    for said in told(run, hr, smtp, side="visma", action="create", field="", reason=reason):
        assert "so we don't know whether Visma created the person." in said
        assert "Check there, also among the drafts, before anybody adds them by hand." in said
        assert "The next sync finds the person, or offers to add them again." in said
