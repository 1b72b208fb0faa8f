"""How a cell of an imported or exported sheet is read and written; every refusal says what is expected."""

from contextlib import suppress
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from import_export.widgets import Widget

from khuyencong.admin_site.display import NO, YES
from khuyencong.core.models import Place, in_force_on
from khuyencong.core.numbers import parse_scaled
from khuyencong.core.text import clean, fold

DATE_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")


def as_text(value) -> str:
    """A cell as text: `12345.0` of a spreadsheet is `12345`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = f"{value:%d/%m/%Y}"
    return clean(str(value if value is not None else ""))


class CellWidget(Widget):
    """A cell of any kind; `force_native_type` keeps numbers and dates as such."""

    def render(self, value, obj=None, **kwargs):
        if isinstance(value, datetime):
            return timezone.localtime(value).replace(tzinfo=None)
        if isinstance(value, bool):
            return YES if value else NO
        if isinstance(value, (int, float, date)):
            return value
        if isinstance(value, (list, tuple)):
            return ", ".join(map(str, value))
        return "" if value is None else str(value)


class TextWidget(CellWidget):
    """Text in one spelling."""

    def clean(self, value, row=None, **kwargs):
        return as_text(value)


class IntegerWidget(CellWidget):
    """A whole number, as a number or as Vietnamese text."""

    def clean(self, value, row=None, **kwargs):
        text = as_text(value)
        if not text:
            return None
        if isinstance(value, float) and not value.is_integer():
            raise ValueError(f"Nhận được “{value}”; cần số nguyên, ví dụ 12 hoặc 1.234.")
        try:
            return parse_scaled(text)
        except ValueError as error:
            raise ValueError(f"Nhận được “{text}”; cần số nguyên, ví dụ 12 hoặc 1.234.") from error


class DateWidget(CellWidget):
    """A day."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = as_text(value)
        if not text:
            return None
        for pattern in DATE_FORMATS:
            try:
                return datetime.strptime(text, pattern).date()
            except ValueError:
                continue
        raise ValueError(f"Nhận được “{text}”; cần ngày dạng ngày/tháng/năm, ví dụ 24/11/2026.")


class YesNoWidget(CellWidget):
    """Có or Không; an empty cell is Không."""

    WORDS = {"co": True, "x": True, "1": True, "dung": True, "true": True}
    WORDS |= {"": False, "khong": False, "0": False, "sai": False, "false": False}

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, bool):
            return value
        text = as_text(value)
        if fold(text) not in self.WORDS:
            raise ValueError(f"Nhận được “{text}”; cần “Có” hoặc “Không”.")
        return self.WORDS[fold(text)]


class ChoiceWidget(CellWidget):
    """One of a list, by its words (marks and capitals do not matter) or its code."""

    def __init__(self, choices, **kwargs):
        super().__init__(**kwargs)
        self.choices = list(choices)
        self.by_word = {fold(str(label)): code for code, label in self.choices}
        self.by_word |= {str(code): code for code, label in self.choices}
        self.labels = dict(self.choices)

    def clean(self, value, row=None, **kwargs):
        text = as_text(value)
        if not text:
            return ""
        code = self.by_word.get(fold(text), self.by_word.get(text))
        if code is None:
            words = ", ".join(f"“{label}”" for _, label in self.choices)
            raise ValueError(f"Nhận được “{text}”; cần một trong: {words}.")
        return code

    def render(self, value, obj=None, **kwargs):
        return str(self.labels.get(value, value if value is not None else ""))


class LookupWidget(CellWidget):
    """A record of another list, by one of its unique texts (code, number, name)."""

    def __init__(self, model, fields=("code",), shown=None, what=None, **kwargs):
        super().__init__(**kwargs)
        self.model, self.fields = model, fields
        self.shown = shown or fields[0]
        self.what = what or str(model._meta.verbose_name)
        self.found = {}

    def candidates(self, text: str):
        """The records a text may mean, at most a few."""
        condition = Q()
        for name in self.fields:
            condition |= Q(**{f"{name}__iexact": text})
        return list(self.model._default_manager.filter(condition)[:3])

    def clean(self, value, row=None, **kwargs):
        text = as_text(value)
        if not text:
            return None
        if text not in self.found:
            self.found[text] = self.candidates(text)
        matches = self.found[text]
        if not matches:
            raise ValueError(f"Nhận được “{text}”; không có {self.what} nào như vậy.")
        if len(matches) > 1:
            raise ValueError(
                f"Nhận được “{text}”; có nhiều {self.what} như vậy, hãy ghi {self.hint} để phân biệt."
            )
        return matches[0]

    hint = "mã"

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(getattr(value, self.shown))


class PlaceWidget(LookupWidget):
    """A unit by code or by name on the map of a day (a column of the row, or today).

    `day_column` names the column that holds the day. Codes are reused and names repeat, so a code
    or name alone means the unit in force on that day.
    """

    hint = "mã đơn vị"

    def __init__(self, day_column=None, **kwargs):
        super().__init__(Place, ("code", "name"), shown="code", what="đơn vị hành chính", **kwargs)
        self.day_column = day_column

    def clean(self, value, row=None, **kwargs):
        text = as_text(value)
        if not text:
            return None
        day = timezone.localdate()
        if self.day_column and row is not None:
            with suppress(ValueError):
                day = DateWidget().clean(row.get(self.day_column)) or day
        key = (text, day)
        if key not in self.found:
            places = Place.objects.filter(in_force_on(day))
            exact = list(places.filter(code=text)[:3])
            self.found[key] = (
                exact
                or list(places.filter(folded=fold(text))[:3])
                or list(places.filter(folded__endswith=" " + fold(text), level="commune")[:3])
            )
        matches = self.found[key]
        if not matches:
            raise ValueError(
                f"Nhận được “{text}”; ngày {day:%d/%m/%Y} không có đơn vị hành chính nào có mã hay tên như vậy."
            )
        if len(matches) > 1:
            raise ValueError(f"Nhận được “{text}”; có nhiều đơn vị cùng tên, hãy ghi {self.hint}.")
        return matches[0]

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else value.name
