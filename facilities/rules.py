"""The rules on what is said of an establishment, one place for the form and for imports.

Each raises ValueError with the sentence, or returns sentences by field. Tax codes and telephone
numbers have theirs in `khuyencong.core.identifiers`.
"""

from django.utils import timezone

FIRST_YEAR = 1900
MAX_LABOUR = 1_000_000
# What a column of whole numbers holds.
MAX_COUNT = 2_000_000_000


def check_founded_year(year: int | None) -> int | None:
    """A year that an establishment may have been founded in."""
    this_year = timezone.localdate().year
    if year is not None and not FIRST_YEAR <= year <= this_year:
        raise ValueError(f"Năm {year} ngoài khoảng {FIRST_YEAR} đến {this_year}.")
    return year


def labour_errors(total: int | None, female: int | None) -> dict[str, str]:
    """What is wrong with the numbers of workers, by field."""
    errors = {}
    if female and total is None:
        errors["labour_total"] = "Đã có lao động nữ thì nhập cả tổng số lao động."
    elif female is not None and total is not None and female > total:
        errors["labour_female"] = (
            f"Lao động nữ ({female}) không thể nhiều hơn tổng số lao động ({total})."
        )
    for name, value in (("labour_total", total), ("labour_female", female)):
        if (value or 0) > MAX_LABOUR:
            errors[name] = "Số lao động lớn quá mức có thể; anh/chị kiểm tra lại."
    return errors


def taken_elsewhere(tax_code: str) -> str:
    """What somebody is told whose tax code stands in the book where they may not look."""
    return (
        f"Mã số thuế {tax_code} đã có trong sổ ở địa bàn khác. Anh/chị kiểm tra lại mã số; nếu "
        "đúng, xin liên hệ chuyên viên Trung tâm để đối chiếu."
    )
