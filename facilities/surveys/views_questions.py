"""Questionnaires: the list, one as it will be asked, and its editor while it is a draft."""

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from facilities.surveys import actions, fields, permissions
from facilities.surveys.forms import questionnaires
from facilities.surveys.questions import (
    CATALOGUE_LABELS,
    choices_of,
    problems_of_questionnaire,
    questions_of,
)
from facilities.surveys.views import GET_OR_POST
from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.forms import CleanCharField, PortalForm
from khuyencong.core.numbers import whole_number
from khuyencong.forms_as_data.actions import problems_of
from khuyencong.forms_as_data.enums import QUESTION_KINDS, ColumnKind, FormStatus
from khuyencong.forms_as_data.models import Column, FormVersion, Part
from khuyencong.forms_as_data.structure import structure_of


class TitleForm(PortalForm):
    """A name."""

    title = CleanCharField(label="Tên", max_length=200)


class QuestionForm(PortalForm):
    """One question of a draft."""

    label = CleanCharField(label="Câu hỏi", max_length=250)
    kind = forms.ChoiceField(
        label="Loại câu trả lời",
        choices=[(kind.value, kind.label) for kind in ColumnKind if kind in QUESTION_KINDS],
    )
    is_required = forms.BooleanField(label="Bắt buộc trả lời", required=False)
    unit = CleanCharField(
        label="Đơn vị tính", required=False, max_length=40, help_text="Cho câu trả lời bằng số."
    )
    source = forms.ChoiceField(label="Các mục để chọn lấy từ", required=False)
    choices = forms.CharField(
        label="Các mục để chọn",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Mỗi dòng một mục; bỏ trống nếu lấy từ danh mục có sẵn.",
    )
    asked_if = forms.ChoiceField(
        label="Chỉ hỏi khi",
        required=False,
        help_text="Câu “có hoặc không” phải được trả lời “có”; câu khác chỉ cần có trả lời.",
    )
    proposes = forms.ChoiceField(
        label="Đề xuất cập nhật vào hồ sơ",
        required=False,
        help_text="Chuyên viên xét từng đề xuất rồi mới ghi vào sổ.",
    )
    help_text = CleanCharField(label="Hướng dẫn", required=False, max_length=300)
    part = forms.ChoiceField(label="Thuộc phần")

    def __init__(self, *args, version: FormVersion, question: Column | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [
            ("", "Các mục ghi dưới đây"),
            *CATALOGUE_LABELS.items(),
        ]
        before = []
        for one in questions_of(structure_of(version.pk)).values():
            if question is not None and one.id == question.pk:
                break
            before.append((one.code, f"Đã trả lời: {one.label}"))
        self.fields["asked_if"].choices = [("", "Luôn hỏi"), *before]
        self.fields["proposes"].choices = [("", "Không cập nhật"), *fields.proposable_choices()]
        self.fields["part"].choices = [
            (str(part.pk), str(part)) for part in version.parts.order_by("order")
        ]

    def clean(self):
        data = super().clean()
        proposes, kind = data.get("proposes"), data.get("kind")
        if proposes and kind and not fields.proposable(proposes, kind):
            self.add_error("proposes", "Loại câu trả lời này không ghi vào mục đó được.")
        return data

    @staticmethod
    def initial_of(question: Column) -> dict:
        """What the form shows of a question."""
        names = ("label", "kind", "is_required", "unit", "source", "asked_if", "proposes")
        return {
            **{name: getattr(question, name) for name in (*names, "help_text")},
            "choices": "\n".join(label for _, label in question.choices),
            "part": str(question.part_id),
        }


def _version(request: HttpRequest, pk: int) -> FormVersion:
    permissions.check_can_run_campaigns(request.user)
    return get_object_or_404(questionnaires(), pk=pk)


def _question(request: HttpRequest, pk: int) -> Column:
    permissions.check_can_run_campaigns(request.user)
    return get_object_or_404(Column.objects.filter(version__in=questionnaires()), pk=pk)


def _part(request: HttpRequest, pk: int) -> Part:
    permissions.check_can_run_campaigns(request.user)
    return get_object_or_404(Part.objects.filter(version__in=questionnaires()), pk=pk)


@GET_OR_POST
def questionnaire_list(request: HttpRequest) -> HttpResponse:
    """Phiếu mẫu: the questionnaires with their versions; a new one by its name."""
    permissions.check_can_run_campaigns(request.user)
    form = TitleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        version = actions.create_questionnaire(actor=request.user, title=form.cleaned_data["title"])
        return redirect("surveys:questionnaire", version.pk)
    versions = questionnaires().annotate(
        questions=Count("columns", distinct=True), uses=Count("campaigns", distinct=True)
    )
    return render(
        request,
        "facilities/surveys/questionnaires.html",
        {"versions": versions, "form": form},
        status=422 if form.errors else 200,
    )


@require_GET
def questionnaire_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A questionnaire as it is asked; while a draft, with what is to be changed and what is missing."""
    version = _version(request, pk)
    structure = structure_of(pk)
    questions = questions_of(structure)
    labels = dict(fields.proposable_choices())
    parts = []
    for part in structure.parts:
        rows = []
        for question in part.columns:
            before = questions.get(question.asked_if)
            chosen = question.kind in (ColumnKind.CHOICE, ColumnKind.MULTIPLE)
            rows.append(
                {
                    "question": question,
                    "kind": ColumnKind(question.kind).label,
                    "choices": [label for _, label in choices_of(question)] if chosen else [],
                    "asked_if": before.label if before else "",
                    "proposes": labels.get(question.proposes, ""),
                }
            )
        parts.append({"part": part, "rows": rows})
    is_draft = version.status == FormStatus.DRAFT
    problems = [*problems_of(version), *problems_of_questionnaire(structure)] if is_draft else []
    return render(
        request,
        "facilities/surveys/questionnaire.html",
        {
            "version": version,
            "parts": parts,
            "is_draft": is_draft,
            "problems": problems,
            "count": len(questions),
        },
    )


@require_POST
def questionnaire_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The next version, to be edited."""
    version = _version(request, pk)
    copy = actions.copy_questionnaire(actor=request.user, version_id=version.pk)
    messages.success(request, f"Đã sao chép thành phiên bản {copy.number}.")
    return redirect("surveys:questionnaire", copy.pk)


@require_POST
def questionnaire_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft in use."""
    version = _version(request, pk)
    try:
        actions.put_questionnaire_in_use(actor=request.user, version_id=version.pk)
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Phiếu đã được đưa vào dùng; các đợt khảo sát mới chọn được.")
    return redirect("surveys:questionnaire", pk)


@require_POST
def questionnaire_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a questionnaire out of use."""
    version = _version(request, pk)
    actions.retire_questionnaire(actor=request.user, version_id=version.pk)
    messages.success(request, "Phiếu đã ngừng dùng; các đợt đang khảo sát vẫn tiếp tục.")
    return redirect("surveys:questionnaire", pk)


@GET_OR_POST
def part_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A further part."""
    version = _version(request, pk)
    return _part_form(request, version, None)


@GET_OR_POST
def part_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for a part."""
    part = _part(request, pk)
    return _part_form(request, part.version, part)


def _part_form(request: HttpRequest, version: FormVersion, part: Part | None) -> HttpResponse:
    form = TitleForm(request.POST or None, initial={"title": part.title if part else ""})
    if request.method == "POST" and form.is_valid():
        actions.save_part(
            actor=request.user,
            version_id=version.pk,
            part_id=part.pk if part else None,
            title=form.cleaned_data["title"],
        )
        return redirect("surveys:questionnaire", version.pk)
    return render(
        request,
        "facilities/surveys/part_form.html",
        {"form": form, "version": version, "part": part},
        status=422 if form.errors else 200,
    )


@require_POST
def part_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an empty part out."""
    part = _part(request, pk)
    try:
        actions.remove_part(actor=request.user, part_id=pk)
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
    return redirect("surveys:questionnaire", part.version_id)


@GET_OR_POST
def question_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A further question of a part."""
    part = _part(request, pk)
    return _question_form(request, part.version, part, None)


@GET_OR_POST
def question_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a question."""
    question = _question(request, pk)
    return _question_form(request, question.version, question.part, question)


def _question_form(
    request: HttpRequest, version: FormVersion, part: Part, question: Column | None
) -> HttpResponse:
    initial = QuestionForm.initial_of(question) if question else {"part": str(part.pk)}
    form = QuestionForm(request.POST or None, version=version, question=question, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["choices"] = given["choices"].splitlines()
        actions.save_question(
            actor=request.user,
            part_id=whole_number(given.pop("part")),
            question_id=question.pk if question else None,
            **given,
        )
        messages.success(request, "Đã lưu câu hỏi.")
        return redirect("surveys:questionnaire", version.pk)
    return render(
        request,
        "facilities/surveys/question_form.html",
        {"form": form, "version": version, "question": question},
        status=422 if form.errors else 200,
    )


@require_POST
def question_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up, or with `xuong` down."""
    question = _question(request, pk)
    actions.move_question(actor=request.user, question_id=pk, up="xuong" not in request.POST)
    return redirect("surveys:questionnaire", question.version_id)


@require_POST
def question_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a question out."""
    question = _question(request, pk)
    actions.remove_question(actor=request.user, question_id=pk)
    messages.success(request, f"Đã xóa câu “{question}”.")
    return redirect("surveys:questionnaire", question.version_id)
