"""Tax codes and telephone numbers as people write them."""

import pytest

from khuyencong.core.identifiers import format_phone, parse_phone, parse_tax_code


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("", ""),
        ("0100109106", "0100109106"),
        (" 0100 109 106 ", "0100109106"),
        ("0100109106-001", "0100109106-001"),
        ("0100109106001", "0100109106-001"),
        ("077085012345", "077085012345"),
    ],
)
def test_tax_code_is_stored_in_one_form(given, stored):
    assert parse_tax_code(given) == stored


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("0100109107", "chữ số thứ mười là 7, không khớp (theo chín chữ số đầu thì phải là 6)"),
        ("01001091", "có 8 chữ số; mã số thuế gồm 10 chữ số"),
        ("01001091O6", "có ký tự không phải là số"),
        ("0100109106-000", "phải từ 001 đến 999"),
        ("999085012345", "không phải mã tỉnh"),
    ],
)
def test_tax_code_refusal_names_what_was_given_and_what_is_expected(given, words):
    with pytest.raises(ValueError, match="^“" + given) as refusal:
        parse_tax_code(given)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("", ""),
        ("0912 345 678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("912345678", "0912345678"),
        ("(0254) 3852 401", "02543852401"),
        ("+84 254 3852401", "02543852401"),
        ("1900 1234", "19001234"),
    ],
)
def test_phone_is_stored_in_one_form(given, stored):
    assert parse_phone(given) == stored


@pytest.mark.parametrize("given", ["12345", "091234567", "0612345678", "gọi anh Ba", "0912345678x"])
def test_phone_refusal_says_what_is_expected(given):
    with pytest.raises(ValueError, match="10 chữ số di động"):
        parse_phone(given)


def test_phone_is_read_in_groups():
    assert format_phone("0912345678") == "0912 345 678"
    assert format_phone("02543852401") == "0254 3 852 401"
    assert format_phone("02838225678") == "028 3822 5678"
