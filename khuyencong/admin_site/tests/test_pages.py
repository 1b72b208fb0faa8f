"""Every page of every model: opens for the administrator, is shut for everybody else."""

import re
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.urls import reverse

from facilities.models import NetworkGroup
from facilities.tests.factories import EstablishmentFactory, NetworkGroupFactory
from khuyencong.admin_site.tests.rows import one_of_each
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\ssrc=)")
ENGLISH = re.compile(
    r">[^<]*\b(Submit|Search|Save|Delete|Cancel|Edit|View|Home|Logout|Log out|Settings|Username|"
    r"Required|Upload|Import|Export|Choose|Select|Filter|Actions?|Add|Back|Close|Help|Page|None|"
    r"True|False|Error|Warning|Success|Please|history|changed|Format)\b[^<]*<"
)


@pytest.fixture
def administrator(client):
    user = UserFactory(roles=[Role.ADMINISTRATOR])
    client.force_login(user)
    return user


def pages(model) -> dict[str, str]:
    """The addresses of a model's admin, the object's for the first row."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.order_by("pk").first()
    found = {page: reverse(f"{name}_{page}") for page in ("changelist", "export")}
    model_admin = admin.site.get_model_admin(model)
    if hasattr(model_admin, "import_resource"):
        found["import"] = reverse(f"{name}_import")
    if row is not None:
        found["change"] = reverse(f"{name}_change", args=[quote(row.pk)])
        found["history"] = reverse(f"{name}_history", args=[quote(row.pk)])
    return found


def test_every_page_opens_without_inline_code_or_english(client, administrator, rf):
    one_of_each(administrator)
    request = rf.get("/")
    request.user = administrator
    without_rows = []
    for model, model_admin in admin.site._registry.items():
        addresses = pages(model)
        if "change" not in addresses:
            without_rows.append(model._meta.label)
        if model_admin.has_add_permission(request):
            addresses["add"] = addresses["changelist"] + "add/"
        if model_admin.search_fields:
            addresses["search"] = addresses["changelist"] + "?q=banh+trang"
        for page, url in addresses.items():
            response = client.get(url)
            assert response.status_code == 200, (page, url)
            text = response.content.decode()
            assert not INLINE.search(text), (url, INLINE.search(text))
            assert not ENGLISH.search(text), (url, ENGLISH.search(text))
            assert "script-src 'self'" in response["Content-Security-Policy"]
            assert "unsafe" not in response["Content-Security-Policy"]
    assert without_rows == []


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_no_other_role_comes_in(client, role):
    client.force_login(UserFactory(roles=[role]))
    urls = [reverse("admin:index"), reverse("admin:journal")]
    urls += [reverse("admin:core_user_add"), reverse("admin:facilities_establishment_changelist")]
    urls += [reverse("admin:facilities_establishment_export"), reverse("admin:core_place_import")]
    urls += [
        reverse("admin:autocomplete"),
        reverse("admin:forms_as_data_formversion_preview", args=[1]),
    ]
    for url in urls:
        assert client.get(url).status_code == 403, url


def test_the_anonymous_visitor_logs_in_at_the_portal_and_comes_back(client):
    url = reverse("admin:facilities_establishment_changelist")
    assert client.get(url)["Location"] == f"{reverse('core:login')}?{urlencode({'next': url})}"


def test_there_is_no_second_log_in_form(client):
    response = client.get(reverse("admin:login"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("core:login"))


def test_a_shut_administrator_is_out(client, administrator):
    administrator.is_active = False
    administrator.save(update_fields=["is_active"])
    assert client.get(reverse("admin:index")).status_code == 302


def test_the_index_lists_every_model_and_each_group_has_its_page(client, administrator):
    response = client.get(reverse("admin:index"))
    text = response.content.decode()
    for model in admin.site._registry:
        assert reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") in text
    assert [group["app_label"] for group in response.context["app_list"]][:3] == [
        "core",
        "collaborators",
        "facilities",
    ]
    for group in response.context["app_list"]:
        page = client.get(group["app_url"])
        assert page.status_code == 200
        assert f"<h1>{group['name']}</h1>" in page.content.decode()


def test_search_does_not_need_marks(client, administrator):
    EstablishmentFactory(name="Cơ sở bánh tráng Bà Năm")
    EstablishmentFactory(name="Cơ khí Hòa Phát")
    text = client.get(
        reverse("admin:facilities_establishment_changelist"), {"q": "BANH trang"}
    ).content.decode()
    assert "Bà Năm" in text
    assert "Hòa Phát" not in text


def test_a_catalogue_row_in_use_is_protected_and_an_unused_one_goes(client, administrator):
    used, unused = NetworkGroupFactory(), NetworkGroupFactory()
    EstablishmentFactory(network_group=used)
    for group in (used, unused):
        url = reverse("admin:facilities_networkgroup_delete", args=[group.pk])
        text = client.get(url).content.decode()
        assert ("vì các dữ liệu sau đang dùng nó" in text) == (group == used)
        client.post(url, {"post": "yes"})
    assert list(NetworkGroup.objects.all()) == [used]


@pytest.mark.parametrize("name", ["core_place", "facilities_establishment", "reports_report"])
def test_what_has_a_history_cannot_be_deleted(client, administrator, name):
    one_of_each(administrator)
    app, model_name = name.split("_")
    row = apps.get_model(app, model_name).objects.first()
    assert client.post(reverse(f"admin:{name}_delete", args=[row.pk])).status_code == 403
    listed = client.get(reverse(f"admin:{name}_changelist")).content.decode()
    assert "delete_selected" not in listed


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_establishments_costs_the_same_for_any_length(
    client, administrator, rows, django_assert_num_queries
):
    EstablishmentFactory.create_batch(rows)
    url = reverse("admin:facilities_establishment_changelist")
    client.get(url)
    with django_assert_num_queries(LIST_QUERIES["establishment"]):
        client.get(url)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_accounts_costs_the_same_for_any_length(
    client, administrator, rows, django_assert_num_queries
):
    UserFactory.create_batch(rows)
    url = reverse("admin:core_user_changelist")
    client.get(url)
    with django_assert_num_queries(LIST_QUERIES["user"]):
        client.get(url)


@pytest.mark.parametrize("name", ["versioncell", "reportversion", "reportevent", "report"])
def test_the_lists_of_reports_cost_one_query_for_their_rows(
    client, administrator, name, django_assert_max_num_queries
):
    one_of_each(administrator, reports=3)
    url = reverse(f"admin:reports_{name}_changelist")
    client.get(url)
    with django_assert_max_num_queries(LIST_QUERIES[name]):
        client.get(url)


# Session and user, count (twice: shown and paged), rows; filters with a table of their own add one each.
LIST_QUERIES = {
    "establishment": 5,
    "user": 4,
    "versioncell": 4,
    "reportversion": 4,
    "reportevent": 4,
    "report": 5,
}
