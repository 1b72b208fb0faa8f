"""Answers and needs of surveys as spreadsheets, streamed."""

from collections.abc import Iterator
from itertools import islice

from django.http import Http404

from facilities.models import PERSONAL_TAX_CODE_DIGITS, NeedKind, mask_tax_code
from facilities.permissions import can_see_personal_numbers
from facilities.surveys import permissions, queries
from facilities.surveys.enums import CampaignState
from facilities.surveys.models import SurveyAnswer, SurveyCampaign
from facilities.surveys.questions import Reader, questions_of
from khuyencong.audit.personal import log_export_access
from khuyencong.core.numbers import whole_number
from khuyencong.exports.registry import ExportColumn, ExportSource, Sheet
from khuyencong.forms_as_data.enums import ColumnKind
from khuyencong.forms_as_data.structure import ColumnInfo, structure_of

CHUNK = 500
_TARGET = (
    ExportColumn("Cơ sở", "link", 38),
    ExportColumn("Địa bàn", width=22),
    ExportColumn("Địa chỉ", width=32),
    ExportColumn("Cộng tác viên", width=26),
    ExportColumn("Trạng thái", width=16),
    ExportColumn("Lý do không gặp được", width=26),
    ExportColumn("Gửi lúc", "datetime", 18),
    ExportColumn("Người gửi", width=26),
)
KEPT = "Chỉ dùng cho hoạt động khuyến công (Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15)."


def _campaign(user, params) -> SurveyCampaign:
    permissions.check_can_read_targets(user)
    campaign = (
        queries.campaigns_visible_to(user)
        .exclude(state=CampaignState.DRAFT)
        .filter(pk=whole_number(str(params.get("dot", ""))) or 0)
        .first()
    )
    if campaign is None:
        raise Http404
    return campaign


def _describe_answers(user, params) -> str:
    return f"Khảo sát: {_campaign(user, params)}"


def _answers(user, params) -> list[Sheet]:
    """One row an establishment, one column a question; of all that is listed, or of what was
    answered where the results ask for them (`phieu`)."""
    campaign = _campaign(user, params)
    chosen = {name: str(params[name]) for name in ("xa", "ctv", "trang_thai") if params.get(name)}
    if chosen.get("xa", "0").isdigit() and chosen.get("ctv", "0").isdigit():
        targets = queries.listed_targets(user, campaign, chosen)
    else:
        raise Http404
    if params.get("phieu") == "da-duyet":
        targets = targets.filter(state="approved")
    questions = list(questions_of(structure_of(campaign.questionnaire_id)).values())
    total = targets.order_by().count()
    if total:
        log_export_access(
            user, kind=ANSWERS.kind, name=_describe_answers(user, params), records=total
        )
    return [
        Sheet(
            title="Trả lời",
            columns=(*_TARGET, *(_column(question) for question in questions)),
            rows=_rows(targets.select_related("submitted_by"), questions, user),
            total=total,
            header_rows=[[KEPT]],
        )
    ]


def _column(question: ColumnInfo) -> ExportColumn:
    unit = f" ({question.unit})" if question.unit else ""
    numeric = question.kind in (ColumnKind.INTEGER, ColumnKind.MONEY)
    return ExportColumn(f"{question.label}{unit}", "integer" if numeric else "text", 24)


def _rows(targets, questions: list[ColumnInfo], user) -> Iterator[tuple]:
    reader = Reader({question.code: question for question in questions})
    full = can_see_personal_numbers(user)
    streamed = targets.iterator(chunk_size=CHUNK)
    while chunk := list(islice(streamed, CHUNK)):
        answers = {
            (target_id, question_id): value
            for target_id, question_id, value in SurveyAnswer.objects.filter(
                target__in=[target.pk for target in chunk]
            ).values_list("target_id", "question_id", "value")
        }
        photos = _photo_counts(chunk)
        for target in chunk:
            yield (
                (target.establishment.name, target.get_absolute_url()),
                target.place.name,
                target.establishment.address,
                str(target.collaborator or ""),
                target.get_state_display(),
                " ".join(
                    filter(
                        None,
                        [target.get_unreachable_reason_display(), target.unreachable_note],
                    )
                ),
                target.submitted_at,
                str(target.submitted_by or ""),
                *(
                    photos.get((target.pk, question.id), "")
                    if question.kind == ColumnKind.PHOTO
                    else _cell(reader, question, answers.get((target.pk, question.id)), full)
                    for question in questions
                ),
            )


def _photo_counts(chunk) -> dict[tuple[int, int], str]:
    counts: dict[tuple[int, int], int] = {}
    for photo in queries.photos_of_all(chunk):
        counts[photo] = counts.get(photo, 0) + 1
    return {key: f"{count} ảnh" for key, count in counts.items()}


def _cell(reader: Reader, question: ColumnInfo, value, full: bool):
    if value is None:
        return None if question.kind in (ColumnKind.INTEGER, ColumnKind.MONEY) else ""
    if question.kind in (ColumnKind.INTEGER, ColumnKind.MONEY):
        return value
    if question.proposes == "tax_code" and not full and len(value) == PERSONAL_TAX_CODE_DIGITS:
        return mask_tax_code(value)
    return reader.text(question, value)


ANSWERS = ExportSource("facilities.survey_answers", _describe_answers, _answers)


def _need_filters(params) -> dict[str, str]:
    found = {
        name: str(params[name])
        for name in ("dot", "nam", "loai", "xa", "trang_thai")
        if params.get(name)
    }
    if not all(found.get(name, "0").isdigit() for name in ("dot", "nam", "xa")):
        raise Http404
    return found


def _describe_needs(user, params) -> str:
    permissions.check_can_read_results(user)
    year = _need_filters(params).get("nam")
    return "Nhu cầu hỗ trợ từ khảo sát" + (f", năm {year}" if year else "")


def _needs(user, params) -> list[Sheet]:
    """The needs with the same filters, and their totals by kind and by commune."""
    permissions.check_can_read_results(user)
    needs = queries.needs_heard(user, _need_filters(params))
    by_kind, by_place, _ = queries.totals_of(needs)
    totals = (
        ExportColumn("Số nhu cầu", "integer"),
        ExportColumn("Có dự kiến kinh phí", "integer", 18),
        ExportColumn("Kinh phí dự kiến (đồng)", "integer", 24),
    )
    return [
        Sheet(
            title="Nhu cầu",
            columns=(
                ExportColumn("Cơ sở", "link", 38),
                ExportColumn("Địa bàn", width=22),
                ExportColumn("Nội dung hỗ trợ", width=42),
                ExportColumn("Cụ thể", width=42),
                ExportColumn("Năm mong muốn", "integer", 14),
                ExportColumn("Kinh phí dự kiến (đồng)", "integer", 24),
                ExportColumn("Vào sổ", width=18),
                ExportColumn("Đợt khảo sát", width=36),
            ),
            rows=_need_rows(needs),
            total=needs.order_by().count(),
        ),
        *(
            Sheet(
                title=title,
                columns=(ExportColumn(header, width=42), *totals),
                rows=iter([(t.label, t.count, t.priced, t.cost_vnd) for t in found]),
                total=len(found),
            )
            for title, header, found in (
                ("Theo nội dung", "Nội dung hỗ trợ", by_kind),
                ("Theo địa bàn", "Địa bàn", by_place),
            )
        ),
    ]


def _need_rows(needs) -> Iterator[tuple]:
    labels = dict(NeedKind.objects.values_list("code", "label"))
    for need in queries.in_order(needs).iterator(chunk_size=CHUNK):
        value, establishment = need.new_value, need.target.establishment
        yield (
            (establishment.name, establishment.get_absolute_url()),
            need.target.place.name,
            labels.get(value["kind"], value["kind"]),
            value.get("what") or "",
            value.get("year"),
            value.get("cost"),
            need.get_state_display(),
            need.target.campaign.title,
        )


NEEDS = ExportSource("facilities.survey_needs", _describe_needs, _needs)
