"""What is typed about establishments: parsed and checked here, written by the actions."""

from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from facilities import rules
from facilities.actions import EstablishmentFacts
from facilities.duplicates import likeness, same_line
from facilities.enums import (
    FIRST_STATUSES,
    STATUS_TRANSITIONS,
    AwardLevel,
    ChangeSource,
    DataSource,
    DuplicateState,
    EstablishmentStatus,
    LabourSize,
    LegalForm,
    PointState,
)
from facilities.models import Establishment, Industry, NeedKind, NetworkGroup, Product
from facilities.point_forms import check_point, latitude_field, longitude_field, stated_point
from facilities.points import point_doubts
from facilities.queries import (
    establishments_visible_to,
    places_to_add_in,
    possible_duplicates,
    tax_code_owner,
)
from facilities.queries.scope import successor_of
from khuyencong.core.enums import Role
from khuyencong.core.forms import CleanCharField, DateField, PortalForm, ScaledField
from khuyencong.core.identifiers import format_phone, parse_phone, parse_tax_code
from khuyencong.core.models import Place, in_force_on
from khuyencong.core.place_fields import PlaceSearchField, PlaceSearchInput, search_if_long
from khuyencong.core.place_search import LISTED_UP_TO
from khuyencong.core.places import units_of

MILLION_DECIMALS = 6
# The filters that are folded away until they are asked for.
MORE_FILTERS = (
    "nhom",
    "nganh",
    "loai",
    "tinh_trang",
    "quy_mo",
    "nhu_cau",
    "giai",
    "nguon",
    "vao_tu",
    "sua_tu",
    "cu_truoc",
    "khao_sat_tu",
    "chua_khao_sat",
    "vi_tri",
)


def source_field() -> forms.ChoiceField:
    """Where what is typed comes from; kept with the history of each value."""
    return forms.ChoiceField(
        label="Nguồn của thông tin",
        choices=ChangeSource.choices,
        required=False,
        help_text="Ghi vào lịch sử cùng từng giá trị.",
    )


class PlaceChoice(forms.ModelChoiceField):
    """A commune; an old one with what it is today: "Xã Lộc An (nay là Xã Phước Hải)"."""

    units: dict[int, Place] = {}

    def label_from_instance(self, place: Place) -> str:
        unit = successor_of(place, self.units)
        return f"{place} (nay là {unit})" if unit else str(place)


class EstablishmentForm(PortalForm):
    """Facts of an establishment. `user` decides the communes offered and what look-alikes are shown;
    with `establishment` it edits that one."""

    name = CleanCharField(label="Tên cơ sở", max_length=250)
    legal_form = forms.ChoiceField(
        label="Loại hình", choices=[("", "Chọn loại hình"), *LegalForm.choices]
    )
    place = PlaceChoice(
        label="Xã, phường", queryset=Place.objects.none(), empty_label="Chọn xã, phường"
    )
    address = CleanCharField(
        label="Địa chỉ", help_text="Số nhà, đường, ấp hoặc khu phố.", max_length=250, required=False
    )
    representative = CleanCharField(label="Người đại diện", max_length=150, required=False)
    phone = CleanCharField(
        label="Điện thoại",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    tax_code = CleanCharField(
        label="Mã số thuế",
        required=False,
        max_length=30,
        help_text="10 chữ số; đơn vị phụ thuộc 13 chữ số; hộ kinh doanh 12 chữ số.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    network_group = forms.ModelChoiceField(
        label="Nhóm ngành",
        queryset=NetworkGroup.objects.all(),
        required=False,
        empty_label="Chưa rõ",
    )
    industry = forms.ModelChoiceField(
        label="Ngành kinh tế (VSIC)",
        queryset=Industry.objects.none(),
        required=False,
        empty_label="Chưa rõ",
    )
    main_products = CleanCharField(
        label="Sản phẩm chính",
        max_length=300,
        required=False,
        help_text="Cách nhau bằng dấu phẩy, ví dụ: bánh tráng, bún khô.",
    )
    founded_year = forms.RegexField(
        label="Năm thành lập",
        regex=r"^[0-9]{4}$",
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "kc-number"}
        ),
        error_messages={"invalid": "Năm gồm bốn chữ số, ví dụ 1998."},
    )
    labour_total = ScaledField(label="Tổng số lao động", required=False, min_value=0)
    labour_female = ScaledField(label="Trong đó lao động nữ", required=False, min_value=0)
    revenue_vnd = ScaledField(
        label="Doanh thu năm gần nhất (triệu đồng)",
        required=False,
        decimals=MILLION_DECIMALS,
        min_value=0,
        help_text="Ví dụ 1.250,5 là 1 tỷ 250 triệu 500 nghìn đồng.",
    )
    status = forms.ChoiceField(
        label="Tình trạng", choices=[(status.value, status.label) for status in FIRST_STATUSES]
    )
    note = forms.CharField(
        label="Ghi chú", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    latitude = latitude_field()
    longitude = longitude_field()
    source = source_field()
    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, establishment: Establishment | None = None, **kwargs):
        self.user, self.establishment = user, establishment
        self.duplicates: list[Establishment] = []
        self.doubts: list[str] = []
        super().__init__(*args, **kwargs)
        self._offer_places()
        self.fields["industry"].queryset = Industry.objects.filter(
            in_force_on(timezone.localdate())
        )
        for name in (
            ("status", "latitude", "longitude") if establishment is not None else ("source",)
        ):
            del self.fields[name]

    def _offer_places(self):
        """Communes of today that are the user's to add in; an old one only while it stays."""
        allowed = places_to_add_in(self.user)
        field = self.fields["place"]
        if self.establishment is not None:
            present = self.establishment.place_id
            allowed = Place.objects.filter(pk__in=[*allowed.values_list("pk", flat=True), present])
            allowed = allowed.in_vietnamese_order()
            field.units = units_of([present])
        search_if_long(self, "place", allowed)
        if isinstance(self.fields["place"], PlaceSearchField):
            return
        if self.establishment is None and not self.is_bound and len(allowed) == 1:
            self.initial.setdefault("place", allowed[0].pk)
            field.empty_label = None

    @classmethod
    def initial_of(cls, establishment: Establishment) -> dict:
        """What the form shows for an establishment of the book."""
        names = set(EstablishmentFacts.__dataclass_fields__)
        initial = {name: getattr(establishment, name) for name in names}
        return initial | {
            "place": establishment.place_id,
            "network_group": establishment.network_group_id,
            "industry": establishment.industry_id,
            "phone": format_phone(establishment.phone),
            "seen_at": establishment.updated_at.isoformat(),
        }

    def clean_tax_code(self):
        given = self.cleaned_data["tax_code"]
        if self.establishment is not None and given == self.establishment.tax_code:
            return given
        try:
            tax_code = parse_tax_code(given)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        owner = tax_code_owner(tax_code, exclude_id=getattr(self.establishment, "pk", None))
        if owner is not None:
            raise forms.ValidationError(self._taken(tax_code, owner))
        return tax_code

    def _taken(self, tax_code: str, owner: Establishment):
        """Where the code is in the book, to those who may see it; to others only whom to ask."""
        if establishments_visible_to(self.user).filter(pk=owner.pk).exists():
            return format_html(
                'Mã số thuế {} đã có trong sổ: <a href="{}">{}</a>.',
                tax_code,
                owner.get_absolute_url(),
                owner,
            )
        return rules.taken_elsewhere(tax_code)

    def clean_phone(self):
        given = self.cleaned_data["phone"]
        if self.establishment is not None and given == format_phone(self.establishment.phone):
            return self.establishment.phone
        try:
            return parse_phone(given)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_founded_year(self):
        given = self.cleaned_data["founded_year"]
        if not given:
            return None
        try:
            return rules.check_founded_year(int(given))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self):
        data = super().clean()
        if "labour_total" not in self.errors:
            wrong = rules.labour_errors(data.get("labour_total"), data.get("labour_female"))
            for name, sentence in wrong.items():
                self.add_error(name, sentence)
        if "latitude" in self.fields:
            check_point(self, data.get("place"))
        return data

    def point(self) -> tuple[Decimal, Decimal] | None:
        """The point that a valid form states."""
        return stated_point(self.cleaned_data)

    def find_doubts(self) -> list[str]:
        """What speaks against the point of a valid form, kept in `doubts` for the page."""
        point = self.point()
        if point is not None:
            self.doubts = point_doubts(self.cleaned_data["place"], *point)
        return self.doubts

    def find_duplicates(self) -> list[Establishment]:
        """Look-alikes of a valid form, kept in `duplicates` for the page."""
        data = self.cleaned_data
        self.duplicates = possible_duplicates(
            self.user,
            name=data["name"],
            place=data["place"],
            phone=data["phone"],
            exclude_id=getattr(self.establishment, "pk", None),
        )
        stated = Establishment(
            **{name: data[name] for name in EstablishmentFacts.__dataclass_fields__}
        )
        for found in self.duplicates:
            line = same_line(stated.place_id, found.place_id)
            found.reasons = likeness(stated, found, same_line=line)[1]
        return self.duplicates

    def facts(self) -> EstablishmentFacts:
        """The valid form as the actions take it."""
        data = self.cleaned_data
        return EstablishmentFacts(
            **{name: data[name] for name in EstablishmentFacts.__dataclass_fields__}
        )


class StatusForm(PortalForm):
    """A change of status, since when, and why."""

    status = forms.ChoiceField(label="Tình trạng mới", widget=forms.RadioSelect)
    on = DateField(label="Từ ngày")
    reason = CleanCharField(
        label="Lý do",
        max_length=250,
        required=False,
        help_text="Cần ghi khi tạm ngừng hoặc ngừng hoạt động.",
    )

    def __init__(self, *args, establishment: Establishment, **kwargs):
        super().__init__(*args, **kwargs)
        open_to = STATUS_TRANSITIONS[establishment.status]
        self.fields["status"].choices = [
            (status.value, status.label) for status in EstablishmentStatus if status in open_to
        ]


class DecimalQuantityField(ScaledField):
    """A quantity with at most three decimals, as a Decimal: `1.234,5`."""

    def __init__(self, **kwargs):
        super().__init__(decimals=3, min_value=0, **kwargs)

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            value = int(value.scaleb(self.decimals))
        return super().prepare_value(value)

    def to_python(self, value):
        number = super().to_python(value)
        return None if number is None else Decimal(number).scaleb(-self.decimals)


class ProductForm(PortalForm):
    """A product and what can be made of it."""

    name = CleanCharField(label="Tên sản phẩm", max_length=250)
    capacity = CleanCharField(
        label="Năng lực sản xuất",
        max_length=100,
        required=False,
        help_text="Ghi bằng chữ, ví dụ: 2 tấn/tháng, hai ca.",
    )
    capacity_value = DecimalQuantityField(label="Công suất một năm", required=False)
    capacity_unit = CleanCharField(
        label="Đơn vị công suất",
        max_length=30,
        required=False,
        help_text="Ví dụ: tấn, lít, chiếc.",
    )
    source = source_field()

    @classmethod
    def initial_of(cls, product: Product) -> dict:
        return {
            name: getattr(product, name)
            for name in ("name", "capacity", "capacity_value", "capacity_unit")
        }

    def values(self) -> dict:
        """The valid form as the actions take it."""
        return self.cleaned_data | {"source": self.cleaned_data["source"] or ChangeSource.ENTRY}


class DayInput(forms.DateInput):
    """The browser's own day picker; the address holds the day as 2026-11-24."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class SavedViewForm(PortalForm):
    """A name for a list's filters, and with whom to share them."""

    name = CleanCharField(label="Tên bộ lọc", max_length=80)
    roles = forms.MultipleChoiceField(
        label="Dùng chung cho",
        required=False,
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Không chọn vai trò nào thì chỉ anh/chị thấy bộ lọc này.",
    )

    def __init__(self, *args, may_share: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["roles"]


class DuplicateFilterForm(PortalForm):
    """Which pairs that may be one to show."""

    xa = forms.ChoiceField(label="Địa bàn", required=False)
    diem = forms.ChoiceField(
        label="Mức giống nhau",
        required=False,
        choices=[
            ("", "Tất cả"),
            ("80", "Rất giống (từ 80 điểm)"),
            ("65", "Khá giống (từ 65 điểm)"),
        ],
    )
    trang_thai = forms.ChoiceField(
        label="Trạng thái", required=False, choices=DuplicateState.choices
    )

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("auto_id", "loc-%s")
        super().__init__(*args, **kwargs)
        _offer_places(self, "xa", None)


class FilterForm(PortalForm):
    """The list's filters; the names are those of the address (`ListFilters`)."""

    q = forms.CharField(
        label="Tìm",
        required=False,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": "Tên, sản phẩm, mã số thuế, điện thoại",
                "autocomplete": "off",
            }
        ),
    )
    xa = forms.ChoiceField(label="Địa bàn", required=False)
    nhom = forms.ChoiceField(label="Nhóm ngành", required=False)
    loai = forms.ChoiceField(
        label="Loại hình", required=False, choices=[("", "Tất cả"), *LegalForm.choices]
    )
    tinh_trang = forms.ChoiceField(
        label="Tình trạng", required=False, choices=[("", "Tất cả"), *EstablishmentStatus.choices]
    )
    giai = forms.ChoiceField(
        label="Sản phẩm tiêu biểu", required=False, choices=[("", "Tất cả"), *AwardLevel.choices]
    )
    nguon = forms.ChoiceField(
        label="Nguồn số liệu", required=False, choices=[("", "Tất cả"), *DataSource.choices]
    )
    nganh = forms.ChoiceField(label="Ngành kinh tế (VSIC)", required=False)
    quy_mo = forms.ChoiceField(
        label="Quy mô lao động", required=False, choices=[("", "Tất cả"), *LabourSize.choices]
    )
    nhu_cau = forms.ChoiceField(label="Nhu cầu hỗ trợ", required=False)
    vao_tu = forms.DateField(label="Vào sổ từ ngày", required=False, widget=DayInput)
    sua_tu = forms.DateField(label="Cập nhật từ ngày", required=False, widget=DayInput)
    cu_truoc = forms.DateField(label="Chưa cập nhật từ ngày", required=False, widget=DayInput)
    khao_sat_tu = forms.DateField(label="Khảo sát từ ngày", required=False, widget=DayInput)
    chua_khao_sat = forms.DateField(label="Chưa khảo sát từ ngày", required=False, widget=DayInput)
    vi_tri = forms.ChoiceField(
        label="Vị trí trên bản đồ", required=False, choices=[("", "Tất cả"), *PointState.choices]
    )

    def __init__(self, *args, own_places=None, **kwargs):
        """`own_places` limits the places offered to those ids (a collaborator's); None is all."""
        kwargs.setdefault("auto_id", "loc-%s")
        super().__init__(*args, **kwargs)
        _offer_places(self, "xa", own_places)
        self.fields["nganh"].choices = _branch_choices()
        self.fields["nhu_cau"].choices = [
            ("", "Tất cả"),
            *NeedKind.objects.values_list("code", "label"),
        ]
        self.fields["nhom"].choices = [
            ("", "Tất cả"),
            *NetworkGroup.objects.values_list("code", "label"),
        ]

    @property
    def first_fields(self) -> list:
        """The two that most searches need."""
        return [self["q"], self["xa"]]

    @property
    def more_fields(self) -> list:
        return [self[name] for name in MORE_FILTERS]


def _branch_choices() -> list:
    """The divisions and classes in force that the catalogue holds, by code: a code finds all below it."""
    known = Industry.objects.filter(in_force_on(timezone.localdate())).order_by("code")
    return [
        ("", "Tất cả"),
        *((code, f"{code} – {label}") for code, label in known.values_list("code", "label")),
    ]


def filter_places(own_places):
    """The communes a filter offers, of every map; `own_places` limits them to those ids."""
    communes = Place.objects.communes()
    return communes if own_places is None else communes.filter(pk__in=own_places)


def _offer_places(form: forms.Form, name: str, own_places) -> None:
    """Places of a filter: a list, or where it would be too long a field to search in. One query."""
    few = list(
        filter_places(own_places)
        .order_by()
        .values_list("sort_key", "code", "pk", "name", "parent__name", "valid_to")[
            : LISTED_UP_TO + 1
        ]
    )
    if len(few) > LISTED_UP_TO:
        form.fields[name] = forms.CharField(
            label=form.fields[name].label, required=False, widget=PlaceSearchInput(every=True)
        )
    else:
        form.fields[name].choices = _place_choices(sorted(few, key=lambda place: place[:3]))


def _place_choices(places) -> list:
    """Communes of today's map, then those of older maps with the day they ended."""
    today, now, before = timezone.localdate(), [], []
    for _, _, pk, name, parent, valid_to in places:
        if valid_to is None or valid_to >= today:
            now.append((str(pk), name))
        else:
            of = f", {parent}" if parent else ""
            before.append((str(pk), f"{name}{of} (đến {valid_to:%d/%m/%Y})"))
    choices = [("", "Tất cả địa bàn"), ("Địa bàn hiện nay", now), ("Địa bàn cũ", before)]
    return [choice for choice in choices if choice[1]]
