"""Every address × every role × own and another commune: nobody sees what is not theirs.

A route that nobody has classified fails the first test, so that a new page cannot be forgotten.
The records behind the addresses belong to commune A; `own` is its collaborator, `other` that of
commune B.
"""

import io
import uuid
from dataclasses import dataclass, field

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from PIL import Image

from collaborators.tests.factories import AssignmentFactory
from facilities.merging import merge_establishments
from facilities.models import DuplicateCandidate, PersonalDataRequest, SavedView
from facilities.surveys.actions import copy_questionnaire
from facilities.surveys.tests.factories import open_campaign, submitted_target
from facilities.tests.factories import (
    EstablishmentFactory,
    MachineFactory,
    ProductFactory,
    SupportNeedFactory,
)
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.exports.actions import build_export, request_export
from khuyencong.files.actions import attach_file
from khuyencong.imports.models import ImportJob
from khuyencong.notifications.mailing import unsubscribe_token
from khuyencong.notifications.notify import notify
from programs.models import TrainingClass
from reports.actions.draft import withdraw_nothing
from reports.actions.reopen import ask_reopening
from reports.difficulties.tests.factories import matter_of
from reports.editions.tests.factories import open_edition_of, signed_edition
from reports.models import DraftRow, PeriodExtension
from reports.tests.factories import (
    accepted_report,
    filled_report,
    past_period,
    submitted_report,
    waiting_workbook,
)

CAST = (
    "anonymous",
    "own",
    "other",
    "officer",
    "leader",
    "accountant",
    "viewer",
    "administrator",
)
# What an answer may be, in the table's own words.
LOG_IN, OPEN, REFUSED, HIDDEN = "log in", "open", "refused", "hidden"
EVERYBODY = dict.fromkeys(CAST, OPEN)


def table(default: str, **exceptions: str) -> dict[str, str]:
    """What each of the cast gets: the default for whoever is logged in, but for the exceptions."""
    return {"anonymous": LOG_IN, **dict.fromkeys(CAST[1:], default), **exceptions}


ALL = table(OPEN)


@dataclass(frozen=True)
class Route:
    """How to ask for a route and what each of the cast gets; a POST-only one is asked by POST."""

    expected: dict[str, str]
    args: tuple[str, ...] = ()
    method: str = "get"
    data: dict = field(default_factory=dict)
    content_type: str = ""


# The registry: own communes, the Centre and the accountant; a viewer without contacts.
READ_REGISTRY = table(OPEN, other=HIDDEN)
WRITE_REGISTRY = table(REFUSED, own=OPEN, other=HIDDEN, officer=OPEN, administrator=OPEN)
MERGERS = table(REFUSED, officer=OPEN, administrator=OPEN)
# Imports: those who write in the registry; an import is seen by whoever made it.
IMPORTERS = table(REFUSED, own=OPEN, other=OPEN, officer=OPEN, administrator=OPEN)
ONLY_THE_IMPORTER = table(REFUSED, own=HIDDEN, other=HIDDEN, officer=OPEN, administrator=HIDDEN)
PAPERS = table(OPEN, other=HIDDEN, viewer=HIDDEN)
WRITE_PAPERS = table(
    REFUSED, own=OPEN, other=HIDDEN, viewer=HIDDEN, officer=OPEN, administrator=OPEN
)
# Surveys: answers name persons, so a viewer has the results alone.
READ_TARGET = table(OPEN, other=HIDDEN, viewer=HIDDEN)
FILL_TARGET = table(
    REFUSED, own=OPEN, other=HIDDEN, viewer=HIDDEN, officer=OPEN, administrator=OPEN
)
RUN_TARGET = table(REFUSED, other=HIDDEN, viewer=HIDDEN, officer=OPEN, administrator=OPEN)
CHECK_TARGET = table(REFUSED, other=HIDDEN, viewer=HIDDEN, officer=OPEN)
READ_TARGETS = table(OPEN, own=REFUSED, other=REFUSED, viewer=REFUSED)
READ_RESULTS = table(OPEN, own=REFUSED, other=REFUSED)
WRITERS = table(REFUSED, officer=OPEN, administrator=OPEN)
JSON = "application/json"
# Reports: own communes and the Centre; a viewer what is accepted; money is the accountant's, not figures.
READ_ACCEPTED = table(OPEN, other=HIDDEN, accountant=HIDDEN)
READ_REPORT = table(OPEN, other=HIDDEN, accountant=HIDDEN, viewer=HIDDEN)
WRITE_REPORT = table(REFUSED, own=OPEN, other=HIDDEN, accountant=HIDDEN, viewer=HIDDEN)
# An administrator does not decide.
DECIDE = table(HIDDEN, own=REFUSED, officer=OPEN, leader=OPEN, administrator=REFUSED)
READ_TOTALS = table(OPEN, own=REFUSED, other=REFUSED, accountant=REFUSED)
ONLY_LEADER = table(HIDDEN, own=REFUSED, officer=REFUSED, leader=OPEN, administrator=REFUSED)
CHECKERS = table(REFUSED, officer=OPEN, leader=OPEN, administrator=OPEN)
ONLY_ADMINISTRATOR = table(REFUSED, administrator=OPEN)
# Editions: the Centre writes, a viewer reads what is issued.
WRITE_EDITIONS = table(REFUSED, officer=OPEN, leader=OPEN)
WRITE_DRAFT_EDITION = WRITE_EDITIONS | {"viewer": HIDDEN}
READ_NETWORK = table(OPEN, own=REFUSED, other=REFUSED, accountant=REFUSED)
ONLY_THE_ONE_WHO_ASKED = table(HIDDEN, officer=OPEN)
ONLY_THE_ONE_TOLD = table(HIDDEN, own=OPEN)

ROUTES: dict[str, Route] = {
    "core:todo": Route(ALL),
    "core:places": Route(ALL),
    "core:place_suggest": Route(ALL, data={"tim": "xa"}),
    "core:place": Route(ALL, ("place",)),
    "core:login": Route(EVERYBODY),
    "core:account": Route(ALL),
    "core:password_change": Route(ALL),
    "core:password_reset": Route(EVERYBODY),
    "core:password_reset_sent": Route(EVERYBODY),
    "core:password_reset_confirm": Route(EVERYBODY, ("word", "word")),
    "core:session": Route(ALL, method="post"),
    "core:help": Route(EVERYBODY),
    "core:health": Route(EVERYBODY),
    "core:robots": Route(EVERYBODY),
    "programs:results": Route(ALL, ("year",)),
    "collaborators:network": Route(READ_NETWORK),
    "collaborators:detail": Route(table(OPEN, other=HIDDEN, accountant=HIDDEN), ("collaborator",)),
    "collaborators:place": Route(READ_NETWORK, ("place",)),
    "collaborators:appoint": Route(ONLY_ADMINISTRATOR),
    "collaborators:record_decision": Route(ONLY_ADMINISTRATOR),
    "collaborators:assign": Route(ONLY_ADMINISTRATOR),
    "collaborators:end_assignment": Route(
        ONLY_ADMINISTRATOR | {"other": HIDDEN, "accountant": HIDDEN}, ("assignment",)
    ),
    "exports:list": Route(ALL),
    "exports:choose": Route(ALL, data={"kind": "facilities.establishments"}),
    "exports:request": Route(
        ALL, method="post", data={"kind": "facilities.establishments", "format": "csv"}
    ),
    "exports:detail": Route(ONLY_THE_ONE_WHO_ASKED, ("export",)),
    "exports:again": Route(ONLY_THE_ONE_WHO_ASKED, ("export",), "post"),
    "exports:download": Route(ONLY_THE_ONE_WHO_ASKED, ("export",)),
    "notifications:list": Route(ALL),
    "notifications:mark_all": Route(ALL, method="post"),
    "notifications:preferences": Route(ALL),
    "notifications:open": Route(ONLY_THE_ONE_TOLD, ("notice",)),
    "notifications:mark": Route(ONLY_THE_ONE_TOLD, ("notice",), "post"),
    "notifications:unsubscribe": Route(EVERYBODY, ("unsubscribe_token",)),
    "documents:verify": Route(ALL),
    "facilities:list": Route(ALL),
    "facilities:map": Route(ALL),
    "facilities:near": Route(ALL, data={"vd": "10,41", "kd": "107,13"}),
    "facilities:map_view": Route(ALL, data={"khung": "8,104,12,110", "muc": "9"}),
    "facilities:add": Route(table(REFUSED, own=OPEN, other=OPEN, officer=OPEN, administrator=OPEN)),
    "facilities:detail": Route(READ_REGISTRY, ("establishment",)),
    "facilities:edit": Route(WRITE_REGISTRY, ("establishment",)),
    "facilities:change_status": Route(WRITE_REGISTRY, ("establishment",)),
    "facilities:history": Route(READ_REGISTRY | {"viewer": REFUSED}, ("establishment",)),
    "facilities:views": Route(ALL),
    "facilities:view_save": Route(ALL),
    "facilities:view_edit": Route(table(HIDDEN, officer=OPEN), ("saved_view",)),
    "facilities:view_delete": Route(table(HIDDEN, officer=OPEN), ("saved_view",), "post"),
    "facilities:duplicates": Route(MERGERS),
    "facilities:duplicate_dismiss": Route(MERGERS, ("pair",), "post"),
    "facilities:duplicate_reopen": Route(MERGERS, ("pair",), "post"),
    "facilities:merge_pick": Route(MERGERS | {"other": HIDDEN}, ("establishment",)),
    "facilities:merge": Route(MERGERS | {"other": HIDDEN}, ("establishment", "twin")),
    "facilities:merge_undo": Route(MERGERS, ("merge_record",), "post"),
    "facilities:product_add": Route(WRITE_REGISTRY, ("establishment",)),
    "facilities:product_edit": Route(WRITE_REGISTRY, ("product",)),
    "facilities:product_remove": Route(WRITE_REGISTRY, ("product",), "post"),
    "facilities:section_edit": Route(WRITE_REGISTRY, ("establishment", "section")),
    "facilities:row_add": Route(WRITE_REGISTRY, ("establishment", "row_kind")),
    "facilities:row_edit": Route(WRITE_REGISTRY, ("row_kind", "machine")),
    "facilities:row_remove": Route(WRITE_REGISTRY, ("row_kind", "machine"), "post"),
    "facilities:need_state": Route(WRITE_REGISTRY, ("need",), "post", {"state": "met"}),
    "facilities:personal_data": Route(WRITE_REGISTRY, ("establishment",)),
    "facilities:personal_data_erase": Route(
        ONLY_ADMINISTRATOR | {"other": HIDDEN}, ("establishment",)
    ),
    "facilities:data_request_answer": Route(
        ONLY_ADMINISTRATOR | {"other": HIDDEN}, ("data_request",)
    ),
    "facilities:personal_accesses": Route(ONLY_ADMINISTRATOR),
    "surveys:list": Route(ALL),
    "surveys:mine": Route(ALL),
    "surveys:fill": Route(READ_TARGET, ("survey_target",)),
    "surveys:worker": Route(EVERYBODY),
    "surveys:queue": Route(READ_TARGETS),
    "surveys:needs": Route(READ_RESULTS),
    "surveys:add": Route(WRITERS),
    "surveys:detail": Route(READ_RESULTS | {"other": HIDDEN}, ("campaign",)),
    "surveys:edit": Route(WRITERS | {"other": HIDDEN}, ("campaign",)),
    "surveys:open": Route(WRITERS | {"other": HIDDEN}, ("campaign",), "post"),
    "surveys:close": Route(WRITERS | {"other": HIDDEN}, ("campaign",), "post"),
    "surveys:discard": Route(WRITERS | {"other": HIDDEN}, ("campaign",), "post"),
    "surveys:targets": Route(READ_TARGETS | {"other": HIDDEN}, ("campaign",)),
    "surveys:target_add": Route(WRITERS | {"other": HIDDEN}, ("campaign",)),
    "surveys:results": Route(READ_RESULTS | {"other": HIDDEN}, ("campaign",)),
    "surveys:target": Route(READ_TARGET, ("survey_target",)),
    "surveys:target_remove": Route(RUN_TARGET, ("survey_target",)),
    "surveys:accept_all": Route(CHECK_TARGET, ("survey_sent",), "post"),
    "surveys:approve": Route(CHECK_TARGET, ("survey_sent",), "post"),
    "surveys:return": Route(CHECK_TARGET, ("survey_sent",), "post", {"note": "Hỏi lại"}),
    "surveys:update_accept": Route(CHECK_TARGET, ("survey_update",), "post"),
    "surveys:update_refuse": Route(CHECK_TARGET, ("survey_update",), "post"),
    "surveys:questionnaires": Route(WRITERS),
    "surveys:questionnaire": Route(WRITERS, ("questionnaire",)),
    "surveys:questionnaire_copy": Route(WRITERS, ("questionnaire",), "post"),
    "surveys:questionnaire_use": Route(WRITERS, ("questionnaire",), "post"),
    "surveys:questionnaire_retire": Route(WRITERS, ("questionnaire",), "post"),
    "surveys:part_add": Route(WRITERS, ("questionnaire",)),
    "surveys:part_edit": Route(WRITERS, ("questions",)),
    "surveys:part_remove": Route(WRITERS, ("questions",), "post"),
    "surveys:question_add": Route(WRITERS, ("questions",)),
    "surveys:question_edit": Route(WRITERS, ("question",)),
    "surveys:question_move": Route(WRITERS, ("question",), "post"),
    "surveys:question_remove": Route(WRITERS, ("question",), "post"),
    "surveys:data": Route(READ_TARGET, ("survey_target",)),
    "surveys:save": Route(FILL_TARGET, ("survey_target",), "post", {"word": "word"}, JSON),
    "surveys:photo": Route(FILL_TARGET, ("survey_target",), "post", {"question": "anh_co_so"}),
    "surveys:photo_remove": Route(FILL_TARGET, ("survey_target", "uuid"), "post"),
    "surveys:submit": Route(FILL_TARGET, ("survey_target",), "post", {"client_id": None}, JSON),
    "surveys:unreachable": Route(
        FILL_TARGET, ("survey_target",), "post", {"reason": "absent"}, JSON
    ),
    "imports:upload": Route(IMPORTERS),
    "imports:template": Route(IMPORTERS),
    "imports:detail": Route(ONLY_THE_IMPORTER, ("import",)),
    "imports:columns": Route(ONLY_THE_IMPORTER, ("import",)),
    "imports:check_again": Route(ONLY_THE_IMPORTER, ("import",), "post"),
    "imports:decide": Route(ONLY_THE_IMPORTER, ("import", "one"), "post"),
    "imports:apply": Route(ONLY_THE_IMPORTER, ("import",), "post"),
    "imports:undo": Route(ONLY_THE_IMPORTER, ("import",), "post"),
    "imports:faults": Route(ONLY_THE_IMPORTER, ("import",)),
    "files:download": Route(PAPERS, ("paper",)),
    "files:photograph": Route(PAPERS, ("photo",)),
    "files:copy": Route(PAPERS, ("photo", "size")),
    "files:remove": Route(WRITE_PAPERS, ("paper",), "post"),
    "files:upload": Route(WRITE_PAPERS, ("paper_owner", "establishment"), "post"),
    "reports:list": Route(ALL | {"accountant": REFUSED}),
    "reports:start": Route(
        table(REFUSED, own=OPEN),
        method="post",
        data={"place": "place", "period": "period"},
    ),
    "reports:detail": Route(READ_ACCEPTED, ("accepted",)),
    "reports:version": Route(READ_ACCEPTED, ("accepted", "one")),
    "reports:edit": Route(WRITE_REPORT, ("draft",)),
    "reports:save": Route(WRITE_REPORT, ("draft",), "post"),
    "reports:submit": Route(WRITE_REPORT, ("draft",), "post"),
    "reports:nothing": Route(
        WRITE_REPORT, ("draft",), "post", {"part": "de_xuat", "stated": "1"}, "application/json"
    ),
    "reports:row_add": Route(WRITE_REPORT, ("draft", "part")),
    "reports:row_edit": Route(WRITE_REPORT, ("draft", "row")),
    "reports:row_remove": Route(WRITE_REPORT, ("draft", "row"), "post"),
    "reports:workbook": Route(WRITE_REPORT, ("draft",)),
    "reports:workbook_download": Route(WRITE_REPORT, ("draft",)),
    "reports:workbook_upload": Route(WRITE_REPORT, ("draft", "workbook")),
    "reports:workbook_marked": Route(WRITE_REPORT, ("draft", "workbook")),
    "reports:workbook_take": Route(WRITE_REPORT, ("draft", "workbook"), "post"),
    "reports:workbook_drop": Route(WRITE_REPORT, ("draft", "workbook"), "post"),
    "reports:queue": Route(CHECKERS),
    "reports:accept_many": Route(CHECKERS | {"administrator": REFUSED}, method="post"),
    "reports:review": Route(DECIDE | {"administrator": OPEN}, ("submitted",)),
    "reports:return": Route(DECIDE, ("submitted",), "post"),
    "reports:accept": Route(DECIDE, ("submitted",), "post"),
    "reports:completeness": Route(READ_TOTALS),
    "reports:completeness_year": Route(READ_TOTALS),
    "reports:league": Route(ALL | {"viewer": REFUSED}),
    "reports:periods": Route(READ_TOTALS),
    "reports:period_create": Route(
        ONLY_ADMINISTRATOR, method="post", data={"nam": "2031", "quy": "1"}
    ),
    "reports:reopening_ask": Route(
        table(HIDDEN, own=OPEN, officer=OPEN, leader=OPEN, viewer=REFUSED, administrator=REFUSED),
        ("accepted",),
    ),
    "reports:reopening": Route(READ_REPORT, ("reopening",)),
    "reports:reopening_approve": Route(ONLY_LEADER, ("reopening",), "post"),
    "reports:reopening_refuse": Route(ONLY_LEADER, ("reopening",), "post"),
    "reports:reopening_withdraw": Route(
        READ_REPORT | {"leader": REFUSED, "own": REFUSED, "administrator": REFUSED},
        ("reopening",),
        "post",
    ),
    "reports:reopening_close": Route(ONLY_LEADER, ("reopening",), "post"),
    "reports:period_year": Route(READ_TOTALS),
    "reports:period_year_create": Route(ONLY_ADMINISTRATOR, method="post"),
    "reports:extension": Route(table(REFUSED, officer=OPEN, leader=OPEN), ("period", "place")),
    "reports:extension_withdraw": Route(
        table(REFUSED, officer=OPEN, leader=OPEN), ("extension",), "post"
    ),
    "reports:period_edit": Route(ONLY_ADMINISTRATOR, ("period",)),
    "reports:rollup": Route(READ_TOTALS),
    "reports:rollup_growth": Route(READ_TOTALS),
    "reports:rollup_indicator": Route(READ_TOTALS, ("indicator",)),
    "reports:rollup_figure": Route(READ_TOTALS, ("indicator",)),
    "difficulties:public": Route(EVERYBODY),
    "difficulties:list": Route(READ_TOTALS),
    "difficulties:loose": Route(WRITE_EDITIONS),
    "difficulties:detail": Route(READ_TOTALS | {"viewer": HIDDEN}, ("matter",)),
    "difficulties:edit": Route(WRITE_DRAFT_EDITION, ("matter",)),
    "difficulties:send": Route(WRITE_DRAFT_EDITION, ("matter",), "post"),
    "difficulties:answer": Route(WRITE_DRAFT_EDITION, ("matter",), "post"),
    "difficulties:close": Route(WRITE_DRAFT_EDITION, ("matter",), "post"),
    "difficulties:join": Route(WRITE_DRAFT_EDITION, ("matter",), "post"),
    "difficulties:split": Route(WRITE_DRAFT_EDITION, ("matter", "matter_row"), "post"),
    "editions:list": Route(READ_TOTALS),
    "editions:create": Route(WRITE_EDITIONS, method="post", data={"ky": "period"}),
    "editions:detail": Route(READ_TOTALS, ("edition",)),
    "editions:file": Route(READ_TOTALS, ("edition", "pdf")),
    "editions:correct": Route(WRITE_EDITIONS, ("edition",), "post", {"kind": "replacement"}),
    "editions:section": Route(WRITE_DRAFT_EDITION, ("draft_edition", "section_code")),
    "editions:section_renew": Route(
        WRITE_DRAFT_EDITION, ("draft_edition", "section_code"), "post", {"revision": "one"}
    ),
    "editions:renew_all": Route(WRITE_DRAFT_EDITION, ("draft_edition",), "post"),
    "editions:delivery": Route(WRITE_DRAFT_EDITION, ("draft_edition",)),
    "editions:present": Route(WRITE_DRAFT_EDITION, ("draft_edition",), "post"),
    "editions:send_back": Route(WRITE_DRAFT_EDITION, ("draft_edition",), "post", {"note": "x"}),
    "editions:cancel": Route(WRITE_DRAFT_EDITION, ("draft_edition",), "post"),
    "editions:sign": Route(WRITE_DRAFT_EDITION | {"officer": REFUSED}, ("draft_edition",)),
    # Last, since it ends the session it is asked in.
    "core:logout": Route(dict.fromkeys(CAST, LOG_IN), method="post"),
}


@pytest.fixture
def world(db, django_capture_on_commit_callbacks):
    """Two communes with their collaborators, the Centre, and records of commune A."""
    place = PlaceFactory(name="Xã Long Sơn")
    own = AssignmentFactory(place=place)
    other = AssignmentFactory()
    officer = UserFactory(roles=[Role.OFFICER])
    cast = {
        "anonymous": None,
        "own": own.collaborator.user,
        "other": other.collaborator.user,
        "officer": officer,
        "leader": UserFactory(roles=[Role.LEADER]),
        "accountant": UserFactory(roles=[Role.ACCOUNTANT]),
        "viewer": UserFactory(roles=[Role.VIEWER]),
        "administrator": UserFactory(roles=[Role.ADMINISTRATOR]),
    }
    establishment = EstablishmentFactory(place=place)
    product = ProductFactory(establishment=establishment)
    twin = EstablishmentFactory(place=place)
    pair = DuplicateCandidate.objects.create(first=establishment, second=twin, score=60, reasons=[])
    merge_record = merge_establishments(
        actor=officer,
        survivor_id=establishment.pk,
        merged_id=EstablishmentFactory(place=place).pk,
    )
    saved_view = SavedView.objects.create(
        owner=officer, name="Tạm ngừng", query="tinh_trang=paused"
    )
    paper = attach_file(
        actor=officer,
        record=establishment,
        upload=SimpleUploadedFile("giay.pdf", b"%PDF-1.4\n%%EOF\n"),
    )
    pixels = io.BytesIO()
    Image.new("RGB", (8, 6)).save(pixels, "PNG")
    photo = attach_file(
        actor=officer,
        record=establishment,
        upload=SimpleUploadedFile("anh.png", pixels.getvalue()),
    )
    campaign = open_campaign(officer)
    survey_sent = submitted_target(campaign.targets.get(establishment=twin))
    questionnaire = copy_questionnaire(actor=officer, version_id=campaign.questionnaire_id)
    accepted = accepted_report(place=place, period=past_period(2, locks_on=timezone.localdate()))
    submitted = submitted_report(place=place, period=past_period(1, locks_on=timezone.localdate()))
    edition = signed_edition(officer, cast["leader"], accepted.period)
    matter = matter_of(officer, accepted)
    draft_edition = open_edition_of(officer, submitted.period)
    draft = filled_report(place=place)
    row = uuid.uuid4()
    withdraw_nothing(actor=cast["own"], report_id=draft.pk, part_code="de_xuat")
    DraftRow.objects.create(
        report=draft, part=draft.period.form_version.parts.get(code="de_xuat"), uid=row
    )
    with django_capture_on_commit_callbacks(execute=False):
        export = request_export(
            actor=officer, kind="facilities.establishments", params={}, format="csv"
        )
    build_export(export.pk)
    (notice,) = notify(
        to=cast["own"], matter="thu:1", occasion="thu", subject="Thử", link=reverse("core:help")
    )
    TrainingClass.objects.create(title="Lớp thử", audience="establishments", year=2022)
    records = {
        "place": place.pk,
        "assignment": own.pk,
        "collaborator": own.collaborator_id,
        "establishment": establishment.pk,
        "product": product.pk,
        "section": "lien-he",
        "row_kind": "may-moc",
        "machine": MachineFactory(establishment=establishment).pk,
        "need": SupportNeedFactory(establishment=establishment).pk,
        "data_request": PersonalDataRequest.objects.create(
            establishment=establishment, kind="correction", what="Sửa tên", recorded_by=officer
        ).pk,
        "twin": twin.pk,
        "pair": pair.pk,
        "merge_record": merge_record.pk,
        "saved_view": saved_view.pk,
        "survey_target": campaign.targets.get(establishment=establishment).pk,
        "survey_sent": survey_sent.pk,
        "survey_update": survey_sent.updates.first().pk,
        "campaign": campaign.pk,
        "questionnaire": questionnaire.pk,
        "questions": questionnaire.parts.first().pk,
        "question": questionnaire.columns.first().pk,
        "uuid": uuid.uuid4(),
        "paper": paper.pk,
        "photo": photo.pk,
        "size": "nho",
        "paper_owner": "facilities.establishment",
        "export": export.pk,
        "notice": notice.pk,
        "unsubscribe_token": unsubscribe_token(own.collaborator.user_id),
        "import": ImportJob.objects.create(
            kind="facilities.establishments",
            filename="danh-sach.xlsx",
            file_kind="xlsx",
            requested_by=officer,
            sheets=[
                {
                    "name": "A",
                    "rows": 0,
                    "first": 0,
                    "last": 0,
                    "data": 1,
                    "columns": [],
                    "titles": [],
                }
            ],
            sheet="A",
        ).pk,
        "edition": edition.pk,
        "matter": matter.pk,
        "matter_row": matter.rows.get().pk,
        "draft_edition": draft_edition.pk,
        "section_code": "mo_dau",
        "pdf": "pdf",
        "accepted": accepted.pk,
        "submitted": submitted.pk,
        "draft": draft.pk,
        "workbook": waiting_workbook(draft, faults=["“x” không phải là số."]).pk,
        "reopening": ask_reopening(
            actor=officer, report_id=accepted.pk, parts=["de_xuat"], reason="Số sai"
        ).pk,
        "period": draft.period_id,
        "extension": PeriodExtension.objects.create(
            period=draft.period,
            place=place,
            due_on=draft.period.locks_on,
            locks_on=draft.period.locks_on,
            reason="Bão",
            granted_by=officer,
        ).pk,
        "row": row,
        "one": 1,
        "year": 2022,
        "word": "abc",
        "part": "de_xuat",
        "indicator": "lao_dong",
    }
    return cast, records


def named_routes(resolver=None, namespace="") -> set[str]:
    """The names of all addresses but those of the administrators' site (tested in admin_site)."""
    names = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            names.add(f"{namespace}{entry.name}")
        elif entry.namespace != "admin":
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            names |= named_routes(entry, inner)
    return names


def answer_of(response) -> str:
    """The answer in the table's words. A form with faults, a redirect onward and 200 all mean `open`."""
    if response.status_code == 302 and response["Location"].startswith("/dang-nhap/"):
        return LOG_IN
    if response.status_code in (200, 204, 302, 400, 409, 422):
        return OPEN
    return {401: LOG_IN, 403: REFUSED, 404: HIDDEN}.get(
        response.status_code, f"status {response.status_code}"
    )


def test_every_route_is_classified():
    assert named_routes() == set(ROUTES)


def test_each_role_gets_what_the_table_says(world):
    """One world for all routes; the assertion lists every answer that differs."""
    cast, records = world
    clients = {}
    for person, user in cast.items():
        clients[person] = Client()
        if user is not None:
            clients[person].force_login(user, backend="khuyencong.core.auth.PortalBackend")
    differing = []
    for name, route in ROUTES.items():
        url = reverse(name, args=[records[key] for key in route.args])
        data = {key: records.get(value, value) for key, value in route.data.items()}
        extra = {"content_type": route.content_type} if route.content_type else {}
        for person, client in clients.items():
            # Undone after each, so that everybody asks of the same world.
            with transaction.atomic():
                response = getattr(client, route.method)(url, data, **extra)
                got = answer_of(response)
                # Not `response.close()`: that would end the database connection of the test.
                for close_file in response._resource_closers:
                    close_file()
                transaction.set_rollback(True)
            if got != route.expected[person]:
                differing.append(f"{name} as {person}: {got}, not {route.expected[person]}")
    assert not differing, "\n".join(differing)
