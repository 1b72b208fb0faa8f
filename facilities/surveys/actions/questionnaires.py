"""Questionnaires written in the portal: parts and questions of a draft, put in use, copied, retired."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from facilities.surveys import permissions
from facilities.surveys.questions import problems_of_questionnaire
from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.models import User
from khuyencong.core.text import clean, fold
from khuyencong.forms_as_data.actions import (
    copied_version,
    version_put_in_use,
    version_retired,
)
from khuyencong.forms_as_data.enums import ColumnKind, FormStatus, PartKind
from khuyencong.forms_as_data.models import Column, Form, FormVersion, Part
from khuyencong.forms_as_data.structure import structure_of

NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def _code(text: str, taken: Iterable[str], length: int = 40) -> str:
    """A plain code of words that is not taken yet: "Số lao động" is so_lao_dong."""
    taken = set(taken)
    base = (fold(text).replace(" ", "_")[: length - 4].strip("_")) or "cau_hoi"
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base}_{number}"
    return code


def _draft(actor: User, version_id: int) -> FormVersion:
    version = FormVersion.objects.select_for_update().get(pk=version_id)
    permissions.check_can_run_campaigns(actor)
    if version.status != FormStatus.DRAFT:
        raise WrongStatus(
            f"{version} {version.get_status_display().lower()} nên không sửa được nữa; "
            "anh/chị sao chép thành phiên bản mới rồi sửa."
        )
    return version


@transaction.atomic
def create_questionnaire(*, actor: User, title: str) -> FormVersion:
    """A new questionnaire with one empty part, as a draft. Raises NotAllowed, InvalidInput."""
    permissions.check_can_run_campaigns(actor)
    title = clean(title)
    if not title:
        raise InvalidInput("Anh/chị đặt tên phiếu.", {"title": ["Anh/chị đặt tên phiếu."]})
    form = Form.objects.create(
        code=_code(title, Form.objects.values_list("code", flat=True)), title=title[:200]
    )
    version = FormVersion.objects.create(form=form, number=1, valid_from=timezone.localdate())
    Part.objects.create(
        version=version,
        code="phan_1",
        numeral=NUMERALS[0],
        title="Câu hỏi",
        kind=PartKind.QUESTIONS,
        order=1,
    )
    return version


@transaction.atomic
def copy_questionnaire(*, actor: User, version_id: int) -> FormVersion:
    """Copy a questionnaire into its next version, to be edited. Raises NotAllowed."""
    permissions.check_can_run_campaigns(actor)
    return copied_version(version_id, timezone.localdate())


@transaction.atomic
def put_questionnaire_in_use(*, actor: User, version_id: int) -> FormVersion:
    """Freeze a draft so that campaigns can ask it. Raises NotAllowed, WrongStatus, InvalidInput with
    all that is missing."""
    permissions.check_can_run_campaigns(actor)
    return version_put_in_use(version_id, problems_of_questionnaire(structure_of(version_id)))


@transaction.atomic
def retire_questionnaire(*, actor: User, version_id: int) -> FormVersion:
    """No new campaign asks it; those that do go on. Raises NotAllowed, WrongStatus."""
    permissions.check_can_run_campaigns(actor)
    return version_retired(version_id)


@transaction.atomic
def save_part(*, actor: User, version_id: int, title: str, part_id: int | None = None) -> Part:
    """Add a part to a draft, or rename one. Raises NotAllowed, WrongStatus, InvalidInput."""
    version = _draft(actor, version_id)
    title = clean(title)[:250]
    if not title:
        raise InvalidInput("Anh/chị đặt tên phần.", {"title": ["Anh/chị đặt tên phần."]})
    if part_id is not None:
        part = version.parts.get(pk=part_id)
        part.title = title
        part.save(update_fields=["title"])
        return part
    order = (version.parts.aggregate(last=Max("order"))["last"] or 0) + 1
    codes = version.parts.values_list("code", flat=True)
    return Part.objects.create(
        version=version,
        code=_code(f"phan {order}", codes, 20),
        numeral=NUMERALS[order - 1] if order <= len(NUMERALS) else str(order),
        title=title,
        kind=PartKind.QUESTIONS,
        order=order,
    )


@transaction.atomic
def remove_part(*, actor: User, part_id: int) -> FormVersion:
    """Take an empty part out of a draft. Raises NotAllowed, WrongStatus while it has questions."""
    part = Part.objects.get(pk=part_id)
    version = _draft(actor, part.version_id)
    if part.columns.exists():
        raise WrongStatus("Phần này còn câu hỏi; anh/chị xóa hoặc chuyển câu hỏi trước.")
    part.delete()
    return version


@transaction.atomic
def save_question(
    *,
    actor: User,
    part_id: int,
    question_id: int | None = None,
    label: str,
    kind: str,
    unit: str = "",
    choices: Iterable[str] = (),
    source: str = "",
    is_required: bool = False,
    help_text: str = "",
    asked_if: str = "",
    proposes: str = "",
) -> Column:
    """Add a question at the end of a part of a draft, or change one. `choices` are labels; one that
    stays keeps its code. Raises NotAllowed, WrongStatus, InvalidInput."""
    part = Part.objects.get(pk=part_id)
    version = _draft(actor, part.version_id)
    label = clean(label)[:250]
    if not label:
        raise InvalidInput("Anh/chị ghi câu hỏi.", {"label": ["Anh/chị ghi câu hỏi."]})
    columns = Column.objects.filter(version=version)
    if question_id is not None:
        question = columns.get(pk=question_id)
    else:
        codes = columns.values_list("code", flat=True)
        last = columns.filter(part=part).aggregate(last=Max("order"))["last"] or 0
        question = Column(version=version, code=_code(label, codes), order=last + 1)
    question.part, question.label, question.kind = part, label, kind
    question.unit, question.help_text = clean(unit)[:40], clean(help_text)[:300]
    question.is_required = is_required
    question.asked_if, question.proposes = asked_if, proposes
    chosen = kind in (ColumnKind.CHOICE, ColumnKind.MULTIPLE)
    question.source = source if chosen else ""
    question.choices = _choices(question.choices, choices) if chosen and not source else []
    question.save()
    return question


def _choices(before: list, labels: Iterable[str]) -> list[list[str]]:
    """[code, label] of each label; a label that was there keeps its code."""
    codes = {label: code for code, label in before}
    found: list[list[str]] = []
    for label in filter(None, map(clean, labels)):
        if label not in (one for _, one in found):
            taken = {*codes.values(), *(code for code, _ in found)}
            found.append([codes.get(label) or _code(label, taken), label])
    return found


@transaction.atomic
def move_question(*, actor: User, question_id: int, up: bool) -> FormVersion:
    """Move a question one place up or down within its part. Raises NotAllowed, WrongStatus."""
    question = Column.objects.get(pk=question_id)
    version = _draft(actor, question.version_id)
    rows = list(Column.objects.filter(part=question.part_id).order_by("order", "pk"))
    at = rows.index(question)
    to = at - 1 if up else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    for order, row in enumerate(rows, start=1):
        if row.order != order:
            row.order = order
            row.save(update_fields=["order"])
    return version


@transaction.atomic
def remove_question(*, actor: User, question_id: int) -> FormVersion:
    """Take a question out of a draft. Raises NotAllowed, WrongStatus."""
    question = Column.objects.get(pk=question_id)
    version = _draft(actor, question.version_id)
    question.delete()
    return version
