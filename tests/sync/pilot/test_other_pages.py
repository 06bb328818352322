"""What the other pages, the email and the notices say while there is a pilot group."""

import pytest

from sync.runs.ordinary_people import ordinary_people
from tests.sync.browsing import at, words
from tests.sync.driving import apply
from tests.sync.pilot.conftest import members, page, post
from tests.sync.scheduling import turn_on
from tests.sync.telling import told

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_first_run_proposes_three_ordinary_people_and_one_click_starts_with_them(piloted, web, connection):
    for way in ("draft", "two_positions", "former", "deactivated", "rehired", "returns", "employment_id_differs"):
        piloted.company.add(way)
    piloted.company.add("phone_differs")
    odd = {one.user_id for way in ("draft", "two_positions", "former", "deactivated", "rehired", "returns")
           for one in piloted.company.sandbox.people[way]}  # fmt: skip
    run = piloted.company.read()
    proposed = ordinary_people(connection, 3)
    assert len(proposed) == 3
    assert not {one.link.huma_id for one in proposed} & odd
    assert proposed[0].link.huma_id == piloted.company.sandbox.people["phone_differs"][0].user_id
    text = page(web, "overview", connection)
    assert "Start with these three" in text
    for one in proposed:
        assert one.link.name in text
    keys = [":".join(one.key) for one in proposed]
    text = post(web, "pilot_add", connection, person=keys, **{"from": "overview"})
    assert members() == {one.link.huma_id for one in proposed}
    linked = connection.links.filter(state="linked").count()
    assert f"Pilot group: 3 of {linked} people. Only they are changed." in text
    assert "Start with these three" not in text
    assert "3 people joined the pilot group." in text
    assert piloted.open() == run


def test_a_fresh_connection_works_for_everyone_and_no_page_speaks_of_a_group(piloted, web, connection):
    piloted.company.read()
    assert "Pilot group:" not in page(web, "review", connection)
    assert "Works for Everyone · Choose people" in page(web, "connection", connection)
    assert "works for everyone: 5 people" in page(web, "pilot", connection)
    assert "works for everyone already" in words(web.get(at("pilot_everyone", connection), follow=True))


def test_every_page_of_the_connection_says_for_whom_it_works(piloted, web, connection):
    run = apply(piloted.company.read(), piloted.company.user)
    piloted.company.read()
    piloted.choose(*piloted.inside)
    wizard = ("sync_users", "overview", "review", "review_matches", "create", "confirm", "people", "pilot", "held")
    others = ("attention", "automatic", "webhook", "history", "links", "connection", "connection_settings")
    for name in (*wizard, *others, "connection_pause", "connection_credentials"):
        assert "Pilot group: 2 of 5 people. Only they are changed." in page(web, name, connection), name
    assert "Pilot group: 2 of 5 people." in page(web, "result", connection, run.pk)


def test_review_shows_the_others_under_their_own_heading_without_choices(piloted, web, connection):
    piloted.edit_everybody()
    piloted.company.read()
    piloted.choose(*piloted.inside)
    assert "Outside the pilot group 3" in page(web, "review", connection)
    answer = web.get(at("review", connection), {"show": "outside"})
    assert 'type="radio"' not in answer.content.decode()
    assert "These people aren't in the pilot group." in words(answer)
    text = post(web, "review_bulk", connection, show="all", choice="huma")
    assert "3 are left alone: these people aren't in the pilot group." in text
    text = page(web, "overview", connection)
    assert "In the pilot group: 2 differences in 2 people. Outside the pilot group: 3 differences in 3 people." in text
    assert "5 differences" not in text


def test_review_says_so_where_only_people_outside_the_group_differ(piloted, web, connection):
    same, other = piloted.company.add(), piloted.company.add("phone_differs")
    piloted.company.read()
    piloted.choose(same)
    for show in ("undecided", "all"):
        text = words(web.get(at("review", connection), {"show": show}))
        assert "Nobody in the pilot group differs 1 difference is of somebody outside it." in text
        assert "The two systems agree" not in text
    text = page(web, "overview", connection)
    assert "Nobody in the pilot group differs. Outside the pilot group: 1 difference in 1 person." in text
    piloted.choose(other)
    assert "0 of 1 decided" in page(web, "review", connection)


def test_create_offers_only_members(piloted, web, connection):
    chosen, _other = (piloted.company.add("only_huma") for _ in range(2))
    piloted.company.read()
    piloted.choose(chosen)
    answer = web.get(at("create", connection))
    assert answer.content.decode().count('type="checkbox" id="add-') <= 1
    text = words(answer)
    assert "Outside the pilot group" in text
    assert "They can't be added before they join the pilot group, or it ends." in text


def test_everyone_has_a_question_mark(piloted, web, connection):
    piloted.company.read()
    piloted.choose(*piloted.inside)
    assert "Help: Words" in page(web, "pilot_everyone", connection)


def test_create_lets_visma_assign_numbers_for_members_only(piloted, web, connection):
    unnumbered = [piloted.company.add("only_huma_without_number") for _ in range(2)]
    piloted.company.read()
    piloted.choose(*piloted.inside)
    assert "Let Visma assign the number" not in page(web, "create", connection)
    piloted.choose(unnumbered[0])
    text = page(web, "create", connection)
    assert "Let Visma assign the number 1 person listed here has no Employment ID in Huma." in text


def test_the_page_of_a_person_says_whether_they_are_in_it(piloted, web, connection):
    alone = piloted.company.add("only_huma")
    piloted.company.read()
    piloted.choose(*piloted.inside)
    assert "In the pilot group" in page(web, "person", connection, "huma", piloted.inside[0].user_id)
    assert "Outside the pilot group" in page(web, "person", connection, "huma", piloted.outside[0].user_id)
    text = page(web, "person", connection, "huma", alone.user_id)
    assert "They aren't in the pilot group." in text
    assert "Choose to add" not in text


def test_the_result_and_its_email_say_for_whom_it_worked(piloted, web, connection, smtp):
    connection.recipients = ["lonn@example.com"]
    connection.save()
    piloted.edit_everybody()
    run = piloted.company.read()
    piloted.choose(*piloted.inside)
    run = piloted.open()
    post(web, "review_bulk_decide", connection, show="all", choice="huma")
    run = apply(run, piloted.company.user)
    text = page(web, "result", connection, run.pk)
    assert "Only they are changed; everybody else was left as they are." in text
    assert "Outside the pilot group: 3 differences in 3 people." in text
    (mail,) = [one for one in smtp.messages if "lonn@example.com" in str(one["to"])]
    plain = mail.get_body(("plain",)).get_content()
    assert "3" in plain
    assert "2 of 5" in plain or "2 av 5" in plain
    piloted.everyone()
    assert "Pilot group: 2 of 5 people." in page(web, "result", connection, run.pk), "it says what was so then"


def test_the_notices_page_says_who_is_outside(piloted, web, connection):
    turn_on(piloted.company)
    piloted.choose(*piloted.inside)
    piloted.edit_everybody()
    told(piloted.company, piloted.outside[0])
    text = page(web, "webhook", connection)
    assert "Outside the pilot group: nothing is sent for them until they join it or it ends." in text
