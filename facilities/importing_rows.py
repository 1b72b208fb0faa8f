"""Reads the rows of a sheet of establishments one by one: what each says, and its faults.

The rules are those of the form (`facilities.rules`, `core.identifiers`).
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from django.utils import timezone

from facilities import importing_values, permissions, rules
from facilities.enums import FIRST_STATUSES, EstablishmentStatus, LegalForm, Market
from facilities.importing_sql import EXPORT_SENTENCE
from facilities.models import Establishment, Industry, NeedKind, NetworkGroup
from facilities.queries import places_to_add_in
from facilities.queries.lookalikes import bare_name
from khuyencong.core.identifiers import parse_phone, parse_tax_code
from khuyencong.core.models import Place, PlaceLineage, in_force_on
from khuyencong.core.numbers import MAX_STORED
from khuyencong.core.text import fold
from khuyencong.imports.models import ImportJob
from khuyencong.imports.values import as_text, parse_number, parse_year

# Texts as they are, by field of the record or of a row of its own.
TEXTS = (
    "name", "representative", "address", "main_products", "representative_position", "craft_village",
    "household_licence_number", "household_licence_issuer", "fuel_use", "export_countries",
)  # fmt: skip
NUMBERS = {
    "labour_total": rules.MAX_COUNT,
    "labour_female": rules.MAX_COUNT,
    "labour_seasonal": rules.MAX_LABOUR,
    "revenue_vnd": MAX_STORED,
    "capital_vnd": MAX_STORED,
    "assets_vnd": MAX_STORED,
    "need_cost": MAX_STORED,
    "electricity_kwh": rules.MAX_COUNT,
}
READERS = {
    "email": importing_values.read_email,
    "website": importing_values.read_website,
    "contact_consent_on": importing_values.read_day,
    "contact_consent_means": importing_values.read_means,
    "household_licence_on": importing_values.read_day,
    "point": importing_values.read_point,
    "latitude": importing_values.read_latitude,
    "longitude": importing_values.read_longitude,
    "markets": importing_values.read_markets,
    "product": importing_values.read_products,
    "certificates": importing_values.read_certificates,
    "machines": importing_values.read_machines,
    "figure_year": importing_values.read_past_year,
    "need_year": importing_values.read_wished_year,
    # Read once it is known what they belong to.
    "capacity": lambda cell: cell,
    "output": lambda cell: cell,
    "capacity_unit": lambda cell: as_text(cell)[:30],
    "output_unit": lambda cell: as_text(cell)[:30],
    "need": lambda cell: as_text(cell)[:300],
}
NOT_YOURS = "{place} không thuộc địa bàn anh/chị đang phụ trách."

# Ways to write a legal form, folded; the longest that a text begins with counts.
_FORM_WORDS = {
    LegalForm.HOUSEHOLD: (
        "ho kinh doanh", "ho kinh doanh ca the", "hkd", "ho kd", "ho ca the", "ho gia dinh", "ho", "ca the",
        "co so", "hkdct", "ho sx", "ho san xuat", "kinh doanh ca the",
    ),
    LegalForm.COOPERATIVE_GROUP: ("to hop tac", "tht", "to hop tac san xuat"),
    LegalForm.COOPERATIVE: ("hop tac xa", "htx", "lien hiep hop tac xa"),
    LegalForm.PRIVATE_ENTERPRISE: ("doanh nghiep tu nhan", "dntn", "dn tu nhan"),
    LegalForm.LIMITED_COMPANY: (
        "cong ty tnhh", "tnhh", "cty tnhh", "ct tnhh", "cong ty trach nhiem huu han", "tnhh mtv",
        "cong ty tnhh mtv", "trach nhiem huu han",
    ),
    LegalForm.JOINT_STOCK_COMPANY: (
        "cong ty co phan", "cong ty cp", "cty cp", "ctcp", "cp", "co phan", "cty co phan",
    ),
    LegalForm.OTHER: ("loai hinh khac", "khac"),
    LegalForm.UNKNOWN: ("chua ro", "khong ro"),
}  # fmt: skip
_FORMS = sorted(
    ((words, form.value) for form, several in _FORM_WORDS.items() for words in several),
    key=lambda item: -len(item[0]),
)
_STATUS_WORDS = {
    EstablishmentStatus.ACTIVE: (
        "dang hoat dong", "hoat dong", "binh thuong", "con hoat dong", "hoat dong binh thuong", "x", "co",
    ),
    EstablishmentStatus.PAUSED: ("tam ngung", "tam ngung hoat dong", "tam nghi", "tam dung"),
    EstablishmentStatus.STOPPED: (
        "da ngung", "ngung", "ngung hoat dong", "da ngung hoat dong", "nghi", "giai the", "da giai the",
        "dong cua",
    ),
}  # fmt: skip
_STATUSES = {words: s.value for s, several in _STATUS_WORDS.items() for words in several}
_PLACE_KINDS = ("xa", "phuong", "thi tran", "dac khu", "tt", "p", "x")


class EstablishmentChecker:
    """Reads rows for one person and one import; what it looks up is loaded once."""

    def __init__(self, user, job: ImportJob):
        self.job_place = job.place
        self.places = _places_by_name(user)
        self.own = set(places_to_add_in(user).values_list("pk", flat=True))
        self.is_writer = user.has_role(*permissions.WRITERS)
        self.groups = {}
        for pk, code, label in NetworkGroup.objects.values_list("pk", "code", "label"):
            self.groups[fold(label)] = self.groups[fold(code)] = pk
        self.industries = dict(
            Industry.objects.filter(in_force_on(timezone.localdate())).values_list("code", "pk")
        )
        self.lengths = {name: Establishment._meta.get_field(name).max_length for name in TEXTS}
        self.need_kinds = {}
        for pk, code, label in NeedKind.objects.values_list("pk", "code", "label"):
            self.need_kinds[fold(label)] = self.need_kinds[fold(code)] = pk
        self.readers = {
            **READERS,
            "need_kind": self._need_kind,
            "legal_form": self._legal_form,
            "tax_code": self._tax_code,
            "phone": self._phone,
            "place": self._place,
            "network_group": self._group,
            "industry": self._industry,
            "founded_year": lambda cell: rules.check_founded_year(parse_year(cell)),
            "status": self._status,
            "note": lambda cell: as_text(cell)[:4000],
        }

    def check(self, cells: Mapping, scales: Mapping[str, int]) -> tuple[dict, dict]:
        """What a row says, in stored form and only what it does say, and its faults by field."""
        data, errors = {}, {}
        for name, cell in cells.items():
            if cell is None or (isinstance(cell, str) and not cell.strip()):
                continue
            try:
                if name in self.lengths:
                    value = self._text(name, cell)
                elif name in NUMBERS:
                    value = self._number(cell, scales.get(name, 1), NUMBERS[name])
                else:
                    value = self.readers[name](cell)
            except ValueError as error:
                errors[name] = str(error)
            else:
                if value not in (None, "", []):
                    data[name] = value
        if "name" not in data and "name" not in errors:
            errors["name"] = "Thiếu tên cơ sở."
        if "place" not in data and "place" not in errors:
            if self.job_place is None:
                errors["place"] = "Thiếu xã, phường."
            else:
                data["place"] = self.job_place.pk
        wrong = rules.labour_errors(data.get("labour_total"), data.get("labour_female"))
        if "labour_total" in cells:
            errors = {**wrong, **errors}
        for rule in (self._whole_point, self._whole_consent, self._export, self._add_products):
            rule(data, errors)
        for rule in (self._add_figure, self._add_need):
            rule(data, errors)
        if "name" in data:
            data["_bare"], data["_fold"] = bare_name(data["name"]), fold(data["name"])
        return data, errors

    def _text(self, name: str, cell) -> str:
        text, longest = as_text(cell), self.lengths[name]
        if len(text) > longest:
            raise ValueError(f"Dài quá {longest} ký tự ({len(text)}).")
        return text

    @staticmethod
    def _number(cell, scale: int, most: int) -> int:
        value = parse_number(cell, scale)
        if value < 0:
            raise ValueError("Giá trị không được nhỏ hơn 0.")
        if value > most:
            raise ValueError("Giá trị lớn quá mức có thể; anh/chị kiểm tra lại đơn vị tính.")
        return value

    def _need_kind(self, cell) -> int:
        text = as_text(cell)
        if fold(text) not in self.need_kinds:
            raise ValueError(f"“{text[:60]}” không có trong danh mục loại nhu cầu hỗ trợ.")
        return self.need_kinds[fold(text)]

    @staticmethod
    def _whole_point(data: dict, errors: dict) -> None:
        if point := data.pop("point", None):
            data["latitude"], data["longitude"] = point
        for name, other in (("latitude", "longitude"), ("longitude", "latitude")):
            if name in data and other not in data and other not in errors:
                errors[other] = "Vị trí phải có cả vĩ độ và kinh độ."

    @staticmethod
    def _whole_consent(data: dict, errors: dict) -> None:
        names = ("contact_consent_on", "contact_consent_means")
        for name, other in (names, names[::-1]):
            if name in data and other not in data and other not in errors:
                errors[other] = "Ghi cả ngày và hình thức đồng ý."

    @staticmethod
    def _export(data: dict, errors: dict) -> None:
        if "export_countries" in data and Market.EXPORT not in data.get("markets", ()):
            errors.setdefault("markets", EXPORT_SENTENCE)

    @staticmethod
    def _add_products(data: dict, errors: dict) -> None:
        """The products, the only one with the capacity of the row."""
        products = data.pop("product", [])
        amount, unit = data.pop("capacity", None), data.pop("capacity_unit", "")
        main = data.get("main_products", "")
        if amount is not None and not products and not re.search("[,;]", main):
            products = importing_values.read_products(main)
        if amount is not None and len(products) != 1:
            errors["capacity"] = (
                "Công suất là của một sản phẩm; ghi đúng một tên ở cột “Sản phẩm có công suất”."
            )
        elif amount is not None:
            try:
                value, unit = importing_values.read_amount(amount, unit)
            except ValueError as error:
                errors["capacity"] = str(error)
            else:
                products[0] |= {"capacity_value": value, "capacity_unit": unit}
        if products:
            data["products"] = products

    @staticmethod
    def _add_figure(data: dict, errors: dict) -> None:
        """The figures of the year that the sheet names, from the row's own cells."""
        year = data.pop("figure_year", None)
        output, unit = data.pop("output", None), data.pop("output_unit", "")
        if year is None:
            if output is not None and "figure_year" not in errors:
                errors["figure_year"] = "Ghi năm của sản lượng ở cột “Năm của số liệu”."
            return
        figure = {"output_value": None, "output_unit": "", "output_text": ""}
        if output is not None:
            try:
                figure["output_value"], figure["output_unit"] = importing_values.read_amount(
                    output, unit
                )
            except ValueError:
                figure["output_text"] = as_text(output)[:200]
        figure |= {
            "revenue_vnd": data.get("revenue_vnd"),
            "labour": data.get("labour_total"),
            "electricity_kwh": data.get("electricity_kwh"),
        }
        if any(value not in (None, "") for value in figure.values()):
            data["figures"] = [{"year": year, **figure}]

    @staticmethod
    def _add_need(data: dict, errors: dict) -> None:
        """What support the establishment wishes; its kind must be known."""
        kind, what = data.pop("need_kind", None), data.pop("need", "")
        year, cost = data.pop("need_year", None), data.pop("need_cost", None)
        if kind is None:
            if what and "need_kind" not in errors:
                errors["need_kind"] = "Ghi loại nhu cầu hỗ trợ, theo danh sách của bảng mẫu."
            return
        data["needs"] = [{"kind": kind, "what": what, "wished_year": year, "estimated_vnd": cost}]

    @staticmethod
    def _tax_code(cell) -> str:
        text = as_text(cell)
        # A code kept as a number has lost the noughts in front.
        if isinstance(cell, int | float) and len(text) in (9, 11):
            text = f"0{text}"
        return parse_tax_code(text.lstrip("'"))

    @staticmethod
    def _phone(cell) -> str:
        text = as_text(cell).lstrip("'")
        if isinstance(cell, int | float) and not text.startswith(("0", "84", "18", "19")):
            text = f"0{text}"
        return parse_phone(text)

    @staticmethod
    @lru_cache(maxsize=512)
    def _form_of(folded: str) -> str:
        for words, form in _FORMS:
            if folded == words or folded.startswith(f"{words} "):
                return form
        return ""

    def _legal_form(self, cell) -> str:
        text = as_text(cell)
        form = self._form_of(fold(text))
        if not form:
            raise ValueError(
                f"“{text[:60]}” không phải là loại hình; ví dụ: {', '.join(LegalForm.labels[:6])}."
            )
        return form

    @staticmethod
    def _status(cell) -> str:
        text = as_text(cell)
        status = _STATUSES.get(fold(text))
        if not status:
            raise ValueError(
                f"“{text[:60]}” không phải là tình trạng; ghi một trong: "
                f"{', '.join(status.label for status in FIRST_STATUSES)}."
            )
        return status

    def _group(self, cell) -> int:
        text = as_text(cell)
        if fold(text) not in self.groups:
            raise ValueError(f"“{text[:60]}” không có trong danh mục nhóm ngành.")
        return self.groups[fold(text)]

    def _industry(self, cell) -> int:
        text = as_text(cell)
        code = text.split("–")[0].split("-")[0].strip()
        pk = self.industries.get(code) or self.industries.get(code.zfill(4))
        if pk is None:
            raise ValueError(f"“{text[:60]}” không phải là mã ngành kinh tế (VSIC) đang áp dụng.")
        return pk

    def _place(self, cell) -> int:
        text = as_text(cell)
        found = self.places.get(fold(text), set()) or self.places.get(_bare_place(text), set())
        if len(found) > 1 and self.job_place is not None and self.job_place.pk in found:
            found = {self.job_place.pk}
        if not found:
            raise ValueError(f"Không có xã, phường nào tên “{text[:60]}”.")
        if len(found) > 1:
            raise ValueError(
                f"Có {len(found)} xã, phường tên “{text[:60]}”; ghi đủ cả loại và tên, ví dụ “Xã Long Sơn”."
            )
        (pk,) = found
        if not self.is_writer and pk not in self.own:
            raise ValueError(NOT_YOURS.format(place=text[:60]))
        return pk


def _bare_place(text: str) -> str:
    folded = fold(text)
    for kind in _PLACE_KINDS:
        if folded.startswith(f"{kind} "):
            return folded.removeprefix(f"{kind} ")
    return folded


def _places_by_name(user) -> dict[str, set[int]]:
    """Folded name, with and without its kind → communes of today; an old name means its unit.

    A collaborator's own names come first; the others are known too, so that a row of another
    commune is told what is wrong with it.
    """
    names: dict[str, set[int]] = {}
    today = set()
    for pk, name in (
        Place.objects.communes().in_force_on(timezone.localdate()).values_list("pk", "name")
    ):
        today.add(pk)
        for key in (fold(name), _bare_place(name)):
            names.setdefault(key, set()).add(pk)
    whole = PlaceLineage.objects.filter(is_whole=True, successor__in=today).exclude(place__in=today)
    for name, pk in whole.values_list("place__name", "successor"):
        for key in (fold(name), _bare_place(name)):
            if not names.get(key, set()) - {pk} or key not in names:
                names.setdefault(key, set()).add(pk)
    own = set(places_to_add_in(user).values_list("pk", flat=True))
    if not user.has_role(*permissions.WRITERS):
        names = {key: (found & own) or found for key, found in names.items()}
    return names
