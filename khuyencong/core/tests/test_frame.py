"""The frame: menu by role, what is owed, errors, refusals, the security policy, assets."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.http import Http404
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from khuyencong.core import todo
from khuyencong.core.context import portal
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.icons import ICONS, SPRITE
from khuyencong.core.middleware import RefusalMiddleware, own_path
from khuyencong.core.navigation import ITEMS, menu_for
from khuyencong.core.templatetags.portal import STATUS_STYLES, TONE_ICONS
from khuyencong.core.templatetags.vi import duration_vi
from khuyencong.core.tests.factories import UserFactory
from khuyencong.core.views import errors, pages

JSON = {"Accept": "application/json"}


def labels(user, path="/"):
    return [entry["label"] for entry in menu_for(user, path)]


class TestMenu:
    @pytest.mark.parametrize("role", Role)
    def test_each_role_sees_its_own_entries_in_order(self, role):
        user = UserFactory.build(roles=[role])
        allowed = [item.label for item in ITEMS if role in item.roles]
        assert labels(user) == [label for label in allowed if label in labels(user)]
        assert ("Quản trị" in labels(user)) is (role == Role.ADMINISTRATOR)

    def test_one_entry_is_the_current_one(self):
        user = UserFactory.build(roles=[Role.ADMINISTRATOR])
        current = [e["label"] for e in menu_for(user, "/quan-tri/core/user/") if e["current"]]
        assert current == ["Quản trị"]

    def test_icons_of_the_menu_exist(self):
        assert {item.icon for item in ITEMS} <= ICONS


def item(title, due=None, since=None):
    today = timezone.localdate()
    return todo.TodoItem(
        title=title,
        url="/",
        due_on=None if due is None else today + timedelta(days=due),
        since=None if since is None else today - timedelta(days=since),
    )


class TestTodo:
    @pytest.fixture
    def owed(self, monkeypatch):
        """Let the providers give these items."""

        def give(*items):
            monkeypatch.setattr(todo, "_providers", lambda: [lambda user: list(items)])

        return give

    def test_late_first_then_due_then_longest_waiting(self, owed):
        owed(
            item("chờ 1 ngày", since=1),
            item("chờ 9 ngày", since=9),
            item("còn 20 ngày", due=20),
            item("hôm nay", due=0),
            item("quá hạn 3 ngày", due=-3),
        )
        groups = todo.grouped(todo.todo_items(None))
        assert [(g["label"], [i.title for i in g["todos"]]) for g in groups] == [
            ("Quá hạn", ["quá hạn 3 ngày"]),
            ("Sắp đến hạn", ["hôm nay"]),
            ("Còn lại", ["còn 20 ngày", "chờ 9 ngày", "chờ 1 ngày"]),
        ]

    @pytest.mark.django_db
    def test_page_says_due_and_age(self, client, owed):
        owed(item("Nộp báo cáo quý III/2026", due=-2, since=12), item("Kiểm tra", due=3))
        client.force_login(UserFactory())
        page = client.get("/").content.decode()
        assert "quá hạn 2 ngày" in page
        assert "Chờ anh/chị đã 12 ngày" in page
        assert "còn 3 ngày" in page

    @pytest.mark.django_db
    @pytest.mark.parametrize("role", Role)
    def test_nothing_owed_says_what_can_be_done(self, client, owed, role):
        owed()
        client.force_login(UserFactory(roles=[role]))
        page = client.get("/").content.decode()
        assert "không còn việc nào" in page
        assert "Tổng hợp" in page or "Sổ cơ sở" in page or "Quản trị" in page or "Kết quả" in page

    @pytest.mark.django_db
    @pytest.mark.parametrize("count", [1, 3])
    def test_queries_do_not_grow_with_the_list(
        self, client, owed, count, django_assert_num_queries
    ):
        owed(*[item(f"Việc {n}") for n in range(count)])
        client.force_login(UserFactory())
        client.get("/")
        with django_assert_num_queries(2):  # session, account
            client.get("/")


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize("path", ["/", "/tai-khoan/", "/mat-khau/doi/", "/tro-giup/"])
    def test_pages_name_the_person_and_have_one_heading(self, client, path):
        user = UserFactory(display_name="Chuyên viên thử")
        client.force_login(user)
        page = client.get(path).content.decode()
        assert page.count("<h1") == 1
        assert "Chuyên viên thử" in page
        assert 'href="#noi-dung"' in page
        assert 'id="noi-dung"' in page
        assert "style=" not in page
        assert "onclick" not in page

    @pytest.mark.parametrize("path", ["/", "/dang-nhap/", "/tro-giup/", "/khong-co/"])
    def test_security_policy_is_strict(self, client, path):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "http:" not in policy
        assert "https:" not in policy

    def test_help_shows_own_role_first(self, client):
        client.force_login(UserFactory(roles=[Role.LEADER]))
        page = client.get(reverse("core:help")).content.decode()
        assert page.index('<h2 id="lanh-dao"') < page.index('<h2 id="cong-tac-vien"')

    def test_health_and_robots_need_no_login(self, client):
        assert client.get("/healthz").content == b"ok\n"
        assert b"Disallow: /" in client.get("/robots.txt").content


@pytest.mark.django_db
class TestErrors:
    def test_unknown_page(self, client):
        client.force_login(UserFactory())
        answer = client.get("/khong-co-trang-nay/")
        assert answer.status_code == 404
        assert "Không tìm thấy trang" in answer.content.decode()
        assert client.get("/khong-co-trang-nay/", headers=JSON).json()["error"] == "404"

    def test_refusal_says_why(self, rf):
        request = self.asked(rf)
        answer = errors.permission_denied(request, NotAllowed("Báo cáo này do chính anh/chị nộp."))
        assert answer.status_code == 403
        assert "Báo cáo này do chính anh/chị nộp." in answer.content.decode()

    def test_other_denials_do_not_show_their_inner_words(self, rf):
        answer = errors.permission_denied(self.asked(rf), Http404("inner words"))
        assert "inner words" not in answer.content.decode()

    def test_broken_server_page_stands_alone(self, rf, django_assert_num_queries):
        with django_assert_num_queries(0):
            answer = errors.server_error(rf.get("/"))
        assert answer.status_code == 500
        assert "Hệ thống gặp lỗi" in answer.content.decode()

    def test_old_form(self):
        from django.test import Client

        client = Client(enforce_csrf_checks=True)
        answer = client.post(reverse("core:login"), {"username": "a", "password": "b"})
        assert answer.status_code == 403
        assert "tải lại trang" in answer.content.decode()

    def test_bad_request(self, rf):
        assert errors.bad_request(self.asked(rf)).status_code == 400

    @staticmethod
    def asked(rf, **headers):
        request = rf.get("/", headers=headers)
        request.user = UserFactory()
        request._messages = []
        return request


@pytest.mark.django_db
class TestRefusals:
    @pytest.mark.parametrize(
        ("refusal", "status"),
        [
            (WrongStatus("Báo cáo đã được duyệt lúc 9:15."), 409),
            (Conflict("Nội dung đã thay đổi."), 409),
            (InvalidInput("Chưa hợp lệ.", {"a": ["Thiếu số."]}), 422),
        ],
    )
    def test_a_page_says_the_sentence_and_leads_back(self, refusal, status):
        request = TestErrors.asked(RequestFactory(), Referer="http://testserver/bao-cao/1/")
        answer = RefusalMiddleware(None).process_exception(request, refusal)
        page = answer.content.decode()
        assert answer.status_code == status
        assert str(refusal) in page
        assert 'href="/bao-cao/1/"' in page

    def test_a_script_gets_json(self):
        request = TestErrors.asked(RequestFactory(), **JSON)
        answer = RefusalMiddleware(None).process_exception(
            request, InvalidInput("Chưa hợp lệ.", {"a": ["Thiếu số."]})
        )
        assert answer.status_code == 422
        assert b'"errors": {"a":' in answer.content
        denied = RefusalMiddleware(None).process_exception(request, NotAllowed("Không được."))
        assert denied.status_code == 403

    def test_other_exceptions_are_left_alone(self):
        assert RefusalMiddleware(None).process_exception(None, ValueError("x")) is None


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://testserver/a/?b=1", "/a/?b=1"),
        ("/a/", "/a/"),
        ("https://evil.example/a/", ""),
        ("//evil.example/a/", ""),
        ("http://testserver//evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_only_own_paths_are_led_to(rf, url, path):
    assert own_path(url, rf.get("/")) == path


def test_sprite_holds_each_icon():
    sprite = (Path(django_settings.BASE_DIR) / "static" / SPRITE).read_text()
    assert {name for name in ICONS if f'id="{name}"' not in sprite} == set()
    assert {icon for _, icon in STATUS_STYLES.values()} | set(TONE_ICONS.values()) <= ICONS


def test_static_files_can_be_hashed(tmp_path, settings):
    """All references inside our own and vendored files resolve, imports between modules included."""
    from django.contrib.staticfiles.finders import FileSystemFinder

    from khuyencong.core.static_storage import PortalStaticStorage

    settings.DEBUG = False
    storage = PortalStaticStorage(location=tmp_path, base_url="/static/")
    paths = {}
    for path, source in FileSystemFinder().list([]):
        with source.open(path) as file:
            storage.save(path, file)
        paths[path] = (storage, path)
    failed = [
        (name, done) for name, _, done in storage.post_process(paths) if isinstance(done, Exception)
    ]
    assert failed == []
    module = (tmp_path / storage.stored_name("js/portal.js")).read_text()
    assert "./csrf." in module
    assert '"./csrf.js"' not in module


def test_duration_in_words():
    assert duration_vi(timedelta(minutes=15)) == "15 phút"
    assert duration_vi(timedelta(hours=2, minutes=30)) == "2 giờ 30 phút"
    assert duration_vi(timedelta(seconds=61)) == "2 phút"


@pytest.mark.django_db
def test_places_cost_nothing_until_shown(rf, django_assert_num_queries):
    request = rf.get("/")
    request.user = UserFactory(roles=[Role.COLLABORATOR])
    with django_assert_num_queries(0):
        context = portal(request)
    with django_assert_num_queries(1):
        assert not context["user_places"]


def test_help_exists_for_each_role():
    assert set(pages.HELP_ROLES.values()) == set(Role)
