"""What is sent and chosen on the pages of imports."""

from django import forms

from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Place
from khuyencong.core.place_fields import search_if_long
from khuyencong.imports import legacy_text, staging
from khuyencong.imports.models import ImportJob
from khuyencong.imports.registry import ImportKind

ACCEPT = ".xlsx,.xls,.ods,.csv,.txt"


class UploadForm(PortalForm):
    """A spreadsheet, and the commune of its rows where the sheet does not say it."""

    place = forms.ModelChoiceField(
        label="Xã, phường của bảng",
        queryset=Place.objects.none(),
        required=False,
        empty_label="Có cột xã, phường trong bảng",
        help_text="Chọn khi bảng chỉ có cơ sở của một xã, phường và không ghi tên xã, phường.",
    )
    file = forms.FileField(
        label="Tệp bảng tính",
        help_text="Excel (.xlsx, .xls), LibreOffice (.ods) hoặc CSV; nhiều nhất 20 MB.",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={
            "required": "Anh/chị chọn tệp bảng tính.",
            "empty": "Tệp này không có nội dung.",
        },
    )

    def __init__(self, *args, user, kind: ImportKind, **kwargs):
        super().__init__(*args, **kwargs)
        places = kind.places_for(user)
        search_if_long(self, "place", places)
        if not self.is_bound and len(own := list(places[:2])) == 1:
            self.initial["place"] = own[0].pk


class ColumnsForm(PortalForm):
    """Which column is which field, what is converted, and the commune of rows that name none."""

    def __init__(self, *args, user, kind: ImportKind, job: ImportJob, **kwargs):
        super().__init__(*args, **kwargs)
        self.columns = staging.table_of(job)["columns"]
        choices = [("", "Không nhập"), *((c.name, c.label) for c in kind.columns)]
        self.fields["place"] = forms.ModelChoiceField(
            label="Xã, phường của các dòng không ghi",
            queryset=kind.places_for(user),
            required=False,
            empty_label="Mỗi dòng đều ghi xã, phường",
            initial=job.place_id,
        )
        search_if_long(self, "place", kind.places_for(user))
        for column in self.columns:
            index = str(column["index"])
            label = legacy_text.decode(column["label"], "") or f"Cột {column['index'] + 1}"
            self.fields[f"cot-{index}"] = forms.ChoiceField(
                label=label,
                choices=choices,
                required=False,
                initial=job.matching.get(index, ""),
                widget=forms.Select(attrs={"aria-label": f"Cột “{label}” là"}),
            )
            if column["scheme"]:
                scheme = legacy_text.SCHEME_LABELS[column["scheme"]]
                self.fields[f"doi-{index}"] = forms.BooleanField(
                    label=f"Chuyển cột “{label}” từ {scheme} sang Unicode",
                    required=False,
                    initial=index in job.schemes,
                )

    @property
    def lines(self) -> list[dict]:
        """The columns for the page: field, samples, and before and after where it is converted."""
        lines = []
        for column in self.columns:
            index, scheme = str(column["index"]), column["scheme"]
            lines.append(
                {
                    "label": self.fields[f"cot-{index}"].label,
                    "field": self[f"cot-{index}"],
                    "samples": column["samples"],
                    "scheme": legacy_text.SCHEME_LABELS.get(scheme, ""),
                    "convert": self[f"doi-{index}"] if scheme else None,
                    "converted": [
                        (sample, legacy_text.decode(sample, scheme)) for sample in column["samples"]
                    ]
                    if scheme
                    else [],
                }
            )
        return lines

    def matching(self) -> dict[str, str]:
        """Column index → field of a valid form."""
        return {
            name.removeprefix("cot-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("cot-") and value
        }

    def converted(self) -> set[str]:
        """The indexes of the columns to convert."""
        return {
            name.removeprefix("doi-")
            for name, value in self.cleaned_data.items()
            if name.startswith("doi-") and value
        }
