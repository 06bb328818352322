"""The plain admin pages of the sync's models."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client

from connections.models import AuditEntry, Connection, audit
from sync.models import Change, Conflict, LeftOut
from tests.connections.companies import OTHER_GUID, company, text_of
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = pytest.mark.django_db
MODELS: list[Any] = [model for model in admin.site._registry if model._meta.app_label == "sync"]
ALL: list[Any] = [*MODELS, Connection, AuditEntry]


@pytest.fixture
def run(hr):
    made = read(
        company(hr),
        in_huma("h1", "Berit", "Begge", "1", "berit@x.no", phone=wrap("22334455")),
        in_visma("v1", "Berit", "Begge", "1", "berit@x.no"),
        in_huma("h3", "Per", "Hansen", "3", "per@x.no"),
        in_visma("v3", "Per", "Hansen", "33", "p.hansen@x.no"),
    )
    audit(hr, "run.started", made.connection, run=made.pk)
    LeftOut.objects.create(connection=made.connection, side="huma", vendor_id="x", by="hr")
    Change.objects.create(
        run=made, side="visma", field="phone", before="22334455", after="99887766", vendor_words="99887766 is bad"
    )
    return made


@pytest.fixture
def page(client: Client, superuser):
    client.force_login(superuser)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def address(model, rest=""):
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{rest}"


@pytest.mark.parametrize("model", MODELS)
def test_everything_can_be_looked_up_and_nothing_changed(page, run, model):
    assert page.get(address(model)).status_code == 200
    assert page.get(address(model, "?q=1")).status_code == 200
    assert page.get(address(model, "add/")).status_code == 403
    row = model.objects.first()
    if row:
        assert page.get(address(model, f"{row.pk}/change/")).status_code == 200
        assert page.post(address(model, f"{row.pk}/change/"), {}).status_code == 403
        assert page.post(address(model, f"{row.pk}/delete/"), {"post": "yes"}).status_code == 403


def test_values_are_dots(page, run):
    for model in MODELS:
        for row in model.objects.all():
            said = text_of(page.get(address(model, f"{row.pk}/change/"))) + text_of(page.get(address(model)))
            for value in ("22334455", "99887766", "berit@x.no", "is bad"):
                assert value not in said
    change = Change.objects.get()
    assert "•••" in text_of(page.get(address(Change, f"{change.pk}/change/")))


def test_names_are_no_search_terms(page, run):
    for model in MODELS:
        terms = admin.site._registry[model].search_fields
        assert not {"name", "number", "link__name"} & {term.lstrip("=^") for term in terms}


def test_without_permission_nobody_looks(page, run, hr):
    page.force_login(hr)
    for model in MODELS:
        assert page.get(address(model)).status_code == 403


def test_with_permission_one_sees_ones_own_connections_only(page, run, hr, django_user_model):
    other = django_user_model.objects.create_user("other", is_staff=True)
    other.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    page.force_login(other)
    company(hr, name="Also hers", tenant_id=OTHER_GUID)
    for model in ALL:
        said = text_of(page.get(address(model)))
        assert "0 " in said
        assert "Fjordheim" not in said, "nor among the filters"
        row = model.objects.first()
        if row:
            assert page.get(address(model, f"{row.pk}/change/")).status_code == 302
    page.force_login(hr)
    hr.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    assert "Fjordheim AS" in text_of(page.get(address(Conflict)))
    assert "Fjordheim AS" in text_of(page.get(address(Connection)))


def test_the_queues_own_pages_are_not_there(page):
    assert page.get("/admin/django_q/schedule/").status_code == 404
