"""Numbers as Vietnamese offices write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khuyencong.core.numbers import (
    MAX_STORED,
    format_scaled,
    format_vnd,
    parse_scaled,
    percent,
    vnd_in_words,
)


@given(st.integers(-MAX_STORED + 1, MAX_STORED - 1), st.integers(0, 3))
def test_what_is_written_reads_back(value, decimals):
    assert parse_scaled(format_scaled(value, decimals), decimals) == value


@given(st.text(max_size=12), st.integers(0, 3))
def test_any_text_is_a_number_or_refused(text, decimals):
    try:
        value = parse_scaled(text, decimals)
    except ValueError as error:
        assert "“" in str(error)
    else:
        assert abs(value) < MAX_STORED


@pytest.mark.parametrize(
    ("text", "decimals", "value"),
    [
        ("1.234,5", 1, 12345),
        ("1234", 0, 1234),
        ("1.234.567", 0, 1234567),
        (" 12,50 ", 2, 1250),
        ("-3", 0, -3),
        ("−3", 0, -3),
        ("0", 3, 0),
        ("1,200", 1, 12),
    ],
)
def test_numbers_are_read(text, decimals, value):
    assert parse_scaled(text, decimals) == value


@pytest.mark.parametrize(
    "text", ["1.5", "1,5", "12.34", "1.2345", "", "abc", "1e3", "--1", "1.234.56"]
)
def test_doubtful_numbers_are_refused_not_guessed(text):
    with pytest.raises(ValueError, match="số"):
        parse_scaled(text)


def test_a_figure_too_large_asks_for_its_unit():
    with pytest.raises(ValueError, match="đơn vị tính"):
        parse_scaled("9" * 18)


def test_money_and_shares():
    assert format_vnd(1234567) == "1.234.567 đồng"
    assert format_vnd(None) == ""
    assert vnd_in_words(102_250_000).startswith("Một trăm")
    assert vnd_in_words(102_250_000).endswith("đồng")
    assert percent(24, 25) == "96 %"
    assert percent(1, 3) == "33,3 %"
    assert percent(1, 0) == ""
