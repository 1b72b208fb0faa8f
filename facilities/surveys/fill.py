"""The page on which a survey sheet is filled: its questions with what stands in their fields, and
what a page without scripts posts, as `save_answers` takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.templatetags.static import static
from django.urls import reverse

from facilities.surveys import questions as asked
from khuyencong.core.numbers import format_scaled, parse_scaled, whole_number
from khuyencong.forms_as_data.enums import ColumnKind as Kind

POSITION_PARTS = ("lat", "lon", "accuracy", "taken_at")
MAX_LENGTHS = {Kind.TEXT: asked.MAX_TEXT, Kind.LONG_TEXT: asked.MAX_LONG_TEXT}

# What a sheet and the list of sheets need to open without a connection, beside the pages themselves.
OFFLINE_FILES = (
    "css/fonts.css",
    "css/portal.css",
    "css/print.css",
    "css/survey.css",
    "img/favicon.svg",
    "js/csrf.js",
    "js/device-copies.js",
    "js/keep-draft.js",
    "js/place-search.js",
    "js/portal.js",
    "js/position.js",
    "js/report-numbers.js",
    "js/send.js",
    "js/session.js",
    "js/survey-fill.js",
    "js/survey-left.js",
    "js/survey-mine.js",
    "js/survey-offline.js",
    "js/survey-photos.js",
    "js/survey-screens.js",
    "js/survey-store.js",
    "js/survey-sync.js",
    "js/survey-values.js",
    "vendor/htmx-2.0.11/htmx.min.js",
    "vendor/tabler-1.6.1/tabler.min.css",
    "vendor/tabler-icons-3.52.0/sprite.svg",
    *(
        f"vendor/be-vietnam-pro-5.3.0/files/be-vietnam-pro-{script}-{weight}-normal.woff2"
        for script in ("latin", "vietnamese")
        for weight in (400, 500, 600, 700)
    ),
)


def offline_settings() -> dict:
    """What the page's script needs to make it open without a connection."""
    return {
        "worker": reverse("surveys:worker"),
        "scope": reverse("surveys:list"),
        "assets": [static(path) for path in OFFLINE_FILES],
    }


@dataclass
class Question:
    """A question as the page shows it: `info` is the payload's, `raw` stands in its fields."""

    info: Mapping
    number: int
    raw: object
    declined: str = ""
    declined_label: str = ""
    revision: int = 0
    error: str = ""
    conflict: str = ""
    photos: list = field(default_factory=list)
    asked_if_label: str = ""
    is_asked: bool = True

    @property
    def words(self) -> str:
        """What stands in the fields, for people."""
        kind, raw = self.info["kind"], self.raw
        labels = dict(self.info["choices"])
        if kind == Kind.YES_NO:
            return {"true": "Có", "false": "Không"}.get(raw, "")
        if kind == Kind.CHOICE:
            return labels.get(raw, raw)
        if kind == Kind.MULTIPLE:
            return "; ".join(labels.get(code, code) for code in raw)
        if kind == Kind.POSITION:
            return f"{raw['lat']}; {raw['lon']}" if raw.get("lat") else ""
        unit = self.info["unit"] if kind in (Kind.INTEGER, Kind.MONEY, Kind.NUMBER) else ""
        return f"{raw} {unit}".strip() if raw else ""

    @property
    def max_length(self) -> int | None:
        """How long a text may be."""
        return MAX_LENGTHS.get(self.info["kind"])


@dataclass
class Page:
    """The whole sheet, part by part."""

    payload: dict
    parts: list[tuple[Mapping, list[Question]]]

    @property
    def questions(self) -> list[Question]:
        """All questions in order."""
        return [question for _, questions in self.parts for question in questions]

    @property
    def wrong(self) -> list[Question]:
        """The questions to look at again."""
        return [question for question in self.questions if question.error or question.conflict]


def raw_of(kind: str, value):
    """What stands in the fields of a question for a value that is kept."""
    if kind == Kind.MULTIPLE:
        return value or []
    if kind == Kind.POSITION:
        value = value or {}
        return {
            part: ""
            if value.get(part) is None
            else str(value[part]).replace(".", ",")
            if part in ("lat", "lon")
            else str(value[part])
            for part in POSITION_PARTS
        }
    if value is None:
        return ""
    match kind:
        case Kind.INTEGER if 1900 <= value <= 2100:
            return str(value)  # years are written without a point
        case Kind.INTEGER | Kind.MONEY:
            return format_scaled(value)
        case Kind.NUMBER:
            whole, _, part = str(value).partition(".")
            return format_scaled(int(whole)) + (f",{part}" if part else "")
        case Kind.DATE:
            return f"{datetime.fromisoformat(value):%d/%m/%Y}"
        case Kind.YES_NO:
            return "true" if value else "false"
    return value


def fill_page(payload: dict, typed=None, errors=None, conflicts=None) -> Page:
    """The page for a payload; `typed` ({code: Typed}) stands over what is kept, `errors` and
    `conflicts` are sentences by code."""
    typed, errors, conflicts = typed or {}, errors or {}, conflicts or {}
    infos = [info for part in payload["parts"] for info in part["questions"]]
    labels = {info["code"]: info["label"] for info in infos}
    reasons = dict(payload["decline_reasons"])
    numbers = {info["code"]: number for number, info in enumerate(infos, 1)}

    def question(info) -> Question:
        code = info["code"]
        kept = payload["answers"].get(code, {})
        made = Question(
            info,
            numbers[code],
            raw=raw_of(info["kind"], kept.get("value")),
            declined=kept.get("declined", ""),
            revision=kept.get("revision", 0),
            error=" ".join(errors.get(code, [])),
            conflict=conflicts.get(code, ""),
            photos=[photo for photo in payload["photos"] if photo["question"] == code],
            asked_if_label=labels.get(info["asked_if"], ""),
        )
        if code in typed:
            made.raw, made.declined = typed[code].raw, typed[code].declined
        made.declined_label = reasons.get(made.declined, "")
        return made

    page = Page(
        payload,
        [(part, [question(info) for info in part["questions"]]) for part in payload["parts"]],
    )
    _mark_asked(page)
    return page


def _mark_asked(page: Page) -> None:
    """Whether each question is asked, by what stands in the fields of those before it."""
    by_code: dict[str, Question] = {}
    for question in page.questions:
        by_code[question.info["code"]] = question
        before = by_code.get(question.info["asked_if"])
        if before is not None:
            said = before.raw == "true" if before.info["kind"] == Kind.YES_NO else before.words
            question.is_asked = bool(before.is_asked and (said or before.photos))


@dataclass(frozen=True)
class Typed:
    """What a page without scripts posted for a question: as it was typed, and as it is saved."""

    raw: object
    value: object
    declined: str
    revision: int


def read_post(payload: dict, posted) -> dict[str, Typed]:
    """The answers posted that differ from those kept, by code of question."""
    found = {}
    confirmed = posted.getlist("van_dung")
    for part in payload["parts"]:
        for info in part["questions"]:
            code, kind = info["code"], info["kind"]
            kept = payload["answers"].get(code, {})
            raw = _raw_in(posted, code, kind)
            is_empty = not (raw["lat"] or raw["lon"]) if kind == Kind.POSITION else not raw
            if is_empty and code in confirmed and info["record"] is not None:
                raw, is_empty = raw_of(kind, info["record"]), False
            declined = posted.get(f"khong_tra_loi.{code}", "") if is_empty else ""
            before = raw_of(kind, kept.get("value"))
            if kind == Kind.PHOTO:
                raw = before
            if raw == before and declined == kept.get("declined", ""):
                continue
            found[code] = Typed(
                raw,
                None if is_empty else typed_value(kind, raw),
                declined,
                whole_number(posted.get(f"lan.{code}")) or 0,
            )
    return found


def _raw_in(posted, code: str, kind: str):
    if kind == Kind.POSITION:
        return {part: posted.get(f"{code}.{part}", "").strip() for part in POSITION_PARTS}
    if kind == Kind.MULTIPLE:
        return posted.getlist(code)
    text = posted.get(code, "").replace("\r\n", "\n").strip()
    if kind in (Kind.INTEGER, Kind.MONEY):
        # Typed without separators is the same figure: not a change.
        try:
            return raw_of(kind, parse_scaled(text)) if text else ""
        except ValueError:
            return text
    return text


def typed_value(kind: str, raw):
    """What is sent to be saved; what cannot be read goes as it is and is refused with a sentence."""
    match kind:
        case Kind.YES_NO:
            return raw == "true"
        case Kind.DATE:
            try:
                return datetime.strptime(raw, "%d/%m/%Y").date().isoformat()
            except ValueError:
                return raw
        case Kind.POSITION:
            value = {name: raw[name].replace(",", ".") for name in ("lat", "lon")}
            value["accuracy"] = whole_number(raw["accuracy"])
            return value | {"taken_at": raw["taken_at"]}
    return raw
