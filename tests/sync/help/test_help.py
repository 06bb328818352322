"""The help: all that the rules' registries have is on the page, in both languages, and each link leads to its part."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils.translation import gettext, override

from connections.doctor.assumptions import ASSUMPTIONS
from connections.models import Connection
from sync.core.all_right import State
from sync.core.deciding.automatic_limits import EMPTIED_BY_ITSELF, NEVER_BY_ITSELF, SENSITIVE
from sync.core.fields import FIELDS
from sync.core.matching.evidence import THINGS
from sync.core.pairs_file import COLUMNS
from sync.core.reasons import SENTENCES
from sync.core.reasons_of_pairs import PAIRS
from sync.help.reasons import GROUPS, grouped
from sync.help.sections import OF_PAGES, SECTIONS
from sync.help.terms import TERMS
from sync.help.waits import OUTCOMES, WAITS
from sync.models import Change
from sync.readiness.items import ITEMS
from sync.situation.what_waits import Kind
from sync.wording.link_keys import KEYS
from sync.wording.sentences import agrees_label, field_label, sentence
from tests import words_table
from tests.connections.companies import company
from tests.sync.browsing import at, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["en", "nb"])
def language(request):
    with override(request.param):
        yield request.param


@pytest.fixture
def page(hr, language):
    web = Client(headers={"accept-language": language})
    web.force_login(hr)
    return web.get("/admin/help/")


@pytest.fixture
def said(page):
    return unescape(words(page))


def ids(page):
    return re.findall(r'\sid="([^"]+)"', page.content.decode())


def missing(said, texts):
    return [text for text in map(str, texts) if " ".join(text.split()).replace("’", "'") not in said]


class TestRegistries:
    def test_each_field_with_its_rule_and_what_runs_by_itself(self, said, page):
        assert missing(said, [gettext(spec.rule) for spec in FIELDS]) == []
        assert missing(said, [field_label(spec.name) for spec in FIELDS]) == []
        assert {f"field-{spec.name}" for spec in FIELDS} <= set(ids(page))
        rows = dict(re.findall(r'<th scope="row">([^<]+)</th>\s*<td data-label="[^"]+">([^<]+)</td>', text_of(page)))
        never = {label for label, does in rows.items() if does == gettext("never sent automatically")}
        assert never == {field_label(name) for name in NEVER_BY_ITSELF}
        by_default = gettext("waits for approval, unless an owner has chosen otherwise")
        assert {label for label, does in rows.items() if does == by_default} == {field_label("bank_account")}
        assert text_of(page).count(f">{gettext('emptied in Visma too')}<") == len(EMPTIED_BY_ITSELF)
        for name in SENSITIVE:
            assert f'<span class="one-of">{field_label(name)}</span>' in text_of(page)

    def test_each_weight_and_each_key_of_who_is_who(self, said):
        assert missing(said, map(agrees_label, THINGS)) == []
        assert missing(said, [key.label for key in KEYS.values()]) == []

    def test_each_assumption_that_a_check_looks_at(self, said, page):
        texts = [gettext(text) for one in ASSUMPTIONS.values() for text in (one.assumed, one.does)]
        assert missing(said, texts) == []
        assert {f"assumption-{code}" for code in ASSUMPTIONS} <= set(ids(page))

    def test_what_a_pairs_file_may_be(self, hr, settings):
        settings.PAIRS_MAX_ROWS, settings.PAIRS_MAX_BYTES = 321, 45_678
        page = words(signed_in(hr).get("/admin/help/"))
        assert missing(page, [*COLUMNS, "321", "45 kB"]) == []

    def test_each_choice_of_automatic_updates(self, said):
        for choices in (Connection.BothMoved, Connection.Accounts, Connection.Schedule):
            assert missing(said, choices.labels) == []

    def test_everything_that_may_wait(self, said, page):
        assert set(WAITS) == set(Kind)
        assert missing(said, [text for pair in WAITS.values() for text in pair]) == []
        assert {f"waits-{kind}" for kind in Kind} <= set(ids(page))

    def test_each_outcome(self, said):
        assert set(OUTCOMES) == set(Change.State)
        assert missing(said, [*OUTCOMES.values(), *Change.State.labels]) == []

    def test_each_sentence_with_a_reason(self, said):
        assert missing(said, map(sentence, SENTENCES)) == []
        assert missing(said, [group.title for group in GROUPS]) == []

    def test_each_answer_and_each_item_of_the_list(self, said, page):
        assert {f"right-{state}" for state in State} <= set(ids(page))
        assert missing(said, [gettext(item.title) for item in ITEMS]) == []

    def test_each_word(self, said):
        assert missing(said, [gettext(text) for term in TERMS for text in (term.word, term.meaning)]) == []


def text_of(page):
    return unescape(page.content.decode())


def test_the_glossary_in_the_docs_has_the_same_words():
    assert words_table.parts()[1] == words_table.table(), "python -m tests.words_table writes it"


class TestGroups:
    def test_no_sentence_stands_twice_and_no_group_is_empty(self):
        with override("en"):
            found = grouped()
        texts = [text for _group, sentences in found for _code, text in sentences]
        assert all(sentences for _group, sentences in found)
        per_group = [(group.code, text) for group, sentences in found for _code, text in sentences]
        assert len(per_group) == len(set(per_group))
        assert len(texts) > 100

    @pytest.mark.parametrize(
        ("code", "group"),
        [
            ("huma_moved", "suggested"),
            ("number_too_long", "forbidden"),
            ("cash_note", "notes"),
            ("number_series", "possible"),
            ("create_no_email", "create"),
            ("job_lost", "became"),
            ("held_account", "held"),
            ("total_beyond_huma", "stopped"),
            ("visma_lost", "stopped"),
            ("passed_shape", "skipped"),
            ("twice_email", "twice"),
            ("same_company", "stopped"),
            ("pairs_rows", "pairs"),
            ("row_twice", "pairs"),
            ("pair_weak", "pairs"),
        ],
    )
    def test_a_sentence_stands_where_one_looks_for_it(self, code, group):
        where = [one.code for one, sentences in grouped() if code in dict(sentences)]
        assert where == [group]


def test_the_group_of_pairs_files_has_their_sentences_and_no_others():
    group = next(dict(sentences) for one, sentences in grouped() if one.code == "pairs")
    assert set(group) == set(PAIRS)


class TestLinks:
    def test_the_table_of_contents_leads_to_each_section_and_no_id_is_there_twice(self, page):
        here = ids(page)
        assert len(here) == len(set(here))
        assert re.findall(r'<li><a href="#([^"]+)">', page.content.decode()) == [one.anchor for one in SECTIONS]
        assert {one.anchor for one in SECTIONS} <= set(here)

    def test_each_page_with_a_question_mark_exists_and_its_anchor_too(self):
        assert set(OF_PAGES.values()) <= {one.anchor for one in SECTIONS}
        names = {str(name) for name in get_resolver().namespace_dict["admin"][1].reverse_dict if isinstance(name, str)}
        assert set(OF_PAGES) <= names

    @pytest.mark.parametrize(
        ("name", "anchor"),
        [
            ("connection", "right"),
            ("connection_settings", "fields"),
            ("ready", "ready"),
            ("connection_pause", "words"),
            ("connection_disconnect", "words"),
            ("connection_doctor", "check"),
            ("pairs", "pairs"),
            ("pilot", "words"),
            ("to_fix", "reasons"),
            ("sync_users", "words"),
            ("people", "who-is-who"),
            ("attention", "waits"),
            ("automatic", "automatic"),
            ("history", "outcomes"),
        ],
    )
    def test_a_page_leads_to_its_part_with_a_name_for_those_who_listen(self, hr, name, anchor):
        page = signed_in(hr).get(at(name, company(hr)))
        link = re.search(r'<a class="help-link" href="([^"]+)">(.*?)</a>', page.content.decode(), re.DOTALL)
        assert link
        assert link[1] == f"/admin/help/#{anchor}"
        title = next(one.title for one in SECTIONS if one.anchor == anchor)
        with override("en"):
            assert f"Help: {title}" in unescape(link[2])

    def test_the_start_page_has_one_and_the_help_has_none(self, hr):
        web = signed_in(hr)
        assert 'href="/admin/help/#right"' in web.get("/admin/").content.decode()
        assert "help-link" not in web.get("/admin/help/").content.decode()

    def test_people_leads_to_the_part_about_matching_beside_the_connections_pages(self, hr):
        made, web = company(hr), signed_in(hr)
        address = at("who_is_who", made)
        assert f'href="{address}#who-is-who"' in web.get(at("people", made)).content.decode()
        page = web.get(address)
        assert "who-is-who" in ids(page)
        assert "Fjordheim AS" in words(page)

    def test_one_has_to_be_signed_in(self):
        assert Client().get("/admin/help/")["Location"].startswith("/admin/login/")
