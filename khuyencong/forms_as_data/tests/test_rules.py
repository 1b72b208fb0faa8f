"""The form's checks: what each says, and that the browser says the same."""

import json
import random
from dataclasses import replace

import pytest

from khuyencong.forms_as_data.definition import install_form
from khuyencong.forms_as_data.rules import evaluate, rules_for_browser
from khuyencong.forms_as_data.structure import structure_of

FORM = {
    "code": "quy-tac",
    "title": "Mẫu thử quy tắc",
    "number": 1,
    "valid_from": "2020-01-01",
    "dimensions": {"nhom": {"label": "Nhóm", "members": [["a", "Nhóm A"], ["b", "Nhóm B"]]}},
    "parts": [
        {
            "code": "p",
            "title": "Phần",
            "kind": "figures",
            "indicators": [
                {"code": "tong", "label": "Tổng", "unit": "triệu đồng", "decimals": 6},
                {"code": "x", "label": "Phần x", "unit": "triệu đồng", "decimals": 6},
                {"code": "y", "label": "Phần y", "unit": "tỷ đồng", "decimals": 2},
                {"code": "dem", "label": "Đếm", "unit": "cái", "dimension": "nhom"},
                {"code": "am", "label": "Chênh", "unit": "cái", "can_be_negative": True},
            ],
        }
    ],
    "rules": [
        {
            "code": f"{kind}_{number}",
            "kind": kind,
            "severity": severity,
            "target": target,
            "operands": operands,
            "percent": percent,
            "message": f"Câu của {kind}.",
        }
        for number, (kind, severity, target, operands, percent) in enumerate(
            [
                ("sum_of", "error", "tong", ["x", "y"], None),
                ("sum_of", "error", "dem", ["am"], None),
                ("at_least", "error", "x", ["y"], None),
                ("at_most", "warning", "dem", ["am", "tong"], None),
                ("change_limit", "warning", "dem", [], 30),
                ("change_limit", "warning", "am", [], 0),
                ("required_if", "error", "x", ["dem", "y"], None),
            ]
        )
    ],
}


@pytest.fixture
def structure(db):
    return structure_of(install_form(FORM).pk)


def found(structure, values, previous=None):
    return {finding.rule: finding for finding in evaluate(structure, values, previous or {})}


def test_sum_compares_across_decimals_and_says_the_figures(structure):
    assert not found(structure, {"tong": 3_500_000, "x": 2_500_000, "y": 100})
    finding = found(structure, {"tong": 3_500_000, "x": 2_500_000, "y": 50})["sum_of_0"]
    assert finding.is_error and finding.cell == "tong"
    assert finding.sentence == "Câu của sum_of. (Tổng: 3,5 triệu đồng; tổng: 3 triệu đồng.)"


def test_a_missing_figure_silences_a_rule_but_not_a_requirement(structure):
    assert not found(structure, {"tong": 5, "x": 1})
    assert set(found(structure, {"dem-a": 1, "dem-b": 0})) == {"required_if_6"}
    assert not found(structure, {"dem-a": 1})  # the indicator's figure is not complete


def test_change_is_held_against_the_sum_of_members(structure):
    previous = {"dem-a": 50, "dem-b": 50}
    assert "change_limit_4" not in found(structure, {"dem-a": 100, "dem-b": 30}, previous)
    assert "change_limit_4" in found(structure, {"dem-a": 100, "dem-b": 31}, previous)
    assert "change_limit_4" not in found(structure, {"dem-a": 100, "dem-b": 31})


def test_the_browser_finds_the_same(structure, live_server, page):
    """Generated figures through report-rules.js in Chromium, against the server's findings."""
    generator = random.Random(20261124)
    keys = list(structure.cells)

    def figures():
        choices = (None, 0, 1, 7, -3, 250, 10**6, 3_500_000, 10**16 + 1)
        return {key: generator.choice(choices) for key in keys}

    cases = [(figures(), figures()) for _ in range(300)]
    server = [
        [vars_of(finding) for finding in evaluate(structure, values, previous)]
        for values, previous in cases
    ]
    texts = [
        [{k: str(v) for k, v in side.items() if v is not None} for side in case] for case in cases
    ]
    page.goto(f"{live_server.url}/dang-nhap/")
    browser = page.evaluate(
        """async ([base, form, cases]) => {
            const { evaluate, bigints } = await import(`${base}/static/js/report-rules.js`);
            return cases.map(([values, previous]) => evaluate(form, bigints(values), bigints(previous)));
        }""",
        [live_server.url, rules_for_browser(structure, {}), texts],
    )
    assert browser == server
    assert sum(map(len, server)) > 300


def vars_of(finding):
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "cell": finding.cell,
        "sentence": finding.sentence,
    }


def test_the_browser_reads_numbers_as_the_server_does(db, live_server, page):
    from khuyencong.core.numbers import format_scaled, parse_scaled

    texts = [
        "1.234",
        "1234,5",
        "1.5",
        "12,50",
        "-3",
        "−1.000",
        "abc",
        "1,2345678",
        "",
        " 7 ",
        "0,05",
    ]
    texts += ["99999999999999999", "100000000000000000", "1.23.456", ",5", "5,"]

    def read(text, decimals):
        if not text.strip():
            return [None, "", ""]
        try:
            value = parse_scaled(text, decimals)
        except ValueError as error:
            return [None, str(error), ""]
        return [str(value), "", format_scaled(value, decimals)]

    page.goto(f"{live_server.url}/dang-nhap/")
    browser = page.evaluate(
        """async ([base, texts]) => {
            const { readFigure, formatScaled } = await import(`${base}/static/js/report-numbers.js`);
            return [0, 2, 6].map((decimals) => texts.map((text) => {
                const { value, error } = readFigure(text, decimals, true);
                return [value === null ? null : String(value), error, value === null ? "" : formatScaled(value, decimals)];
            }));
        }""",
        [live_server.url, texts],
    )
    assert json.loads(json.dumps(browser)) == [
        [read(text, decimals) for text in texts] for decimals in (0, 2, 6)
    ]


def test_a_rule_about_an_unknown_indicator_is_passed_over(structure):
    odd = replace(structure, rules=(replace(structure.rules[0], operands=("khong_co",)),))
    assert evaluate(odd, {"tong": 1}, {}) == []
