"""A filled-in questionnaire as a page shows it: answers in words beside what the record says."""

from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

from facilities.surveys import fields
from facilities.surveys.enums import TargetState, UpdateState
from facilities.surveys.models import ProposedUpdate, SurveyAnswer, SurveyPhoto, SurveyTarget
from facilities.surveys.queries.filling import photos_of
from facilities.surveys.queries.scope import targets_visible_to
from facilities.surveys.questions import Reader, is_asked, questions_of
from khuyencong.core.enums import Role
from khuyencong.forms_as_data.enums import ColumnKind
from khuyencong.forms_as_data.structure import structure_of

EARTH_M = 6_371_000


@dataclass
class ShownAnswer:
    """A question with its answer in words; `record` is what the book says, where it differs."""

    label: str
    kind: str
    text: str
    is_asked: bool
    record: str = ""
    answer: SurveyAnswer | None = None
    photos: list[SurveyPhoto] = field(default_factory=list)
    note: str = ""
    declined: str = ""


@dataclass
class ShownPart:
    """A part with its questions."""

    title: str
    answers: list[ShownAnswer]


@dataclass
class ShownUpdate:
    """A proposed update in words; `changed` says that the record moved since the answers were sent."""

    update: ProposedUpdate
    label: str
    old: str
    now: str
    new: str
    changed: bool
    now_value: object


def sheet_of(target: SurveyTarget) -> list[ShownPart]:
    """The parts of a target's questionnaire with answers in words and photographs."""
    structure = structure_of(target.campaign.questionnaire_id)
    questions = questions_of(structure)
    reader = Reader(questions)
    answers = {a.question_id: a for a in target.answers.select_related("updated_by")}
    values = {q.code: answers[q.id].value for q in questions.values() if q.id in answers}
    photos: dict[int, list[SurveyPhoto]] = {}
    for photo in photos_of(target):
        photos.setdefault(photo.question_id, []).append(photo)
    parts = []
    for part in structure.parts:
        shown = []
        for question in part.columns:
            answer = answers.get(question.id)
            value = answer.value if answer else None
            known = fields.FIELDS.get(question.proposes)
            record = known.read(target.establishment) if known else None
            differs = known and value is not None and not fields.same(known.code, record, value)
            shown.append(
                ShownAnswer(
                    label=question.label,
                    kind=question.kind,
                    text=reader.text(question, value),
                    is_asked=is_asked(question, questions, values),
                    record=(known.text(record) or "chưa có") if differs else "",
                    answer=answer,
                    photos=photos.get(question.id, []),
                    note=_distance(target, value) if question.kind == ColumnKind.POSITION else "",
                    declined=answer.get_declined_display() if answer and answer.declined else "",
                )
            )
        parts.append(ShownPart(part.heading, shown))
    return parts


def _distance(target: SurveyTarget, value) -> str:
    """How far the survey stood from the point in the book, in words."""
    establishment = target.establishment
    if not value or establishment.latitude is None:
        return ""
    lat, lon = radians(value["lat"]), radians(value["lon"])
    lat0, lon0 = radians(float(establishment.latitude)), radians(float(establishment.longitude))
    half = sin((lat - lat0) / 2) ** 2 + cos(lat) * cos(lat0) * sin((lon - lon0) / 2) ** 2
    metres = round(2 * EARTH_M * asin(sqrt(half)))
    far = f"{metres} m" if metres < 1000 else f"{metres / 1000:.1f} km".replace(".", ",")
    return f"cách điểm trong sổ {far}"


def surveys_of(user, establishment) -> list[SurveyTarget]:
    """The surveys that an establishment was listed in, the latest first; `may_open` says whether the
    user may read its answers. Empty for a reader from outside."""
    if not user.is_centre and not user.has_role(Role.ACCOUNTANT, Role.COLLABORATOR):
        return []
    targets = list(
        SurveyTarget.objects.filter(establishment=establishment)
        .exclude(state=TargetState.REMOVED)
        .select_related("campaign", "collaborator")
        .order_by("-campaign__opens_on", "-pk")
    )
    readable = set(
        targets_visible_to(user)
        .filter(pk__in=[target.pk for target in targets])
        .values_list("pk", flat=True)
    )
    for target in targets:
        target.may_open = target.pk in readable
    return targets


def updates_of(target: SurveyTarget) -> list[ShownUpdate]:
    """What a target proposes to the record, and what became of it; replaced ones are left out."""
    shown = []
    updates = target.updates.exclude(state=UpdateState.SUPERSEDED).select_related("decided_by")
    for update in updates.order_by("pk"):
        now = fields.read_of(update.field, target.establishment)
        waits = update.state == UpdateState.PROPOSED
        there = update.field not in fields.FIELDS and fields.has_row(
            target.establishment, update.field, update.new_value
        )
        shown.append(
            ShownUpdate(
                update=update,
                label=fields.label_of(update.field),
                old=fields.text_of(update.field, update.old_value),
                now="hồ sơ đã có" if there else fields.text_of(update.field, now),
                new=fields.text_of(update.field, update.new_value),
                changed=waits and not fields.same(update.field, now, update.old_value),
                now_value=now,
            )
        )
    return shown
