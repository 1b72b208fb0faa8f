"""A source for tests: what it shows depends on the user's roles and on the filter `rows`."""

from khuyencong.core.enums import Role
from khuyencong.core.permissions import check_has_role
from khuyencong.exports.registry import (
    Choice,
    ChoiceGroup,
    ExportColumn,
    ExportSource,
    Sheet,
    register,
)

KIND = "tests.rows"
WITH_CHOICES = "tests.columns"


def describe(user, params) -> str:
    check_has_role(user, Role.OFFICER)
    return "Bảng thử: quý IV/2026"


def sheets(user, params):
    check_has_role(user, Role.OFFICER)
    count = int(params.get("rows", "3"))
    if params.get("broken"):
        raise RuntimeError("broken source")
    columns = [ExportColumn("Tên", width=30), ExportColumn("Số", kind="integer")]
    rows = ((f"=dòng {n}", n * 1000) for n in range(count))
    return [Sheet("Dữ liệu", columns, rows, total=count, header_rows=[["Bảng thử"]])]


register(ExportSource(KIND, describe, sheets))
register(
    ExportSource(
        WITH_CHOICES,
        describe,
        sheets,
        choices=lambda user: [
            ChoiceGroup("Chung", [Choice("name", "Tên", True), Choice("size", "Cỡ")])
        ],
    )
)
