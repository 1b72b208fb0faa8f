"""Periods, reports and submissions for tests.

The form is the real one (`form_v1`). The test database's clock is the real one too, so a period
that is open now is made around today (`open_period`).
"""

from dataclasses import asdict
from datetime import timedelta

import factory
from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.quarters import Quarter
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.forms_as_data.definition import install_form
from khuyencong.forms_as_data.models import FormVersion
from khuyencong.forms_as_data.structure import structure_of
from reports.actions.draft import save_cells, start_report, state_nothing
from reports.actions.review import accept_report
from reports.actions.submit import submit_report
from reports.enums import PeriodScheme
from reports.form_v1 import FORM_CODE, FORM_V1
from reports.models import Report, ReportPeriod, WorkbookUpload
from reports.workbook.layout import Identity
from reports.workbook.read import Content, Fault

# Right figures of the real form that keep all its rules; dt = doanh thu, in triệu đồng.
FIGURES = {
    "gtsx-co_khi": "1.250,5",
    "gtsx-che_bien": "3.400",
    "gtsx-go": "0",
    "gtsx-thu_cong": "210",
    "gtsx-khac": "0",
    "doanh_thu": "4.000",
    "dt_trong_nuoc": "3.500",
    "dt_xuat_khau": "500",
    "von_may_moc": "0",
    "cs_san_xuat": "0",
    "lao_dong": "120",
    "lao_dong_nu": "45",
    "tt_buoi": "2",
    "tt_luot": "60",
    "ks_co_so": "5",
    "hd_ho_so": "1",
    "bc_san_pham": "0",
    "td_de_an": "0",
    "nt_de_an": "0",
}


def small_form(code: str = "mau-thu", **part) -> FormVersion:
    """A form in use with one figure `so_luong` and one part of rows `viec`."""
    return install_form(
        {
            "code": code,
            "title": "Mẫu thử",
            "number": 1,
            "valid_from": "2020-01-01",
            "parts": [
                {
                    "code": "a",
                    "numeral": "I",
                    "title": "Số liệu",
                    "kind": "figures",
                    "nothing_label": "Không phát sinh.",
                    "indicators": [{"code": "so_luong", "label": "Số lượng", "unit": "cái"}],
                    **part,
                },
            ],
        }
    )


class ReportPeriodFactory(factory.django.DjangoModelFactory):
    """A period of the real form that is open today and due in ten days."""

    class Meta:
        model = ReportPeriod
        django_get_or_create = ("scheme", "year", "number")

    scheme = PeriodScheme.REPORT
    year = factory.LazyFunction(lambda: Quarter.reporting(timezone.localdate()).year)
    number = factory.LazyFunction(lambda: Quarter.reporting(timezone.localdate()).number)
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=80))
    opens_on = factory.SelfAttribute("starts_on")
    ends_on = factory.LazyAttribute(lambda o: o.starts_on + timedelta(days=85))
    due_on = factory.LazyAttribute(lambda o: o.starts_on + timedelta(days=90))
    locks_on = factory.LazyAttribute(lambda o: o.due_on + timedelta(days=14))
    form_version = factory.LazyFunction(lambda: install_form(FORM_V1))


def past_period(quarters_ago: int = 1, **fields) -> ReportPeriod:
    """The period of an earlier quarter, locked unless dates say otherwise."""
    quarter = Quarter.reporting(timezone.localdate())
    for _ in range(quarters_ago):
        quarter = quarter.previous()
    starts_on = timezone.localdate() - timedelta(days=80 + 91 * quarters_ago)
    return ReportPeriodFactory(
        **{"year": quarter.year, "number": quarter.number, "starts_on": starts_on, **fields}
    )


class ReportFactory(factory.django.DjangoModelFactory):
    """A draft of a new commune without collaborator; see `filled_report` for one with an author."""

    class Meta:
        model = Report

    place = factory.SubFactory(PlaceFactory)
    period = factory.SubFactory(ReportPeriodFactory)


def author_of(place):
    """The account of the place's principal collaborator, made where it is missing."""
    assignment = place.assignments.principal().in_force_on(timezone.localdate()).first()
    return (assignment or AssignmentFactory(place=place)).collaborator.user


def filled_report(place=None, period=None, author=None, nothing=("de_xuat", "kho_khan"), **figures):
    """A draft that may be submitted as it is: the real form's FIGURES, with `figures` changed
    (`gtsx__go="5"` is the cell `gtsx-go`), and the parts of rows stated to have nothing."""
    place = place or PlaceFactory()
    author = author or author_of(place)
    report = start_report(
        actor=author, place_id=place.pk, period_id=(period or ReportPeriodFactory()).pk
    )
    texts = {**FIGURES, **{key.replace("__", "-"): text for key, text in figures.items()}}
    structure = structure_of(report.period.form_version_id)
    save_cells(
        actor=author,
        report_id=report.pk,
        cells=[{"key": key, "text": text} for key, text in texts.items() if key in structure.cells],
    )
    for code in nothing:
        state_nothing(actor=author, report_id=report.pk, part_code=code)
    report.refresh_from_db()
    report.author = author
    return report


def submitted_report(place=None, period=None, author=None, warnings_reasons=None, **figures):
    """A report submitted once by its author; warnings kept with a reason."""
    report = filled_report(place, period, author, **figures)
    author = report.author
    submit_report(
        actor=author,
        report_id=report.pk,
        warnings_reasons=warnings_reasons
        or dict.fromkeys((rule["code"] for rule in FORM_V1["rules"]), "Số liệu đúng."),
    )
    report = Report.objects.get(pk=report.pk)
    report.author = author
    return report


def accepted_report(place=None, period=None, author=None, officer=None, **figures):
    """A report submitted and accepted by an officer."""
    report = submitted_report(place, period, author, **figures)
    author = report.author
    accept_report(
        actor=officer or UserFactory(),
        report_id=report.pk,
        version_number=report.latest_version.number,
    )
    report = Report.objects.get(pk=report.pk)
    report.author = author
    return report


__all__ = [
    "FIGURES",
    "FORM_CODE",
    "ReportFactory",
    "ReportPeriodFactory",
    "accepted_report",
    "author_of",
    "filled_report",
    "past_period",
    "small_form",
    "submitted_report",
]


def waiting_workbook(report, faults=(), **cells) -> WorkbookUpload:
    """A workbook of the report that came back with some cells, and waits to be taken over."""
    identity = Identity(
        report=report.pk,
        place=str(report.place),
        period=str(report.period),
        form=report.period.form_version_id,
        form_number=1,
        made_at=timezone.now().isoformat(),
    )
    content = Content(
        cells={key.replace("__", "-"): (text, "") for key, text in cells.items()},
        faults=[Fault("Số liệu", "G5", "lao_dong", sentence) for sentence in faults],
    )
    return WorkbookUpload.objects.create(
        report=report,
        filename="bao-cao.xlsx",
        identity=asdict(identity),
        content=asdict(content),
        uploaded_by=author_of(report.place),
    )
