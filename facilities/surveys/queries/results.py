"""What a campaign found: counted by the database, question by question."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from facilities.surveys.enums import ANSWERED_STATES, TargetState
from facilities.surveys.models import SurveyCampaign, SurveyTarget
from facilities.surveys.questions import Reader, questions_of
from khuyencong.core.numbers import format_scaled, format_vnd
from khuyencong.forms_as_data.enums import ColumnKind as Kind
from khuyencong.forms_as_data.structure import ColumnInfo, structure_of

COUNTED = (Kind.CHOICE, Kind.MULTIPLE, Kind.YES_NO)
SUMMED = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)
SHOWN_TEXTS = 8
# Of a long catalogue only what somebody chose is shown.
MANY_CHOICES = 10


@dataclass
class Bar:
    """A choice with how many chose it."""

    label: str
    count: int
    percent: int


@dataclass
class QuestionResult:
    """What was answered to a question: bars of choices, or figures, or some of the texts."""

    question: ColumnInfo
    answered: int = 0
    bars: list[Bar] = field(default_factory=list)
    figures: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@dataclass
class PartResult:
    """A part of the questionnaire with what was found; `silent` are questions nobody answered."""

    title: str
    results: list[QuestionResult]
    silent: list[str]


_CHOSEN = """
SELECT a.question_id, chosen.code, count(*)
FROM facilities_surveyanswer a
JOIN facilities_surveytarget t ON t.id = a.target_id
CROSS JOIN LATERAL (
    SELECT jsonb_array_elements_text(
        CASE jsonb_typeof(a.value) WHEN 'array' THEN a.value ELSE jsonb_build_array(a.value) END
    ) AS code
) chosen
WHERE t.campaign_id = %s AND t.state = ANY(%s) AND (%s::bigint IS NULL OR t.place_id = %s)
  AND a.question_id = ANY(%s) AND jsonb_typeof(a.value) <> 'null'
GROUP BY 1, 2
"""
_ANSWERED = """
SELECT a.question_id, count(*)
FROM facilities_surveyanswer a JOIN facilities_surveytarget t ON t.id = a.target_id
WHERE t.campaign_id = %s AND t.state = ANY(%s) AND (%s::bigint IS NULL OR t.place_id = %s)
  AND jsonb_typeof(a.value) <> 'null'
GROUP BY 1
UNION ALL
SELECT p.question_id, count(DISTINCT p.target_id)
FROM facilities_surveyphoto p JOIN facilities_surveytarget t ON t.id = p.target_id
WHERE t.campaign_id = %s AND t.state = ANY(%s) AND (%s::bigint IS NULL OR t.place_id = %s)
  AND p.removed_at IS NULL
GROUP BY 1
"""
_SUMS = """
SELECT a.question_id, sum(v), avg(v), percentile_cont(0.5) WITHIN GROUP (ORDER BY v), min(v), max(v)
FROM facilities_surveyanswer a JOIN facilities_surveytarget t ON t.id = a.target_id
CROSS JOIN LATERAL (SELECT (a.value #>> '{}')::numeric AS v) n
WHERE t.campaign_id = %s AND t.state = ANY(%s) AND (%s::bigint IS NULL OR t.place_id = %s)
  AND a.question_id = ANY(%s) AND jsonb_typeof(a.value) <> 'null'
GROUP BY 1
"""
_TEXTS = """
SELECT question_id, text FROM (
    SELECT a.question_id, a.value #>> '{}' AS text,
           row_number() OVER (PARTITION BY a.question_id ORDER BY t.submitted_at DESC, a.id) AS place
    FROM facilities_surveyanswer a JOIN facilities_surveytarget t ON t.id = a.target_id
    WHERE t.campaign_id = %s AND t.state = ANY(%s) AND (%s::bigint IS NULL OR t.place_id = %s)
      AND a.question_id = ANY(%s) AND jsonb_typeof(a.value) = 'string'
) latest WHERE place <= %s ORDER BY question_id, place
"""


def states_read_by(user, *, only_approved: bool) -> list[str]:
    """The states whose answers a user's results hold: a reader from outside has what is approved."""
    from_outside = not user.is_centre and not user.has_role("accountant")
    return [TargetState.APPROVED] if only_approved or from_outside else list(ANSWERED_STATES)


def results_of(
    campaign: SurveyCampaign, states: list[str], *, place_id: int | None, texts: bool
) -> list[PartResult]:
    """What a campaign found, by part and question; `texts` for who may read what persons wrote.

    Five queries whatever the size.
    """
    structure = structure_of(campaign.questionnaire_id)
    questions = questions_of(structure)
    reader = Reader(questions)
    found = {q.id: QuestionResult(q) for q in questions.values()}
    where = [campaign.pk, states, place_id, place_id]
    for question_id, count in _rows(_ANSWERED, [*where, *where]):
        if question_id in found:
            found[question_id].answered = count
    _count_choices(found, reader, where)
    _sum_figures(found, where)
    if texts:
        ids = [q.id for q in questions.values() if q.kind in (Kind.TEXT, Kind.LONG_TEXT)]
        for question_id, text in _rows(_TEXTS, [*where, ids, SHOWN_TEXTS]):
            question = found[question_id].question
            found[question_id].texts.append(reader.text(question, text))
    return [
        PartResult(
            part.heading,
            [found[q.id] for q in part.columns if found[q.id].answered],
            [q.label for q in part.columns if not found[q.id].answered],
        )
        for part in structure.parts
    ]


def _rows(sql: str, params: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _count_choices(found: dict[int, QuestionResult], reader: Reader, where: list) -> None:
    ids = [pk for pk, one in found.items() if one.question.kind in COUNTED]
    counts: dict[int, dict[str, int]] = {}
    for question_id, code, count in _rows(_CHOSEN, [*where, ids]):
        counts.setdefault(question_id, {})[code] = count
    for pk in ids:
        result, chosen = found[pk], counts.get(pk, {})
        labels = (
            {"true": "Có", "false": "Không"}
            if result.question.kind == Kind.YES_NO
            else reader.choices(result.question)
        )
        # What is no choice any more comes after those that are.
        for code, label in (labels | {code: code for code in chosen if code not in labels}).items():
            count = chosen.get(code, 0)
            percent = round(count * 100 / result.answered) if result.answered else 0
            result.bars.append(Bar(label, count, percent))
        if result.question.kind != Kind.YES_NO:
            result.bars.sort(key=lambda bar: -bar.count)
        if len(result.bars) > MANY_CHOICES:
            result.bars = [bar for bar in result.bars if bar.count]


def _sum_figures(found: dict[int, QuestionResult], where: list) -> None:
    ids = [pk for pk, one in found.items() if one.question.kind in SUMMED]
    for question_id, total, mean, median, low, high in _rows(_SUMS, [*where, ids]):
        question = found[question_id].question
        # The sum of years of founding means nothing.
        summed = [] if question.proposes.endswith(("year", "founded_year")) else [("Tổng", total)]
        if question.unit == "%":
            summed = []
        figures = [
            *summed,
            ("Trung bình", mean),
            ("Ở giữa", median),
            ("Thấp nhất", low),
            ("Cao nhất", high),
        ]
        found[question_id].figures = [(label, _figure(question, v)) for label, v in figures]


def _figure(question: ColumnInfo, value) -> str:
    value = Decimal(str(value))
    if question.kind == Kind.MONEY:
        return format_vnd(round(value))
    if question.proposes.endswith(("year", "founded_year")):
        return str(round(value))
    scaled = round(value * 10)
    return f"{format_scaled(scaled, 1)} {question.unit}".strip()


def answered_counts(campaign: SurveyCampaign, states: list[str], place_id: int | None) -> int:
    """How many establishments the results rest on."""
    targets = SurveyTarget.objects.filter(campaign=campaign, state__in=states)
    return (targets.filter(place=place_id) if place_id else targets).count()
