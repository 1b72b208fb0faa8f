"""The checks a form declares, evaluated on exact integers.

`static/js/report-rules.js` evaluates the same declaration (`rules_for_browser`) to the same
findings; a test holds both against generated inputs. Change them together.

What a rule compares is an indicator's figure: its cell, or the sum of its members' cells when all
of them have a value. A rule that lacks one of its figures says nothing (an empty cell is another
check's matter), except `required_if`, which is about a figure that is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from khuyencong.core.numbers import format_scaled
from khuyencong.forms_as_data.enums import RuleKind, Severity
from khuyencong.forms_as_data.structure import FormStructure, IndicatorInfo, RuleInfo


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that does not hold: the cell to look at, and the sentence with the figures."""

    rule: str
    severity: str
    cell: str
    sentence: str

    @property
    def is_error(self) -> bool:
        return self.severity == Severity.ERROR


def figure_of(indicator: IndicatorInfo, values: Mapping[str, int | None]) -> int | None:
    """The indicator's figure: its value or the sum over its members; None when one is missing."""
    total = 0
    for key in indicator.keys:
        value = values.get(key)
        if value is None:
            return None
        total += value
    return total


def evaluate(
    structure: FormStructure,
    values: Mapping[str, int | None],
    previous: Mapping[str, int | None],
) -> list[Finding]:
    """Findings of all rules, in the order they were declared.

    `values` and `previous` (the quarter before) map cell keys to integers of 10^-decimals units.
    """
    findings = []
    for rule in structure.rules:
        target = structure.indicators.get(rule.target)
        operands = [
            structure.indicators[code] for code in rule.operands if code in structure.indicators
        ]
        if target is None or len(operands) != len(rule.operands):
            continue
        detail = _CHECKS[rule.kind](rule, target, operands, values, previous)
        if detail is not None:
            findings.append(
                Finding(rule.code, rule.severity, target.keys[0], f"{rule.message} {detail}")
            )
    return findings


def _scaled(indicator: IndicatorInfo, value: int) -> int:
    """A figure in millionths, so that indicators of different decimals compare."""
    return value * 10 ** (6 - indicator.decimals)


def _shown(indicator: IndicatorInfo, value: int) -> str:
    return f"{format_scaled(value, indicator.decimals)} {indicator.unit}"


def _named(indicator: IndicatorInfo, value: int) -> str:
    return f"{indicator.label}: {_shown(indicator, value)}"


def _sum_of(rule: RuleInfo, target, operands, values, previous) -> str | None:
    figure = figure_of(target, values)
    figures = [figure_of(operand, values) for operand in operands]
    if figure is None or None in figures:
        return None
    total = sum(_scaled(operand, value) for operand, value in zip(operands, figures, strict=True))
    if _scaled(target, figure) == total:
        return None
    return f"({_named(target, figure)}; tổng: {format_scaled(total, 6)} {target.unit}.)"


def _compare(target, operands, values, wrong) -> str | None:
    figure = figure_of(target, values)
    if figure is None:
        return None
    for operand in operands:
        other = figure_of(operand, values)
        if other is not None and wrong(_scaled(target, figure), _scaled(operand, other)):
            return f"({_named(target, figure)}; {_named(operand, other)}.)"
    return None


def _at_least(rule, target, operands, values, previous) -> str | None:
    return _compare(target, operands, values, lambda figure, other: figure < other)


def _at_most(rule, target, operands, values, previous) -> str | None:
    return _compare(target, operands, values, lambda figure, other: figure > other)


def _change_limit(rule: RuleInfo, target, operands, values, previous) -> str | None:
    figure, before = figure_of(target, values), figure_of(target, previous)
    if figure is None or before is None:
        return None
    if abs(figure - before) * 100 <= (rule.percent or 0) * abs(before):
        return None
    return f"(Quý trước: {_shown(target, before)}; kỳ này: {_shown(target, figure)}.)"


def _required_if(rule, target, operands, values, previous) -> str | None:
    figure = figure_of(target, values)
    if figure is not None and figure > 0:
        return None
    for operand in operands:
        other = figure_of(operand, values)
        if other is not None and other > 0:
            return f"({_named(operand, other)}.)"
    return None


_CHECKS = {
    RuleKind.SUM_OF: _sum_of,
    RuleKind.AT_LEAST: _at_least,
    RuleKind.AT_MOST: _at_most,
    RuleKind.CHANGE_LIMIT: _change_limit,
    RuleKind.REQUIRED_IF: _required_if,
}


def rules_for_browser(structure: FormStructure, previous: Mapping[str, int | None]) -> dict:
    """The same declaration for `report-rules.js`: indicators, rules, and last quarter's figures.

    Integers travel as text, since JavaScript's numbers lose what is above 2^53.
    """
    return {
        "indicators": {
            indicator.code: {
                "label": indicator.label,
                "unit": indicator.unit,
                "decimals": indicator.decimals,
                "negative": indicator.can_be_negative,
                "keys": list(indicator.keys),
            }
            for indicator in structure.indicators.values()
        },
        "rules": [
            {
                "code": rule.code,
                "kind": rule.kind,
                "severity": rule.severity,
                "target": rule.target,
                "operands": list(rule.operands),
                "percent": rule.percent or 0,
                "message": rule.message,
            }
            for rule in structure.rules
        ],
        "previous": {
            key: str(value)
            for key, value in previous.items()
            if value is not None and key in structure.cells
        },
    }
