"""The bell and the list of notices."""

import pytest
from django.urls import reverse

from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import UserFactory
from khuyencong.notifications.enums import MailMode
from khuyencong.notifications.models import Notice, NoticePreference
from khuyencong.notifications.notify import notify

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    user = UserFactory(roles=[Role.VIEWER])
    client.force_login(user, backend="khuyencong.core.auth.PortalBackend")
    return user


def tell(user, count: int = 1) -> list[Notice]:
    return [
        notify(
            to=user, matter="thu:1", occasion=str(n), subject=f"Thông báo {n}", link="/tro-giup/"
        )[0]
        for n in range(count)
    ]


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_asks_four_times_whatever_it_holds(
    client, person, item_count, django_assert_num_queries
):
    tell(person, item_count)
    tell(UserFactory())
    client.get(reverse("notifications:list"))
    with django_assert_num_queries(4):  # session, account with the bell, count, notices
        page = client.get(reverse("notifications:list")).content.decode()
    assert page.count("Thông báo 0") == 2  # the link, and the name of its button
    assert f'kc-bell-count">{item_count}<' in page


def test_following_a_notice_reads_it_and_it_can_be_marked_unread(client, person):
    (notice,) = tell(person)
    answer = client.get(reverse("notifications:open", args=[notice.pk]))
    assert answer["Location"] == "/tro-giup/"
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert "kc-bell-count" not in client.get(reverse("core:todo")).content.decode()
    client.post(reverse("notifications:mark", args=[notice.pk]), {"trang_thai": "chua-doc"})
    assert "kc-bell-count" in client.get(reverse("core:todo")).content.decode()


def test_what_came_after_the_page_stays_unread(client, person):
    first, second = tell(person, 2)
    client.post(reverse("notifications:mark_all"), {"moi_nhat": first.pk, "loc": "chua-doc"})
    assert [n.pk for n in Notice.objects.filter(read_at=None)] == [second.pk]
    page = client.get(reverse("notifications:list") + "?loc=chua-doc").content.decode()
    assert "Thông báo 1" in page and "Thông báo 0" not in page


def test_the_way_of_being_told_is_kept(client, person):
    url = reverse("notifications:preferences")
    assert client.get(url).status_code == 200
    assert client.post(url, {"mail_mode": MailMode.OFF}).status_code == 302
    assert NoticePreference.objects.get(person=person).mail_mode == MailMode.OFF
    assert client.post(url, {"mail_mode": "khac"}).status_code == 422
