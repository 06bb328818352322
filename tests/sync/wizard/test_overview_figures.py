"""Overview: each figure is the length of the list that it opens, whatever was decided or read since."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from sync.analysis import skipped_people
from sync.core.records.employee import Side
from sync.core.records.skipping import SHAPE, Skipped
from sync.models import EmployeeLink, SyncRun
from sync.runs import who_is_who
from sync.wizard import review
from sync.wizard.matches import open_count
from tests.sync.browsing import at
from tests.sync.core.documents import wrap
from tests.sync.made_reads import day, in_huma, in_visma, read

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.no_moment]

SWEDISH = wrap({"type": "national", "number": "12345", "country": "SE"})
GONE = {"active": False}
LONG = "1234567890123"
PHONE = [{"type": "business", "number": "+4722667788"}]


def twice(employee):
    """The same person with a second current position."""
    return replace(employee, positions=(*employee.positions, replace(employee.positions[0], id="second")))


def both(name, number, *, several=False, visma_number="", visma=(), **huma):
    """Somebody who is in both systems, by one number and email."""
    email = f"{name.lower()}@x.no"
    mine = in_huma(f"{name}-h", name, "Begge", number, email, **huma)
    theirs = in_visma(f"{name}-v", name, "Begge", visma_number or number, email, **dict(visma))
    return mine, twice(theirs) if several else theirs


def everybody():
    return [
        *both("Anna", "1", status=GONE),
        *both("Berit", "2", status=GONE),
        *both("Cato", "3", several=True, phone=wrap("22334455")),
        *both("Dina", "4", several=True, phone=wrap("22334455")),
        *both("Egil", LONG, visma_number="5", bankAccount=SWEDISH),
        *both("Frida", "", visma_number="6", bankAccount=SWEDISH, visma={"phones": PHONE}),
        *both("Gard", "7", several=True),
        *both("Hilde", "8", status=GONE),
        *both("Ivar", "9", status=GONE, ends=day(-400), visma={"ends": day(-400), "phones": PHONE}),
        *both("Jon", "10", phone=wrap("22334455"), visma={"isDraft": True}),
        in_huma("alone", "Per", "Hansen", "33", "per@x.no"),
        in_huma("long", "Kim", "Lang", f"{LONG}4", "kim@x.no", bankAccount=SWEDISH),
        in_huma("none", "Liv", "Ingen", "", "liv@x.no"),
        replace(in_huma("bot", "Bot", "Robot", "", "bot@x.no"), is_person=False),
        in_visma("maybe", "Per", "Hansen", "34", "p.hansen@x.no"),
        twice(in_visma("vera", "Vera", "Visma", "35", "vera@x.no")),
    ]


def link_of(run, name):
    return EmployeeLink.objects.get(connection=run.connection, huma_id=f"{name}-h")


def nothing(run, user):
    """As it was read."""


def decide(run, user):
    review.decide_bulk(run, user, review.ReviewFilter(show="all", field="phone"), "leave")


def leave_out(run, user):
    for name in ("Anna", "Dina"):
        who_is_who.leave_out(run.connection, user, Side.HUMA, f"{name}-h", f"{name} Begge")
    who_is_who.leave_out(run.connection, user, Side.VISMA, "vera", "Vera Visma")


def unlink(run, user):
    for name in ("Berit", "Gard"):
        who_is_who.unlink(link_of(run, name), user)


def link(run, user):
    who_is_who.link(run.connection, user, "alone", "maybe")


def lose(run, user):
    """The two are gone, and have been for two reads."""
    EmployeeLink.objects.filter(pk=link_of(run, "Hilde").pk).update(state="gone", gone_from="visma")
    EmployeeLink.objects.filter(pk=link_of(run, "Gard").pk).update(state="outside")


def pass_over(run, user):
    """Both records of one person couldn't be read, and one of somebody who is in Huma only."""
    people = [(Side.HUMA, "Cato-h"), (Side.VISMA, "Cato-v"), (Side.HUMA, "long")]
    skipped_people.remember(run.connection, [Skipped(side, id_, SHAPE) for side, id_ in people])


def read_by_schedule(run, user):
    """A scheduled sync has read everybody since, without two of them."""
    people = [one for one in everybody() if one.id not in ("long", "none")]
    read(run.connection, *people, trigger="scheduled")


def blank(run, user):
    """The values aren't kept any more."""
    run.snapshots.update(payload=None)


def length(web, url):
    """How many there are in the list behind a figure, as its page says."""
    found, path = web.get(url).context, urlsplit(url).path
    if "/people/" in path:
        assert found["show"] == parse_qs(urlsplit(url).query)["show"][0]
        return found["found"].page.total
    if "/matches/" in path:
        return sum(group.open for group in found["groups"]) + sum(
            not card.taken and not card.decision for card in found["cards"]
        )
    if "/create/" in path:
        (lists,) = [one for one in found["lists"] if f"to-{one.target}" == urlsplit(url).fragment]
        people = [person for section in lists.sections for person in section.people]
        assert len(people) == sum(section.count for section in lists.sections)
        return sum(not person.waits_for_match for person in people)
    return found["found"].differences


@pytest.mark.parametrize(
    "act",
    [nothing, decide, leave_out, unlink, link, lose, pass_over, read_by_schedule, blank],
    ids=lambda a: a.__name__,
)
def test_each_figure_is_as_long_as_its_list(web, hr, fjordheim, act):
    run = read(fjordheim, *everybody())
    act(run, hr)
    page = web.get(at("overview", fjordheim)).context
    figures = [*page["figures"], *page["groups"], *page["fields"]]
    shown = {figure.label: figure.number for figure in figures}
    assert shown == {figure.label: length(web, figure.url) for figure in figures}
    worth = {one.title: one.url for one in page["worth"] if one.url}
    assert len(worth) >= 5
    for title, url in worth.items():
        assert title.split()[0] == str(length(web, url)), title


def test_the_figures_are_not_nothing(web, hr, fjordheim):
    run = read(fjordheim, *everybody())
    pass_over(run, hr)
    page = web.get(at("overview", fjordheim)).context
    assert [figure.number for figure in page["figures"]] == [5, 1, 2, 1]
    assert [one.title.split(" ", 1)[0] for one in page["worth"] if one.url] == ["2", "3", "3", "3", "2", "2"]
    assert open_count(run) == 1
    assert SyncRun.objects.count() == 1
