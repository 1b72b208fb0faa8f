"""Log-in, log-out, idleness, lock-out, passwords, the own account."""

import re
import time

import pytest
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.urls import reverse

from khuyencong.core.enums import Role
from khuyencong.core.middleware import SEEN
from khuyencong.core.models import User
from khuyencong.core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-thu-1"
JSON = {"Accept": "application/json"}


@pytest.fixture
def person():
    return UserFactory(username="ctv.longson", email="longson@khuyencong.example")


def log_in(client, username="ctv.longson", password=PASSWORD, next_url="", **extra):
    return client.post(
        reverse("core:login"),
        {"username": username, "password": password, "next": next_url},
        **extra,
    )


def make_idle(client, minutes):
    session = client.session
    session[SEEN] = int(time.time()) - minutes * 60
    session.save()


class TestLogin:
    def test_page_says_what_the_portal_is_and_whom_to_ask(self, client, settings):
        settings.PORTAL_CONTACT = "0254 385 0000"
        page = client.get(reverse("core:login")).content.decode()
        assert "báo cáo hằng quý" in page
        assert "0254 385 0000" in page

    def test_front_page_sends_strangers_to_the_login(self, client):
        assert client.get("/").headers["Location"] == "/dang-nhap/?next=%2F"

    @pytest.mark.parametrize("typed", ["ctv.longson", "CTV.LongSon", " ctv.longson "])
    def test_name_in_any_case(self, client, person, typed):
        assert log_in(client, typed).headers["Location"] == "/"
        assert client.session[SESSION_KEY] == str(person.pk)

    def test_goes_on_to_where_the_person_was_heading(self, client, person):
        assert log_in(client, next_url="/tai-khoan/?a=1").headers["Location"] == "/tai-khoan/?a=1"

    @pytest.mark.parametrize(
        "away",
        ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"],
    )
    def test_never_leads_to_another_host(self, client, person, away):
        assert log_in(client, next_url=away).headers["Location"] == "/"

    def test_wrong_password_says_so_without_saying_which(self, client, person):
        wrong = log_in(client, password="sai").content.decode()
        unknown = log_in(client, username="khong-co", password="sai").content.decode()
        sentence = "Tên đăng nhập hoặc mật khẩu chưa đúng"
        assert sentence in wrong
        assert sentence in unknown

    def test_account_out_of_use_cannot_log_in(self, client):
        UserFactory(username="cu", is_active=False)
        log_in(client, "cu")
        assert SESSION_KEY not in client.session

    def test_logout_is_a_post(self, client, person):
        client.force_login(person)
        assert client.get(reverse("core:logout")).status_code == 405
        assert client.post(reverse("core:logout")).headers["Location"] == "/dang-nhap/"
        assert SESSION_KEY not in client.session


class TestLockOut:
    def fail(self, client, times, username="ctv.longson", address="10.0.0.1"):
        for _ in range(times):
            answer = log_in(client, username, "sai", REMOTE_ADDR=address)
        return answer

    def test_five_failures_lock_and_say_how_long(self, client, person, settings):
        assert self.fail(client, 4).status_code == 200
        locked = self.fail(client, 1)
        assert locked.status_code == 429
        assert "15 phút" in locked.content.decode()
        assert settings.PORTAL_ORGANISATION in locked.content.decode()
        right = log_in(client, REMOTE_ADDR="10.0.0.1")
        assert right.status_code == 429
        assert SESSION_KEY not in client.session

    def test_spelling_the_name_otherwise_gives_no_more_attempts(self, client, person):
        self.fail(client, 2)
        self.fail(client, 2, username="CTV.LONGSON")
        assert self.fail(client, 1, username=" Ctv.LongSon").status_code == 429

    def test_colleagues_at_the_same_address_are_not_locked(self, client, person):
        UserFactory(username="ctv.phuochai")
        self.fail(client, 5)
        assert log_in(client, "ctv.phuochai", REMOTE_ADDR="10.0.0.1").status_code == 302

    def test_the_person_elsewhere_is_not_locked(self, client, person):
        self.fail(client, 5, address="10.9.9.9")
        assert log_in(client, REMOTE_ADDR="10.0.0.1").status_code == 302

    def test_success_forgets_the_failures(self, client, person):
        self.fail(client, 4)
        log_in(client, REMOTE_ADDR="10.0.0.1")
        client.logout()
        assert self.fail(client, 4).status_code == 200


class TestIdleness:
    def test_an_idle_session_ends_and_comes_back_to_the_page(self, client, person, settings):
        client.force_login(person)
        make_idle(client, settings.SESSION_IDLE_MINUTES + 2)
        answer = client.get("/tai-khoan/?a=1")
        assert answer.headers["Location"] == "/dang-nhap/?next=%2Ftai-khoan%2F%3Fa%3D1"
        assert "Phiên làm việc đã hết" in client.get(answer.headers["Location"]).content.decode()

    def test_a_session_never_ends_before_its_time(self, client, person, settings):
        client.force_login(person)
        make_idle(client, settings.SESSION_IDLE_MINUTES)
        assert client.get("/tai-khoan/").status_code == 200
        assert time.time() - client.session[SEEN] < 5

    def test_a_background_save_gets_401_and_no_page(self, client, person):
        client.force_login(person)
        make_idle(client, 600)
        answer = client.post("/tai-khoan/", headers=JSON)
        assert answer.status_code == 401
        assert answer.json()["error"] == "session_ended"
        assert client.get("/tai-khoan/", headers=JSON).status_code == 401

    def test_a_form_sent_too_late_comes_back_to_its_page(self, client, person):
        client.force_login(person)
        make_idle(client, 600)
        answer = client.post(
            "/tai-khoan/", {"phone": "1"}, headers={"Referer": "http://testserver/tai-khoan/?b=2"}
        )
        assert answer.headers["Location"] == "/dang-nhap/?next=%2Ftai-khoan%2F%3Fb%3D2"

    def test_a_strange_referrer_is_not_followed(self, client, person):
        client.force_login(person)
        make_idle(client, 600)
        answer = client.post("/tai-khoan/", headers={"Referer": "https://evil.example/x"})
        assert answer.headers["Location"] == "/dang-nhap/"

    def test_htmx_loads_the_whole_login_page(self, client):
        answer = client.get(
            "/tai-khoan/",
            headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/tai-khoan/"},
        )
        assert answer.headers["HX-Redirect"] == "/dang-nhap/?next=%2Ftai-khoan%2F"

    def test_the_help_and_login_stay_open_after_idleness(self, client, person):
        client.force_login(person)
        make_idle(client, 600)
        assert client.get(reverse("core:help")).status_code == 200

    def test_keeping_the_session_counts_as_work(self, client, person):
        client.force_login(person)
        make_idle(client, 0.5)
        before = client.session[SEEN]
        assert client.post(reverse("core:session"), headers=JSON).json() == {"kept": True}
        assert client.session[SEEN] > before


class TestPasswords:
    def change(self, client, old=PASSWORD, new="ngoi-nha-ben-song-8", again=None):
        return client.post(
            reverse("core:password_change"),
            {"old_password": old, "new_password1": new, "new_password2": again or new},
        )

    def test_a_given_password_must_be_changed_first(self, client):
        user = UserFactory(must_change_password=True)
        client.force_login(user)
        assert client.get("/tai-khoan/").headers["Location"] == "/mat-khau/doi/"
        assert client.get("/tai-khoan/", headers=JSON).status_code == 403
        assert client.get("/mat-khau/doi/").status_code == 200
        assert client.post(reverse("core:session"), headers=JSON).status_code == 200
        assert self.change(client).headers["Location"] == "/"
        assert client.get("/tai-khoan/").status_code == 200
        user.refresh_from_db()
        assert user.check_password("ngoi-nha-ben-song-8")

    def test_change_ends_the_other_sessions(self, client, person):
        from django.test import Client

        other = Client()
        other.force_login(person)
        client.force_login(person)
        self.change(client)
        assert client.get("/tai-khoan/").status_code == 200
        assert other.get("/tai-khoan/").status_code == 302

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"old": "sai"}, "Mật khẩu hiện tại chưa đúng"),
            ({"new": "ngan-1"}, "quá ngắn; cần ít nhất 10 ký tự"),
            ({"new": "ctv.longson"}, "Mật khẩu quá giống với"),
            ({"new": "83927465019283"}, "hoàn toàn là số"),
            ({"again": "khac-han-1234"}, "khớp"),
        ],
    )
    def test_a_bad_choice_is_refused_in_vietnamese(self, client, person, given, sentence):
        client.force_login(person)
        assert sentence in self.change(client, **given).content.decode()
        person.refresh_from_db()
        assert person.check_password(PASSWORD)

    def test_reset_by_mail(self, client, person):
        client.post(reverse("core:password_reset"), {"email": "LongSon@khuyencong.example"})
        [message] = mail.outbox
        assert message.to == ["longson@khuyencong.example"]
        assert "Kính gửi" in message.body
        path = re.search(r"http://testserver(/mat-khau/dat-lai/\S+)", message.body).group(1)
        form = client.get(path, follow=True)
        target = form.redirect_chain[-1][0]
        data = {"new_password1": "ngoi-nha-ben-song-8", "new_password2": "ngoi-nha-ben-song-8"}
        assert client.post(target, data).headers["Location"] == "/dang-nhap/"
        assert log_in(client, password="ngoi-nha-ben-song-8").status_code == 302
        assert "không còn dùng được" in client.get(path, follow=True).content.decode()

    def test_an_unknown_address_gets_the_same_answer(self, client, person):
        known = client.post(reverse("core:password_reset"), {"email": person.email}, follow=True)
        unknown = client.post(
            reverse("core:password_reset"), {"email": "la@khuyencong.example"}, follow=True
        )
        assert known.redirect_chain == unknown.redirect_chain
        assert known.content == unknown.content
        assert len(mail.outbox) == 1


class TestOwnAccount:
    def test_shows_name_and_role_and_changes_the_contact(self, client, person):
        client.force_login(person)
        page = client.get("/tai-khoan/").content.decode()
        assert person.display_name in page
        assert Role.OFFICER.label in page
        answer = client.post(
            "/tai-khoan/", {"email": "moi@khuyencong.example", "phone": "0254 385 0000"}
        )
        assert answer.headers["Location"] == "/tai-khoan/"
        person.refresh_from_db()
        assert (person.email, person.phone) == ("moi@khuyencong.example", "0254 385 0000")

    def test_nobody_gives_themselves_a_role(self, client, person):
        client.force_login(person)
        client.post(
            "/tai-khoan/", {"email": "", "phone": "", "roles": ["administrator"], "username": "x"}
        )
        person.refresh_from_db()
        assert person.roles == [Role.OFFICER]
        assert User.objects.filter(username="ctv.longson").exists()

    def test_a_wrong_number_is_named_at_its_field(self, client, person):
        client.force_login(person)
        answer = client.post("/tai-khoan/", {"email": "", "phone": "gọi em"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'href="#id_phone"' in page
        assert "8 đến 15 chữ số" in page
        assert 'value="gọi em"' in page
