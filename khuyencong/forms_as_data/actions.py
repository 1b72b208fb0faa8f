"""The life of a form's version: copied while in use, put in use when complete, retired."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Max

from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.models import User
from khuyencong.core.permissions import check_has_role
from khuyencong.forms_as_data.enums import (
    QUESTION_KINDS,
    ROW_KINDS,
    ColumnKind,
    FormStatus,
    PartKind,
)
from khuyencong.forms_as_data.models import Column, Form, FormVersion, Indicator, Part, Rule


@transaction.atomic
def copy_version(*, actor: User, version_id: int, valid_from: date) -> FormVersion:
    """Copy a version with all its contents into the form's next one, as a draft to be edited."""
    check_has_role(actor, Role.ADMINISTRATOR)
    return copied_version(version_id, valid_from)


def copied_version(version_id: int, valid_from: date) -> FormVersion:
    """`copy_version` for an app that has asked by its own rule whether the actor may."""
    source = FormVersion.objects.select_related("form").get(pk=version_id)
    Form.objects.select_for_update().get(pk=source.form_id)
    number = source.form.versions.aggregate(last=Max("number"))["last"] + 1
    copy = FormVersion.objects.create(
        form=source.form,
        number=number,
        valid_from=valid_from,
        legal_basis=source.legal_basis,
        note=f"Sao chép từ phiên bản {source.number}.",
    )
    parts = {part.pk: _copied(part, version=copy) for part in source.parts.all()}
    for part in parts.values():
        part.save()
    for model in (Indicator, Column):
        model.objects.bulk_create(
            _copied(row, version=copy, part=parts[row.part_id])
            for row in model.objects.filter(version=source)
        )
    Rule.objects.bulk_create(_copied(row, version=copy) for row in source.rules.all())
    return copy


@transaction.atomic
def put_in_use(*, actor: User, version_id: int) -> FormVersion:
    """Freeze a draft and put it in use. Raises WrongStatus, InvalidInput with all that is missing."""
    check_has_role(actor, Role.ADMINISTRATOR)
    return version_put_in_use(version_id)


def version_put_in_use(version_id: int, further_problems: Iterable[str] = ()) -> FormVersion:
    """`put_in_use` for an app that has asked by its own rule whether the actor may, and knows of
    further problems."""
    version = FormVersion.objects.select_for_update().get(pk=version_id)
    if version.status != FormStatus.DRAFT:
        raise WrongStatus(
            f"{version} đã ở trạng thái “{version.get_status_display().lower()}”; không có gì thay đổi."
        )
    problems = [*problems_of(version), *further_problems]
    if problems:
        raise InvalidInput("Chưa đưa vào dùng được.", {"version": problems})
    version.status = FormStatus.IN_USE
    version.save(update_fields=["status"])
    return version


@transaction.atomic
def retire(*, actor: User, version_id: int) -> FormVersion:
    """Take a version out of use: new periods no longer take it, old ones keep it."""
    check_has_role(actor, Role.ADMINISTRATOR)
    return version_retired(version_id)


def version_retired(version_id: int) -> FormVersion:
    """`retire` for an app that has asked by its own rule whether the actor may."""
    version = FormVersion.objects.select_for_update().get(pk=version_id)
    if version.status != FormStatus.IN_USE:
        raise WrongStatus(f"{version} không ở trạng thái đang dùng; không có gì thay đổi.")
    version.status = FormStatus.RETIRED
    version.save(update_fields=["status"])
    return version


def problems_of(version: FormVersion) -> list[str]:
    """What keeps a draft from being used, one sentence each; empty when nothing does."""
    problems = []
    parts = list(version.parts.prefetch_related("indicators", "columns"))
    if not parts:
        problems.append("Biểu mẫu chưa có phần nào.")
    for part in parts:
        if part.kind == PartKind.ROWS and not part.columns.all():
            problems.append(f"Phần “{part}” là danh sách dòng nhưng chưa có cột nào.")
        elif part.kind == PartKind.QUESTIONS and not part.columns.all():
            problems.append(f"Phần “{part}” chưa có câu hỏi nào.")
        elif part.kind in (PartKind.FIGURES, PartKind.COUNTED) and not part.indicators.all():
            problems.append(f"Phần “{part}” chưa có chỉ tiêu nào.")
        allowed = QUESTION_KINDS if part.kind == PartKind.QUESTIONS else ROW_KINDS
        problems += [
            f"“{column}” trong phần “{part}” thuộc loại “{column.get_kind_display().lower()}”, "
            "loại này không dùng ở đây được."
            for column in part.columns.all()
            if column.kind not in allowed
        ]
    questions = sum(part.kind == PartKind.QUESTIONS for part in parts)
    if questions and questions != len(parts):
        problems.append("Một phiếu khảo sát chỉ gồm các phần câu hỏi.")
    elif questions:
        problems += _problems_of_questions(parts)
    codes = {indicator.code for part in parts for indicator in part.indicators.all()}
    for rule in version.rules.all():
        unknown = sorted({rule.target, *rule.operands} - codes)
        if unknown:
            problems.append(
                f"Quy tắc “{rule.code}” nhắc đến chỉ tiêu không có: {', '.join(unknown)}."
            )
    return problems


def _problems_of_questions(parts: list[Part]) -> list[str]:
    problems, seen = [], set()
    for part in parts:
        for question in part.columns.all():
            if question.code in seen:
                problems.append(f"Mã “{question.code}” được dùng cho hai câu hỏi.")
            if question.asked_if and question.asked_if not in seen:
                problems.append(
                    f"Câu “{question}” chỉ hỏi khi có câu “{question.asked_if}”, "
                    "nhưng không có câu nào mang mã đó đứng trước."
                )
            chosen = question.kind in (ColumnKind.CHOICE, ColumnKind.MULTIPLE)
            if chosen and not question.choices and not question.source:
                problems.append(f"Câu “{question}” chưa có mục nào để chọn.")
            seen.add(question.code)
    return problems


def _copied(row, **changes):
    fields = {f.name: getattr(row, f.name) for f in row._meta.fields if not f.primary_key} | changes
    return type(row)(**fields)
