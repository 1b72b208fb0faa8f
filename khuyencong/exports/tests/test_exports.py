from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.tests.factories import UserFactory
from khuyencong.exports import actions, tasks
from khuyencong.exports.models import ExportJob, ExportStatus
from khuyencong.exports.tests.sources import KIND

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return UserFactory(display_name="Chuyên viên một")


def ask(user, **params):
    return actions.request_export(actor=user, kind=KIND, params=params, format="xlsx")


def told_on(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def built(user, **params):
    job = ask(user, **params)
    actions.build_export(job.pk)
    job.refresh_from_db()
    return job


def test_request_tells_a_worker_after_commit(officer, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = ask(officer)
        assert told == []
    assert told == [job.pk]
    assert job.title == "Bảng thử: quý IV/2026"


def test_second_click_gives_the_same_job(officer):
    assert ask(officer, rows="3") == ask(officer, rows="3")
    assert ask(officer, rows="4").pk != ask(officer, rows="3").pk


def test_build_makes_the_file_and_proves_its_rows(officer):
    job = built(officer, rows="7")
    assert (job.status, job.rows_proven, job.rows_total, job.percent) == ("done", 7, 7, 100)
    assert job.filename.startswith("bang-thu-quy-iv-2026-")
    with job.file.open() as stream:
        book = openpyxl.load_workbook(stream)
    assert [row[1].value for row in book["Dữ liệu"].iter_rows(min_row=3)] == [
        n * 1000 for n in range(7)
    ]
    info = {row[0].value: row[1].value for row in book["Thông tin"].iter_rows()}
    assert info["Người xuất"] == "Chuyên viên một"


def test_done_job_is_not_built_again(officer):
    job = built(officer)
    before = (job.file.name, job.finished_at)
    actions.build_export(job.pk)
    job.refresh_from_db()
    assert (job.file.name, job.finished_at) == before


def test_job_left_running_by_a_dead_worker_is_built_on_redelivery(officer):
    job = ask(officer)
    ExportJob.objects.update(status=ExportStatus.RUNNING, rows_done=2)
    actions.build_export(job.pk)
    job.refresh_from_db()
    assert job.status == ExportStatus.DONE


def test_failure_is_kept_as_a_vietnamese_sentence_without_the_inner_error(officer, caplog):
    job = built(officer, broken="1")
    assert job.status == ExportStatus.FAILED
    assert "Máy gặp lỗi khi lập bảng tính này" in job.error and "broken" not in job.error
    assert "broken source" in caplog.text


def test_requester_who_lost_the_role_before_the_build_gets_nothing(officer):
    job = ask(officer)
    officer.roles = [Role.COLLABORATOR]
    officer.save()
    actions.build_export(job.pk)
    job.refresh_from_db()
    assert (job.status, job.file.name) == (ExportStatus.FAILED, "")
    assert "chuyên viên" in job.error


def test_deactivated_requester_gets_nothing(officer):
    job = ask(officer)
    type(officer).objects.update(is_active=False)
    actions.build_export(job.pk)
    job.refresh_from_db()
    assert job.status == ExportStatus.FAILED


def test_may_not_ask_for_what_one_may_not_see(client):
    client.force_login(UserFactory(roles=[Role.COLLABORATOR]))
    response = client.post(reverse("exports:request"), {"kind": KIND, "format": "xlsx"})
    assert response.status_code == 403
    assert not ExportJob.objects.exists()


def test_unknown_kind_is_not_found(client, officer):
    client.force_login(officer)
    assert client.post(reverse("exports:request"), {"kind": "x"}).status_code == 404


def test_unknown_format_is_told_and_makes_no_job(client, officer):
    client.force_login(officer)
    response = client.post(reverse("exports:request"), {"kind": KIND, "format": "pdf"})
    assert "Hãy chọn định dạng" in told_on(response)
    assert not ExportJob.objects.exists()


def test_broker_down_is_a_sentence_not_an_error(
    client, officer, monkeypatch, django_capture_on_commit_callbacks
):
    def down(*args, **options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.build, "apply_async", down)
    client.force_login(officer)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("exports:request"), {"kind": KIND, "format": "xlsx"})
    page = client.get(response["Location"])
    assert ExportJob.objects.get().status == ExportStatus.FAILED
    assert "chưa chuyển được yêu cầu" in page.content.decode()
    assert "Yêu cầu lập lại" in page.content.decode()


def test_page_filters_are_kept_with_the_address_of_the_portal(client, officer):
    client.force_login(officer)
    client.post(
        reverse("exports:request"),
        {"kind": KIND, "format": "csv", "rows": "2", "xa": ["1", "2"], "base_url": "https://evil"},
    )
    job = ExportJob.objects.get()
    assert job.params == {"rows": "2", "xa": ["1", "2"], "base_url": "http://testserver"}


def test_download_by_the_requester(client, officer):
    job = built(officer)
    client.force_login(officer)
    response = client.get(reverse("exports:download", args=[job.pk]))
    assert response.status_code == 200
    assert job.filename in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert response.getvalue().startswith(b"PK")


@pytest.mark.parametrize("name", ["detail", "download", "again"])
def test_another_persons_export_is_not_found(client, officer, name):
    job = built(officer)
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR, Role.OFFICER]))
    method = client.post if name == "again" else client.get
    assert method(reverse(f"exports:{name}", args=[job.pk])).status_code == 404
    assert job.title not in client.get(reverse("exports:list")).content.decode()


def test_file_is_withheld_when_the_role_was_lost_after_the_build(client, officer):
    job = built(officer)
    officer.roles = [Role.COLLABORATOR]
    officer.save()
    client.force_login(officer)
    assert client.get(reverse("exports:download", args=[job.pk])).status_code == 403


def test_file_is_withheld_when_the_assignment_changed_after_the_build():
    assignment = AssignmentFactory()
    user = assignment.collaborator.user
    user.roles = [Role.COLLABORATOR, Role.OFFICER]
    user.save()
    job = built(user)
    actions.check_can_download(user, job)
    assignment.valid_to = timezone.localdate() - timedelta(days=1)
    assignment.save()
    with pytest.raises(NotAllowed, match="địa bàn"):
        actions.check_can_download(user, job)


def test_file_gone_from_the_disk_is_told(client, officer):
    job = built(officer)
    job.file.storage.delete(job.file.name)
    client.force_login(officer)
    response = client.get(reverse("exports:download", args=[job.pk]))
    assert response["Location"] == reverse("exports:detail", args=[job.pk])
    assert "không còn trên máy chủ" in told_on(response)


def test_watching_asks_again_only_while_it_is_open(client, officer):
    client.force_login(officer)
    job = ask(officer)
    url = reverse("exports:detail", args=[job.pk])
    page = client.get(url, headers={"hx-request": "true"}).content.decode()
    assert "hx-trigger" in page and "<html" not in page
    actions.build_export(job.pk)
    page = client.get(url, headers={"hx-request": "true"}).content.decode()
    assert "hx-trigger" not in page and reverse("exports:download", args=[job.pk]) in page


def test_stuck_job_is_told_and_can_be_asked_for_again(client, officer):
    client.force_login(officer)
    job = ask(officer)
    ExportJob.objects.update(progress_at=timezone.now() - timedelta(minutes=6))
    page = client.get(reverse("exports:detail", args=[job.pk])).content.decode()
    assert "không thấy tiến triển" in page and "hx-trigger" not in page
    client.post(reverse("exports:again", args=[job.pk]))
    job.refresh_from_db()
    assert job.status == ExportStatus.FAILED
    assert ExportJob.objects.filter(status=ExportStatus.QUEUED).count() == 1


def test_old_files_are_removed_and_the_row_stays(officer):
    old, new = built(officer, rows="1"), built(officer, rows="2")
    ExportJob.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert actions.remove_old_exports() == 1
    assert actions.remove_old_exports() == 0
    stored = old.file.name
    old.refresh_from_db()
    assert (old.status, old.file.name) == (ExportStatus.EXPIRED, "")
    assert not new.file.storage.exists(stored) and new.file.storage.exists(new.file.name)


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_queries(client, officer, django_assert_num_queries, item_count):
    for rows in range(item_count):
        ask(officer, rows=str(rows))
    client.force_login(officer)
    client.get(reverse("exports:list"))
    with django_assert_num_queries(3):
        client.get(reverse("exports:list"))


def test_tasks_called_from_any_thread_know_the_portals_broker():
    with ThreadPoolExecutor(1) as threads:
        app = threads.submit(lambda: tasks.build.app).result()
    assert app.main == "khuyencong" and app.conf.task_acks_late
