"""What is typed about a record's details and rows: one small form a page, each for a thumb."""

import re
from dataclasses import dataclass

from django import forms
from django.utils import timezone

from facilities.enums import (
    CertificateKind,
    ChangeSource,
    ConsentMeans,
    Market,
    NeedState,
    RequestKind,
    RequestState,
)
from facilities.forms import MILLION_DECIMALS, DecimalQuantityField, source_field
from facilities.models import (
    Certificate,
    Establishment,
    Machine,
    NeedKind,
    Product,
    SupportNeed,
    YearFigure,
)
from facilities.point_forms import check_point, latitude_field, longitude_field, stated_point
from facilities.points import point_doubts
from facilities.record.actions import (
    ContactDetails,
    Details,
    LicenceDetails,
    LocationDetails,
    ProductionDetails,
)
from facilities.record.models import Particular
from khuyencong.core.forms import CleanCharField, DateField, PortalForm, ScaledField

MOST_PEOPLE, MOST_KWH = 1_000_000, 2_000_000_000


class MillionField(ScaledField):
    """Money typed in triệu đồng, held in đồng."""

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", "Triệu đồng, ví dụ 1.250,5.")
        super().__init__(decimals=MILLION_DECIMALS, min_value=0, required=False, **kwargs)


class CountField(ScaledField):
    """A whole number from zero up to what is possible at all."""

    def __init__(self, *, most: int, **kwargs):
        self.most = most
        kwargs.setdefault("required", False)
        super().__init__(min_value=0, **kwargs)

    def to_python(self, value):
        number = super().to_python(value)
        if number is not None and number > self.most:
            raise forms.ValidationError("Số này lớn quá mức có thể; anh/chị kiểm tra lại.")
        return number


class YearField(CleanCharField):
    """A year of four digits, as an int."""

    def __init__(self, *, earliest: int, ahead: int = 0, **kwargs):
        self.earliest, self.ahead = earliest, ahead
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "off", "class": "kc-number"}
            ),
        )
        super().__init__(**kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        latest = timezone.localdate().year + self.ahead
        if not re.fullmatch(r"[0-9]{4}", str(text)):
            raise forms.ValidationError("Năm gồm bốn chữ số, ví dụ 2026.")
        if not self.earliest <= int(text) <= latest:
            raise forms.ValidationError(f"Năm {text} ngoài khoảng {self.earliest} đến {latest}.")
        return int(text)


class SectionForm(PortalForm):
    """A section of the record; `details()` is what the action takes."""

    details_class: type[Details]

    def __init__(self, *args, establishment: Establishment, **kwargs):
        kwargs.setdefault("initial", self.initial_of(establishment))
        super().__init__(*args, **kwargs)
        self.establishment = establishment
        self.fields["source"] = source_field()
        self.fields["seen_at"] = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def initial_of(cls, establishment: Establishment) -> dict:
        """What the form shows for an establishment of the book."""
        names = cls.details_class.__dataclass_fields__
        return {name: getattr(establishment, name) for name in names} | {
            "seen_at": establishment.updated_at.isoformat()
        }

    def find_doubts(self) -> list[str]:
        """What a valid form says that is worth a second look before it is written."""
        return []

    def details(self) -> Details:
        """The valid form as the action takes it."""
        data = self.cleaned_data
        names = self.details_class.__dataclass_fields__
        return self.details_class(**{name: data[name] for name in names})


class ContactForm(SectionForm):
    """How to reach the establishment, and its consent."""

    details_class = ContactDetails
    representative_position = CleanCharField(
        label="Chức vụ người đại diện", max_length=100, required=False
    )
    email = forms.EmailField(
        label="Thư điện tử",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Địa chỉ thư chưa đúng; ví dụ coso@example.vn."},
    )
    website = forms.URLField(
        label="Trang thông tin điện tử",
        required=False,
        max_length=300,
        assume_scheme="https",
        error_messages={"invalid": "Địa chỉ trang chưa đúng; ví dụ https://coso.example.vn."},
    )
    contact_consent_on = DateField(label="Đồng ý cho liên hệ từ ngày", required=False)
    contact_consent_means = forms.ChoiceField(
        label="Hình thức đồng ý", choices=[("", "Chưa có"), *ConsentMeans.choices], required=False
    )
    contact_consent_withdrawn_on = DateField(label="Rút lại đồng ý ngày", required=False)


class LicenceForm(SectionForm):
    """The household business's licence."""

    details_class = LicenceDetails
    household_licence_number = CleanCharField(
        label="Số giấy chứng nhận", max_length=50, required=False
    )
    household_licence_on = DateField(label="Ngày cấp", required=False)
    household_licence_issuer = CleanCharField(label="Nơi cấp", max_length=150, required=False)


class LocationForm(SectionForm):
    """Craft village and point on the map."""

    details_class = LocationDetails
    craft_village = CleanCharField(label="Làng nghề", max_length=150, required=False)
    latitude = latitude_field()
    longitude = longitude_field()

    def clean(self):
        data = super().clean()
        if not self._unchanged():
            check_point(self, self.establishment.place)
        return data

    def _unchanged(self) -> bool:
        """What stands in the book already is not questioned again."""
        stands = self.establishment.latitude, self.establishment.longitude
        return stands == tuple(self.cleaned_data.get(name) for name in ("latitude", "longitude"))

    def find_doubts(self) -> list[str]:
        """What speaks against a new point of a valid form."""
        point = stated_point(self.cleaned_data)
        if point is None or self._unchanged():
            return []
        establishment = self.establishment
        return point_doubts(establishment.place, *point, exclude_id=establishment.pk)


class ProductionForm(SectionForm):
    """Labour by season, means, energy, markets."""

    details_class = ProductionDetails
    labour_seasonal = CountField(label="Lao động thời vụ", most=MOST_PEOPLE)
    capital_vnd = MillionField(label="Tổng nguồn vốn (triệu đồng)")
    assets_vnd = MillionField(label="Giá trị tài sản (triệu đồng)")
    electricity_kwh = CountField(label="Điện dùng một năm (kWh)", most=MOST_KWH)
    fuel_use = CleanCharField(
        label="Nhiên liệu dùng một năm",
        max_length=200,
        required=False,
        help_text="Ví dụ: 2.000 lít dầu, 5 tấn củi.",
    )
    markets = forms.MultipleChoiceField(
        label="Thị trường",
        choices=Market.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    export_countries = CleanCharField(
        label="Nước xuất khẩu",
        max_length=200,
        required=False,
        help_text="Cách nhau bằng dấu phẩy; chọn “Xuất khẩu” ở trên.",
    )

    def clean_markets(self):
        return tuple(self.cleaned_data["markets"])


@dataclass(frozen=True)
class Section:
    """A section of the record: its form, its title, what stands above the form."""

    title: str
    form: type[SectionForm]
    about: str = ""


SECTIONS = {
    "lien-he": Section(
        "Liên hệ",
        ContactForm,
        "Thông tin liên hệ dùng để mời tham gia và thực hiện hoạt động khuyến công.",
    ),
    "giay-phep": Section("Giấy chứng nhận hộ kinh doanh", LicenceForm),
    "vi-tri": Section("Vị trí, làng nghề", LocationForm),
    "san-xuat": Section("Vốn, năng lượng, thị trường", ProductionForm),
}


class RowForm(PortalForm):
    """A row of the record; `values()` is what the action writes."""

    def __init__(self, *args, establishment: Establishment, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer(establishment)
        self.fields["source"] = source_field()

    def offer(self, establishment: Establishment) -> None:
        """Fill in the choices that depend on the establishment."""

    @classmethod
    def initial_of(cls, row: Particular) -> dict:
        """What the form shows for a row of the record."""
        return {
            name: getattr(row, f"{name}_id", None) or getattr(row, name) for name in cls.base_fields
        }

    def values(self) -> dict:
        """The valid form by the names of the row's fields."""
        return {name: v for name, v in self.cleaned_data.items() if name != "source"}


class MachineForm(RowForm):
    """A main machine."""

    name = CleanCharField(label="Tên máy, thiết bị", max_length=200)
    maker = CleanCharField(label="Hãng, nước sản xuất", max_length=150, required=False)
    year_made = YearField(label="Năm sản xuất", earliest=1900, required=False)
    quantity = CountField(label="Số lượng", most=MOST_PEOPLE, required=True, initial=1)
    is_main = forms.BooleanField(label="Máy chính của cơ sở", required=False, initial=True)


class CertificateForm(RowForm):
    """A certificate of the establishment or of a product."""

    kind = forms.ChoiceField(label="Loại", choices=[("", "Chọn loại"), *CertificateKind.choices])
    product = forms.ModelChoiceField(
        label="Cho sản phẩm",
        queryset=Product.objects.none(),
        required=False,
        empty_label="Cả cơ sở",
    )
    name = CleanCharField(
        label="Tên, tiêu chuẩn",
        max_length=150,
        required=False,
        help_text="Ví dụ: ISO 22000:2018.",
    )
    stars = forms.TypedChoiceField(
        label="Số sao OCOP",
        choices=[("", "Không phải OCOP"), (3, "3 sao"), (4, "4 sao"), (5, "5 sao")],
        coerce=int,
        empty_value=None,
        required=False,
    )
    number = CleanCharField(label="Số", max_length=80, required=False)
    issued_on = DateField(label="Ngày cấp", required=False)
    valid_to = DateField(label="Giá trị đến hết ngày", required=False)

    def offer(self, establishment):
        self.fields["product"].queryset = establishment.products.all()


class YearFigureForm(RowForm):
    """Figures of a year."""

    year = YearField(label="Năm", earliest=1990)
    revenue_vnd = MillionField(label="Doanh thu (triệu đồng)")
    output_text = CleanCharField(
        label="Sản lượng (ghi chữ)",
        max_length=200,
        required=False,
        help_text="Khi nhiều sản phẩm, ví dụ: 20 tấn bánh tráng, 5 tấn bún.",
    )
    output_value = DecimalQuantityField(label="Sản lượng", required=False)
    output_unit = CleanCharField(label="Đơn vị sản lượng", max_length=30, required=False)
    labour = CountField(label="Lao động bình quân", most=MOST_PEOPLE)
    electricity_kwh = CountField(label="Điện tiêu thụ (kWh)", most=MOST_KWH)


class NeedForm(RowForm):
    """A wish for support."""

    kind = forms.ModelChoiceField(
        label="Nội dung hỗ trợ", queryset=NeedKind.objects.all(), empty_label="Chọn nội dung"
    )
    what = CleanCharField(
        label="Nhu cầu cụ thể",
        max_length=300,
        help_text="Ví dụ: một máy sấy 200 kg/mẻ.",
    )
    wished_year = YearField(label="Năm mong muốn", earliest=2000, ahead=10, required=False)
    estimated_vnd = MillionField(label="Kinh phí dự kiến (triệu đồng)")

    @classmethod
    def initial_of(cls, row):
        return super().initial_of(row) | {"source": row.source}

    def values(self):
        return super().values() | {"source": source_of(self)}


@dataclass(frozen=True)
class RowKind:
    """A kind of row: model, form, and what one is called on its pages."""

    model: type[Particular]
    form: type[RowForm]
    noun: str


ROW_KINDS = {
    "may-moc": RowKind(Machine, MachineForm, "máy, thiết bị"),
    "chung-nhan": RowKind(Certificate, CertificateForm, "chứng nhận"),
    "so-lieu-nam": RowKind(YearFigure, YearFigureForm, "số liệu năm"),
    "nhu-cau": RowKind(SupportNeed, NeedForm, "nhu cầu hỗ trợ"),
}


class NeedStateForm(PortalForm):
    """A need's next state, from a button."""

    state = forms.ChoiceField(choices=NeedState.choices)


class DataRequestForm(PortalForm):
    """What a person asks for about their data."""

    kind = forms.ChoiceField(label="Yêu cầu", choices=RequestKind.choices, widget=forms.RadioSelect)
    what = CleanCharField(
        label="Nội dung",
        max_length=500,
        help_text="Ai yêu cầu, bằng cách nào, muốn đính chính hoặc xóa điều gì.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    received_on = DateField(label="Nhận ngày")


class AnswerForm(PortalForm):
    """How a request was answered."""

    state = forms.ChoiceField(
        label="Kết quả",
        choices=[
            (RequestState.DONE.value, "Đã đính chính"),
            (RequestState.REFUSED.value, "Không chấp nhận"),
        ],
        widget=forms.RadioSelect,
    )
    answer = CleanCharField(label="Trả lời, lý do", max_length=500)


class EraseForm(PortalForm):
    """Why personal data is erased, what becomes of each free text, and that it is meant."""

    reason = CleanCharField(label="Lý do xóa", max_length=500)
    sure = forms.BooleanField(
        label="Tôi hiểu rằng dữ liệu cá nhân đã xóa không lấy lại được, kể cả trong lịch sử."
    )

    def __init__(self, *args, texts=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.texts = texts
        for one in texts:
            self.fields[f"chon-{one.key}"] = forms.ChoiceField(
                label=one.label,
                choices=[("giu", "Giữ nguyên"), ("thay", "Thay bằng nội dung dưới đây")],
                widget=forms.RadioSelect,
                error_messages={"required": "Anh/chị chọn giữ hay thay nội dung này."},
            )
            self.fields[f"thay-{one.key}"] = CleanCharField(
                label=f"Nội dung thay cho “{one.label}”",
                required=False,
                initial=one.proposal,
                max_length=one.max_length,
                widget=forms.Textarea(attrs={"rows": 3}) if len(one.text) > 80 else None,
            )

    def rows(self):
        """Each text with its two fields, for the page."""
        return [
            {"text": one, "choice": self[f"chon-{one.key}"], "new": self[f"thay-{one.key}"]}
            for one in self.texts
        ]

    def decisions(self) -> dict[str, str | None]:
        """What `personal.erase_personal_data` takes: None for a text that stays."""
        return {
            one.key: self.cleaned_data[f"thay-{one.key}"]
            if self.cleaned_data[f"chon-{one.key}"] == "thay"
            else None
            for one in self.texts
        }


def source_of(form) -> str:
    """The source that a valid form states."""
    return form.cleaned_data.get("source") or ChangeSource.ENTRY
