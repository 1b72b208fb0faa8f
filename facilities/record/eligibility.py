"""Is it a "cơ sở công nghiệp nông thôn" under the decree in force on a day? A flag, never a refusal.

Area, size and form are measured one by one by the dated rule, each with its reason in words; what
the record does not say stays open instead of counting against the establishment.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db import models

from facilities.enums import LegalForm
from facilities.models import EligibilityRule, Establishment
from khuyencong.core.enums import PlaceKind, PlaceLevel
from khuyencong.core.models import Place, PlaceLineage, Succession, in_force_on
from khuyencong.core.numbers import format_scaled, format_vnd


class Verdict(models.TextChoices):
    """Answer of one test, and of all of them together."""

    YES = "yes", "Đủ điều kiện"
    OPEN = "open", "Cần xem xét"
    NO = "no", "Chưa đủ điều kiện"


@dataclass(frozen=True)
class Finding:
    """One test: what was measured, the answer, and why."""

    label: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Assessment:
    """All tests of a rule on a day; `rule` is None where no rule was in force."""

    day: date
    rule: EligibilityRule | None
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """No if any test says no, open if any is open, else yes."""
        found = {finding.verdict for finding in self.findings}
        for verdict in (Verdict.NO, Verdict.OPEN):
            if verdict in found:
                return verdict
        return Verdict.YES if self.findings else Verdict.OPEN


def rule_on(day: date) -> EligibilityRule | None:
    """The rule in force on a day, the later one where two overlap."""
    return EligibilityRule.objects.filter(in_force_on(day)).order_by("-valid_from").first()


def assess(establishment: Establishment, day: date) -> Assessment:
    """Measure an establishment, with the facts it carries, by the rule and the map of a day."""
    return Assessor(day).assess(establishment)


class Assessor:
    """Measures many establishments by the rule and the map of one day: the rule is read once, the area
    of a place once."""

    def __init__(self, day: date):
        self.day = day
        self._areas: dict[int, Finding] = {}

    @cached_property
    def rule(self) -> EligibilityRule | None:
        """The rule in force on the day."""
        return rule_on(self.day)

    def assess(self, establishment: Establishment) -> Assessment:
        """What `assess` says of one establishment."""
        if self.rule is None:
            return Assessment(self.day, None, ())
        place = establishment.place
        if place.pk not in self._areas:
            self._areas[place.pk] = _area(self.rule, place, self.day)
        findings = (
            self._areas[place.pk],
            _size(self.rule, establishment),
            _form(self.rule, establishment),
        )
        return Assessment(self.day, self.rule, findings)


def units_then(place: Place, day: date) -> list[Place]:
    """The unit or units of the map of a day that a place is, became, or was made of."""
    if _in_force(place, day):
        return [place]
    later = place.valid_from is not None and place.valid_from > day
    lines = (
        PlaceLineage.objects.filter(in_force_on(day, "place__"), successor=place)
        if later
        else PlaceLineage.objects.filter(in_force_on(day, "successor__"), place=place)
    ).select_related("place", "successor")
    found = [line.place if later else line.successor for line in lines]
    return sorted(found, key=lambda unit: unit.name)


def _in_force(place: Place, day: date) -> bool:
    return (place.valid_from is None or place.valid_from <= day) and (
        place.valid_to is None or day <= place.valid_to
    )


def _area(rule: EligibilityRule, place: Place, day: date) -> Finding:
    label = "Địa bàn"
    units = units_then(place, day)
    on = f"ngày {day:%d/%m/%Y}"
    if not units:
        return Finding(label, Verdict.OPEN, f"Chưa rõ {place} là đơn vị nào vào {on}.")
    if any(unit.level != PlaceLevel.COMMUNE for unit in units):
        # Côn Đảo was a district without communes; else the commune is not known.
        lowest = [u for u in units if u.kind in (*rule.place_kinds, *rule.conditional_kinds)]
        if len(lowest) < len(units):
            return Finding(label, Verdict.OPEN, "Chưa rõ cơ sở thuộc xã, phường nào.")
    answers = [_unit(rule, unit, day) for unit in units]
    if len(units) == 1:
        return Finding(label, *answers[0])
    verdicts = {verdict for verdict, _ in answers}
    names = ", ".join(unit.name for unit in units)
    if len(verdicts) == 1:
        return Finding(label, answers[0][0], f"Vào {on} địa bàn này là {names}: {answers[0][1]}")
    return Finding(
        label,
        Verdict.OPEN,
        f"Vào {on} địa bàn này gồm {names}, loại đơn vị khác nhau; cần xác định cơ sở ở nơi nào.",
    )


def _unit(rule: EligibilityRule, unit: Place, day: date) -> tuple[Verdict, str]:
    kind = PlaceKind(unit.kind)
    since = f"{unit.name} là {kind.label} vào ngày {day:%d/%m/%Y}"
    if kind in rule.place_kinds:
        return Verdict.YES, f"{since}, thuộc địa bàn quy định."
    if kind not in rule.conditional_kinds:
        return Verdict.NO, f"{since}, không thuộc địa bàn quy định."
    if rule.converted_within_years and unit.valid_from:
        rural = Succession.objects.filter(
            successor=unit, predecessor__kind=PlaceKind.RURAL_COMMUNE
        ).select_related("predecessor")
        names = ", ".join(step.predecessor.name for step in rural)
        years = rule.converted_within_years
        if names and day < _years_later(unit.valid_from, years):
            return (
                Verdict.OPEN,
                f"{since}, có phần chuyển từ xã ({names}) ngày {unit.valid_from:%d/%m/%Y}, "
                f"chưa quá {years} năm: {rule.condition_text}",
            )
    return Verdict.OPEN, f"{since}: {rule.condition_text}"


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _size(rule: EligibilityRule, establishment: Establishment) -> Finding:
    label = "Quy mô"
    capital, labour = establishment.capital_vnd, establishment.labour_total
    limits = f"vốn đến {format_vnd(rule.max_capital_vnd)} hoặc đến {rule.max_labour} lao động"
    if rule.max_capital_vnd is None or rule.max_labour is None:
        return Finding(label, Verdict.OPEN, "Văn bản chưa ghi giới hạn quy mô.")
    if capital is not None and capital <= rule.max_capital_vnd:
        return Finding(
            label, Verdict.YES, f"Tổng nguồn vốn {format_vnd(capital)}, trong giới hạn ({limits})."
        )
    if labour is not None and labour <= rule.max_labour:
        return Finding(
            label, Verdict.YES, f"{format_scaled(labour)} lao động, trong giới hạn ({limits})."
        )
    if capital is None or labour is None:
        missing = " và ".join(
            words
            for words, value in (("tổng nguồn vốn", capital), ("số lao động", labour))
            if value is None
        )
        return Finding(label, Verdict.OPEN, f"Hồ sơ chưa ghi {missing} (giới hạn: {limits}).")
    return Finding(
        label,
        Verdict.NO,
        f"Vốn {format_vnd(capital)} và {format_scaled(labour)} lao động đều vượt giới hạn ({limits}).",
    )


def _form(rule: EligibilityRule, establishment: Establishment) -> Finding:
    label = "Đối tượng"
    form = LegalForm(establishment.legal_form)
    if form == LegalForm.UNKNOWN:
        return Finding(label, Verdict.OPEN, "Hồ sơ chưa rõ loại hình.")
    if form in rule.legal_forms:
        return Finding(label, Verdict.YES, f"{form.label} thuộc đối tượng: {rule.beneficiaries}.")
    return Finding(
        label,
        Verdict.OPEN,
        f"{form.label} không được nêu rõ trong đối tượng: {rule.beneficiaries}.",
    )
