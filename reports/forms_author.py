"""Forms of the author's side. They parse; actions write."""

from django import forms

from khuyencong.forms_as_data.enums import ColumnKind
from khuyencong.forms_as_data.structure import ColumnInfo, PartInfo
from reports.enums import ReportStatus
from reports.rows import Lookups, clean_row


class RowForm(forms.Form):
    """A row of parts III to V, one field per column of the form.

    It takes everything that was typed (a draft keeps wrong values too); `problems` are then shown
    beside the fields.
    """

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, part: PartInfo, lookups: Lookups, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.part = part
        self.lookups = lookups
        for column in part.columns:
            self.fields[column.code] = self._field(column)

    def _field(self, column: ColumnInfo) -> forms.Field:
        shared = {
            "label": column.label,
            "required": column.is_required,
            "help_text": column.help_text,
        }
        if column.kind == ColumnKind.LONG_TEXT:
            return forms.CharField(
                **shared, widget=forms.Textarea({"rows": 4, "class": "form-control"})
            )
        if column.kind == ColumnKind.CHOICE:
            choices = [("", "Chọn…"), *self.lookups.choices(column).items()]
            return forms.CharField(
                **shared, widget=forms.Select({"class": "form-select"}, choices=choices)
            )
        if column.kind == ColumnKind.ESTABLISHMENT:
            choices = [("", "Chọn cơ sở…"), *self.lookups.establishments.items()]
            return forms.CharField(
                **shared,
                widget=forms.Select({"class": "form-select", "data-picker": ""}, choices=choices),
            )
        attributes = {"class": "form-control", "autocomplete": "off"}
        if column.kind in (ColumnKind.MONEY, ColumnKind.INTEGER):
            attributes |= {"class": "form-control kc-number", "inputmode": "numeric"}
        if column.kind == ColumnKind.MONEY:
            shared["help_text"] = shared["help_text"] or "Bằng đồng, ví dụ 300.000.000."
            attributes["data-money"] = ""
        if column.kind == ColumnKind.DATE:
            attributes |= {"class": "form-control kc-date", "placeholder": "24/11/2026"}
        return forms.CharField(**shared, widget=forms.TextInput(attributes))

    def typed(self) -> dict[str, str]:
        """What was typed, by column."""
        return {
            column.code: self.data.get(self.add_prefix(column.code), "")
            for column in self.part.columns
        }

    def show_problems(self, typed) -> bool:
        """Put what is wrong with a row beside its fields; whether there was anything."""
        _, _, problems = clean_row(self.part, typed, self.lookups)
        self._errors = forms.utils.ErrorDict()
        for column, sentences in problems.items():
            self._errors[column] = self.error_class(sentences, renderer=self.renderer)
        return bool(problems)


class ReportFilterForm(forms.Form):
    """Which reports a list shows."""

    ky = forms.ChoiceField(label="Kỳ", required=False)
    trang_thai = forms.ChoiceField(
        label="Trạng thái", required=False, choices=[("", "Tất cả"), *ReportStatus.choices]
    )

    def __init__(self, periods, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ky"].choices = [
            ("", "Tất cả"),
            *((str(period.pk), str(period)) for period in periods),
        ]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
