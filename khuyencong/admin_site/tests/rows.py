"""One row of every model, so that each page of the admin has something to show."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from collaborators.models import AppointmentDecision
from facilities.enums import EstablishmentStatus
from facilities.merging import merge_establishments
from facilities.models import (
    DuplicateCandidate,
    DuplicateSearch,
    EligibilityRule,
    Industry,
    PersonalDataRequest,
    SavedView,
    SearchWord,
    StatusChange,
    SurveyPhoto,
)
from facilities.surveys.tests.factories import open_campaign, submitted_target
from facilities.tests.factories import (
    AwardFactory,
    CertificateFactory,
    EstablishmentFactory,
    MachineFactory,
    NetworkGroupFactory,
    SupportNeedFactory,
    YearFigureFactory,
)
from khuyencong.audit.personal import log_page_access
from khuyencong.core.enums import SuccessionKind
from khuyencong.core.models import Succession, User
from khuyencong.core.places import rebuild_lineage
from khuyencong.core.tests.factories import PlaceFactory
from khuyencong.documents.actions import issue_document
from khuyencong.documents.paper import Letterhead, Paper
from khuyencong.exports.models import ExportJob
from khuyencong.files.models import Attachment
from khuyencong.imports.models import ImportJob
from khuyencong.notifications.actions import set_mail_mode
from khuyencong.notifications.enums import MailMode
from khuyencong.notifications.notify import notify
from programs.enums import Audience
from programs.models import ActivityKind, SupportResult, TrainingClass
from reports.difficulties.models import MatterAnswer
from reports.difficulties.tests.factories import matter_of
from reports.editions.models import EditionEntry
from reports.editions.tests.factories import open_edition_of
from reports.models import (
    CalendarRule,
    DraftCell,
    DraftRow,
    DraftStatement,
    PeriodExtension,
    Reopening,
    ReturnComment,
    SpecialDay,
    WorkbookUpload,
)
from reports.tests.review_cast import make_cast, submitted_report


def one_of_each(administrator: User, reports: int = 1) -> None:
    """Fill every table of the admin; `reports` reports with a version each."""
    today = timezone.localdate()
    cast = make_cast()
    first = cast.period.form_version.indicators.order_by("order").first().code
    for _ in range(reports):
        report = submitted_report(
            cast,
            place=PlaceFactory(),
            figures={first: 12},
            rows={"kho_khan": [{"noi_dung": "Thiếu vốn"}]},
            nothing=("de_xuat",),
        )
        version = report.latest_version
        part, indicator = version.form_version.parts.first(), version.cells.get().indicator
        DraftCell.objects.create(report=report, indicator=indicator, updated_by=administrator)
        DraftRow.objects.create(report=report, part=part, updated_by=administrator)
        DraftStatement.objects.create(report=report, part=part, stated_by=administrator)
        WorkbookUpload.objects.create(
            report=report, filename="a.xlsx", identity={}, content={}, uploaded_by=administrator
        )
        ReturnComment.objects.create(
            event=report.events.get(), version=version, part=part, text="Xem lại số lao động."
        )
    Reopening.objects.create(
        report=report, parts=["kho_khan"], reason="Số sai", asked_by=cast.ctv
    )  # fmt: skip
    CalendarRule.objects.create(scheme="report", valid_from=today)
    SpecialDay.objects.create(day=today, kind="off", name="Nghỉ hoán đổi")
    PeriodExtension.objects.create(
        period=cast.period, place=cast.place, due_on=today, locks_on=today, reason="Bão",
        granted_by=cast.officer,
    )  # fmt: skip
    old, new = PlaceFactory(), PlaceFactory()
    Succession.objects.create(
        predecessor=old, successor=new, effective_on=today, kind=SuccessionKind.MERGED
    )
    rebuild_lineage()
    AppointmentDecision.objects.create(
        number="01/QĐ", signed_on=today, issued_by="Sở Công Thương", subject="Công nhận"
    )
    award = AwardFactory()
    establishment = EstablishmentFactory(network_group=NetworkGroupFactory())
    StatusChange.objects.create(
        establishment=establishment,
        from_status=EstablishmentStatus.ACTIVE,
        to_status=EstablishmentStatus.PAUSED,
        effective_on=today,
        actor=administrator,
    )
    for factory in (CertificateFactory, MachineFactory, SupportNeedFactory, YearFigureFactory):
        factory(establishment=establishment)
    EligibilityRule.objects.create(legal_basis="Nghị định", valid_from=today)
    PersonalDataRequest.objects.create(
        establishment=establishment, kind="correction", what="Sửa tên", recorded_by=administrator
    )
    log_page_access(administrator, establishment)
    twin, merged = EstablishmentFactory(), EstablishmentFactory()
    merge_establishments(actor=administrator, survivor_id=twin.pk, merged_id=merged.pk)
    DuplicateCandidate.objects.create(
        first=establishment, second=twin, score=60, reasons=["Cùng tên"]
    )
    DuplicateSearch.objects.create(until=timezone.now())
    SavedView.objects.create(owner=administrator, name="Tạm ngừng", query="tinh_trang=paused")
    SearchWord.objects.create(word="banh", uses=1)
    Industry.objects.create(code="1071", label="Sản xuất các loại bánh từ bột", valid_from=today)
    kind = ActivityKind.objects.create(code="may-moc", label="Máy móc", valid_from=today)
    SupportResult.objects.create(
        establishment=establishment, activity_kind=kind, year=2026, title="Máy sấy", support_vnd=5
    )
    TrainingClass.objects.create(title="Khởi sự", audience=Audience.values[0], year=2026)
    set_mail_mode(actor=administrator, mail_mode=MailMode.AT_ONCE)
    User.objects.filter(pk=administrator.pk).update(email="quan-tri@khuyencong.example")
    with transaction.atomic():
        notify(to=administrator, matter="thu:1", occasion="thu", subject="Thông báo thử")
    ImportJob.objects.create(kind="x", filename="a.xlsx", requested_by=administrator)
    issue_document(
        actor=administrator,
        kind="x",
        paper=Paper(Letterhead(symbol="BC-TTKC", abstract="Kết quả")),
        signed_on=today,
    )
    matter = matter_of(administrator, report)
    MatterAnswer.objects.create(
        matter=matter, text="Đã rõ.", answered_on=today, recorded_by=administrator
    )
    edition = open_edition_of(administrator, cast.period)
    EditionEntry.objects.create(edition=edition, place=old, state="not_reported")
    ExportJob.objects.create(kind="x", title="Sổ cơ sở", format="xlsx", requested_by=administrator)
    paper = Attachment.objects.create(
        owner_type=ContentType.objects.get_for_model(award),
        owner_id=award.pk,
        file="attachments/1",
        original_name="quyet-dinh.pdf",
        media_type="application/pdf",
        size=10,
        sha256="0" * 64,
        uploaded_by=administrator,
    )
    target = submitted_target()
    SurveyPhoto.objects.create(
        target=open_campaign().targets.first(),
        question=target.answers.first().question,
        attachment=paper,
    )
    seen = {
        "username": "ai-do",
        "ip_address": "10.0.0.1",
        "user_agent": "x",
        "path_info": "/dang-nhap/",
    }
    AccessAttempt.objects.create(failures_since_start=1, **seen)
    AccessFailureLog.objects.create(**seen)
    AccessLog.objects.create(logout_time=timezone.now() + timedelta(hours=1), **seen)
    LogEntry.objects.create(
        user=administrator,
        content_type=ContentType.objects.get_for_model(award),
        object_id=str(award.pk),
        object_repr=str(award),
        action_flag=ADDITION,
    )
