"""Forms in the admin: a draft is open, what is in use is frozen and copied."""

from datetime import date

import pytest
from django.urls import reverse

from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.tests.factories import UserFactory
from khuyencong.forms_as_data import actions
from khuyencong.forms_as_data.definition import install_form
from khuyencong.forms_as_data.enums import FormStatus
from khuyencong.forms_as_data.models import Indicator, Part
from reports.form_v1 import FORM_V1

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = UserFactory(roles=[Role.ADMINISTRATOR])
    client.force_login(user, backend="khuyencong.core.auth.PortalBackend")
    return user


@pytest.fixture
def version():
    return install_form(FORM_V1)


def test_a_version_in_use_is_read_only(client, administrator, version):
    url = reverse("admin:forms_as_data_formversion_change", args=[version.pk])
    text = client.get(url).content.decode()
    assert "nội dung đã khóa" in text
    assert 'name="_save"' not in text
    assert client.post(url, {"valid_from": "01/01/2030"}).status_code == 403


def test_the_preview_shows_all_parts(client, administrator, version):
    url = reverse("admin:forms_as_data_formversion_preview", args=[version.pk])
    text = client.get(url).content.decode()
    for part in version.parts.all():
        assert part.title in text


def test_a_copy_is_whole_open_and_comes_into_use(client, administrator, version):
    url = reverse("admin:forms_as_data_formversion_copy", args=[version.pk])
    response = client.post(url, {"valid_from": "01/01/2027"}, follow=True)
    assert "Bản này đang soạn, sửa được" in response.content.decode()
    copy = version.form.versions.get(number=version.number + 1)
    assert copy.valid_from == date(2027, 1, 1)
    for name in ("parts", "indicators", "columns", "rules"):
        codes = [sorted(getattr(v, name).values_list("code", flat=True)) for v in (version, copy)]
        assert codes[0] == codes[1]
    assert not Indicator.objects.filter(version=copy).exclude(part__version=copy).exists()
    client.post(reverse("admin:forms_as_data_formversion_use", args=[copy.pk]))
    copy.refresh_from_db()
    assert copy.status == FormStatus.IN_USE
    with pytest.raises(WrongStatus):
        actions.put_in_use(actor=administrator, version_id=copy.pk)


def test_an_incomplete_draft_says_all_that_is_missing(administrator, version):
    copy = actions.copy_version(
        actor=administrator, version_id=version.pk, valid_from=date(2027, 1, 1)
    )
    Indicator.objects.filter(version=copy).delete()
    Part.objects.create(version=copy, code="them", title="Phần thêm", kind="rows", order=9)
    with pytest.raises(InvalidInput) as refusal:
        actions.put_in_use(actor=administrator, version_id=copy.pk)
    sentences = " ".join(refusal.value.errors["version"])
    assert "chưa có cột nào" in sentences
    assert "chưa có chỉ tiêu nào" in sentences


def test_a_draft_is_edited_with_its_rows(client, administrator, version):
    copy = actions.copy_version(
        actor=administrator, version_id=version.pk, valid_from=date(2027, 1, 1)
    )
    url = reverse("admin:forms_as_data_formversion_change", args=[copy.pk])
    response = client.get(url)
    data = {}
    for formset in [
        response.context["adminform"].form,
        *(f.formset for f in response.context["inline_admin_formsets"]),
    ]:
        forms = getattr(formset, "forms", [formset])
        if hasattr(formset, "management_form"):
            forms = [formset.management_form, *forms]
        for form in forms:
            for bound in form:
                value = bound.value()
                value = (
                    bound.field.prepare_value(value)
                    if hasattr(bound.field, "prepare_value")
                    else value
                )
                if value is not None and value is not False:
                    data[bound.html_name] = value
    data["parts-0-title"] = "Tên phần đã sửa"
    response = client.post(url, data, follow=True)
    assert "Đã sửa" in response.content.decode()
    assert copy.parts.filter(title="Tên phần đã sửa").count() == 1
