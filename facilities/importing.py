"""Establishments from spreadsheets: what their columns are called, what a row must hold, and the
comparison with the book, the writing and the undoing, each for all rows at once.

The rules are those of the form (`facilities.rules`, `core.identifiers`) and of the actions: the
actor's places, one tax code once, look-alikes shown before anything is added.
"""

from collections.abc import Mapping
from functools import lru_cache
from io import StringIO

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from collaborators.queries import own_place_ids
from facilities import importing_sql, permissions, rules
from facilities.enums import FIRST_STATUSES, DataSource, EstablishmentStatus, LegalForm
from facilities.models import DuplicateCandidate, Establishment, Industry, NetworkGroup
from facilities.queries import places_to_add_in
from facilities.queries.lookalikes import bare_name
from khuyencong.core.exceptions import Conflict
from khuyencong.core.identifiers import format_phone, parse_phone, parse_tax_code
from khuyencong.core.models import Place, PlaceLineage, in_force_on
from khuyencong.core.numbers import format_scaled
from khuyencong.core.text import fold
from khuyencong.files.models import Attachment
from khuyencong.imports import progress
from khuyencong.imports.models import ImportJob
from khuyencong.imports.registry import Column, ImportKind
from khuyencong.imports.values import as_text, parse_number, parse_year

# Rows of the sheet that are added by one statement.
STRETCH = 10_000
# Foreign keys are checked after each statement: waiting for the end of the transaction, every row that
# a history trigger writes would go through all checks that wait (20,000 rows took minutes to remove).
CHECK_AT_ONCE = "SET CONSTRAINTS ALL IMMEDIATE"
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
        self.lengths = {
            name: Establishment._meta.get_field(name).max_length
            for name in ("name", "representative", "address", "main_products")
        }
        self.readers = {
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
                elif name in ("labour_total", "labour_female", "revenue_vnd"):
                    value = self._number(cell, scales.get(name, 1) if name == "revenue_vnd" else 1)
                else:
                    value = self.readers[name](cell)
            except ValueError as error:
                errors[name] = str(error)
            else:
                if value not in (None, ""):
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
        if "name" in data:
            data["_bare"], data["_fold"] = bare_name(data["name"]), fold(data["name"])
        return data, errors

    def _text(self, name: str, cell) -> str:
        text, longest = as_text(cell), self.lengths[name]
        if len(text) > longest:
            raise ValueError(f"Dài quá {longest} ký tự ({len(text)}).")
        return text

    @staticmethod
    def _number(cell, scale: int) -> int:
        value = parse_number(cell, scale)
        if value < 0:
            raise ValueError("Giá trị không được nhỏ hơn 0.")
        return value

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


def compare(user, job: ImportJob) -> None:
    """Set the state of the rows that are not wrong: against each other, then against the book."""
    everywhere = user.has_role(*permissions.WRITERS)
    given = {
        "job": job.pk,
        "own": [] if everywhere else sorted(own_place_ids(user)),
        "everywhere": everywhere,
        "sentence": rules.taken_elsewhere("?"),
    }
    with connection.cursor() as cursor:
        _load_candidates(cursor, job)
        for sql in importing_sql.COMPARE:
            cursor.execute(sql, given)
        cursor.execute("DROP TABLE kc_candidate")
        for sql in (importing_sql.TAKEN, importing_sql.CHANGES, *importing_sql.STATES):
            cursor.execute(sql, given)


def _load_candidates(cursor, job: ImportJob) -> None:
    """The book's establishments of the communes in the sheet, with their bare names, in a table of
    this transaction: the rule of `bare_name` stands in one place."""
    cursor.execute(importing_sql.CANDIDATE_TABLE, {"job": job.pk})
    cursor.execute(importing_sql.CANDIDATES_OF_JOB)
    last = 0
    while True:
        cursor.execute(importing_sql.CANDIDATE_NAMES, [last])
        rows = cursor.fetchall()
        if not rows:
            break
        last = rows[-1][0]
        lines = "".join(f"{pk}\t{bare_name(name)}\t{fold(name)}\n" for pk, name in rows)
        cursor.copy_expert("COPY kc_candidate_key FROM STDIN", StringIO(lines))
    cursor.execute(importing_sql.CANDIDATES_KEYED)


def apply(user, job: ImportJob) -> dict:
    """Write the rows of a checked import; counts by what was done. Raises Conflict where a record
    changed since it was compared."""
    given = {
        "job": job.pk,
        "at": job.applied_at,
        "today": timezone.localdate(),
        "user": user.pk,
        "source": DataSource.IMPORT.value,
        "own": sorted(own_place_ids(user)),
        "everywhere": user.has_role(*permissions.WRITERS),
    }
    with connection.cursor() as cursor:
        cursor.execute(CHECK_AT_ONCE)
        # Doubtful rows that a person said are the book's are compared now, like the others.
        cursor.execute(importing_sql.LOCK_TARGETS, given)
        cursor.execute(importing_sql.CHANGES_DECIDED, given)
        _check_decided(cursor, given)
        cursor.execute(importing_sql.MOVED_ON, given)
        if moved := cursor.fetchone()[0]:
            raise Conflict(
                f"{moved} cơ sở đã được người khác sửa từ khi anh/chị xem trước, nên chưa ghi gì. "
                "Anh/chị bấm “Kiểm tra lại” rồi xem lại các dòng."
            )
        cursor.execute(importing_sql.NOT_ALLOWED_NOW, given)
        if outside := cursor.fetchone()[0]:
            raise Conflict(
                f"{outside} dòng không còn thuộc địa bàn anh/chị phụ trách, nên chưa ghi gì. "
                "Anh/chị bấm “Kiểm tra lại”."
            )
        cursor.execute(importing_sql.NUMBER_NEW, given)
        added = _insert_new(cursor, job, given)
        cursor.execute(importing_sql.UPDATE_CHANGED, given)
        changed = cursor.rowcount
        cursor.execute(importing_sql.MARK_CHANGED, given)
        cursor.execute(importing_sql.COUNT_REST, given)
        unchanged, skipped, left_out = cursor.fetchone()
    return {
        "added": added,
        "changed": changed,
        "unchanged": unchanged,
        "skipped": skipped,
        "left_out": left_out,
    }


def _insert_new(cursor, job: ImportJob, given: dict) -> int:
    """Add the new establishments, a stretch of the sheet at a time so that the page can tell how far
    it is; returns how many."""
    insert, defaults = importing_sql.insert_new(connection)
    numbers = job.rows.aggregate(first=Min("number"), last=Max("number"))
    first, last, added = numbers["first"] or 0, numbers["last"] or -1, 0
    for start in range(first, last + 1, STRETCH):
        stretch = {"from": start, "to": start + STRETCH - 1}
        cursor.execute(insert, {**defaults, **given, **stretch})
        added += cursor.rowcount
        progress.tell(job.pk, min(last, stretch["to"]) - first + 1, last - first + 1)
    return added


def _check_decided(cursor, given) -> None:
    """Raise Conflict where decisions on single rows do not go together."""
    cursor.execute(importing_sql.TWICE, given)
    if twice := cursor.fetchone():
        raise Conflict(
            f"Các dòng {twice[0]} cùng nói về một cơ sở; anh/chị chọn lại, chỉ giữ một dòng."
        )
    cursor.execute(importing_sql.LABOUR_DECIDED, given)
    if number := cursor.fetchone()[0]:
        raise Conflict(
            f"Dòng {number}: cùng với số liệu trong sổ thì lao động nữ nhiều hơn tổng số lao động."
        )


def undo(user, job: ImportJob) -> tuple[int, list]:
    """Take an import back; (records taken back, [(row number, name, why it stayed)])."""
    given = {"job": job.pk, "at": job.applied_at, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(CHECK_AT_ONCE)
        cursor.execute(importing_sql.RESULTS, given)
        cursor.execute(importing_sql.LOCK_RESULTS)
        cursor.execute(importing_sql.KEEP_CHANGED, given)
        _keep_used(cursor)
        cursor.execute(importing_sql.KEPT)
        kept = [[number, name, _why(keep, at)] for number, name, keep, at in cursor.fetchall()]
        cursor.execute(importing_sql.FORGET_OPEN_PAIRS)
        cursor.execute(importing_sql.UNDO_CHANGED, given)
        count = cursor.rowcount
        cursor.execute(importing_sql.UNDO_NEW)
        count += cursor.rowcount
        cursor.execute("DROP TABLE kc_result")
    return count, kept


def _why(keep: str, changed_at) -> str:
    """Why a record stays when its import is taken back."""
    if keep == "changed":
        return f"đã được sửa lúc {timezone.localtime(changed_at):%H:%M ngày %d/%m/%Y}"
    return "đã có sản phẩm, hồ sơ hoặc số liệu khác gắn với cơ sở này"


def _keep_used(cursor) -> None:
    """Mark the establishments that an import added and something else points to since."""
    for relation in Establishment._meta.related_objects:
        model = relation.related_model
        field = relation.field
        if not model._meta.managed or not getattr(field, "db_constraint", True):
            continue
        if relation.many_to_many:
            table, column = relation.through._meta.db_table, field.m2m_reverse_name()
        else:
            table, column = model._meta.db_table, field.column
        only = "t.state <> 'open'" if model is DuplicateCandidate else "TRUE"
        cursor.execute(importing_sql.keep_used_by(table, column, only))
    owner = ContentType.objects.get_for_model(Establishment).pk
    papers = Attachment._meta.db_table
    cursor.execute(importing_sql.keep_used_by(papers, "owner_id", "t.owner_type_id = %s"), [owner])


def words_of(user, rows) -> None:
    """Give each row what the page shows: `title`, `words` of the changes, `alike`."""
    words = _Words(rows)
    for row in rows:
        row.title = row.data.get("name") or next((text for text in row.raw if text), "")
        row.words = [
            (LABELS[name], words.of(name, old), words.of(name, new))
            for name, (old, new) in row.changes.items()
        ]
        row.faults = [(LABELS.get(name, name), sentence) for name, sentence in row.errors.items()]
        row.alike = [
            words.establishments[pk] for pk in row.candidates if pk in words.establishments
        ]
        row.target = words.establishments.get(row.target_id)
        row.facts = ", ".join(
            text
            for text in (
                words.of("place", row.data.get("place")),
                row.data.get("address", ""),
                row.data.get("tax_code", ""),
                format_phone(row.data.get("phone", "")),
            )
            if text
        )


class _Words:
    """Stored values as people read them; what they refer to is loaded for all rows at once."""

    def __init__(self, rows):
        ids = {pk for row in rows for pk in (*row.candidates, row.target_id) if pk}
        self.establishments = Establishment.objects.select_related("place").in_bulk(ids)
        places = {row.data.get("place") for row in rows}
        places |= {v for row in rows for v in row.changes.get("place", ())}
        self.places = Place.objects.in_bulk([pk for pk in places if pk])
        self.groups = NetworkGroup.objects.in_bulk() if rows else {}
        industries = {v for row in rows for v in row.changes.get("industry", ()) if v}
        self.industries = Industry.objects.in_bulk(industries)

    def of(self, name: str, value) -> str:
        if value is None or value == "":
            return "" if name == "place" else "(trống)"
        if name in ("place", "network_group", "industry"):
            known = {"place": self.places, "network_group": self.groups}.get(name, self.industries)
            return str(known.get(value, ""))
        if name == "legal_form":
            return LegalForm(value).label
        if name == "status":
            return EstablishmentStatus(value).label
        if name == "phone":
            return format_phone(value)
        if name == "founded_year":
            return str(value)
        return format_scaled(value) if isinstance(value, int) else str(value)


def _communes(user) -> list[str]:
    return list(places_to_add_in(user).values_list("name", flat=True))


COLUMNS = (
    Column(
        "name", "Tên cơ sở",
        ("tên cơ sở sản xuất", "tên doanh nghiệp", "tên cơ sở công nghiệp nông thôn", "tên đơn vị", "tên hộ",
         "cơ sở", "tên cơ sở cnnt", "tên cơ sở, doanh nghiệp", "doanh nghiệp", "tên công ty", "tên hộ kinh doanh",
         "tên cơ sở doanh nghiệp", "tên cơ sở sx", "đơn vị", "họ tên chủ hộ", "tên cơ sở kinh doanh"),
        required=True, example="Cơ sở bánh tráng Hoa Sen (minh họa)",
    ),
    Column("legal_form", "Loại hình",
           ("loại hình doanh nghiệp", "loại hình kinh doanh", "hình thức", "loại hình tổ chức", "loại hình cơ sở",
            "hình thức tổ chức", "loại hình hoạt động"),
           example="Hộ kinh doanh", choices=lambda user: LegalForm.labels),
    Column("tax_code", "Mã số thuế", ("mst", "mã thuế", "mã số thuế đkkd", "mã số doanh nghiệp", "ms thuế",
                                      "số định danh", "mã số thuế cccd"), example="0100109106"),
    Column("representative", "Người đại diện",
           ("chủ cơ sở", "họ tên chủ cơ sở", "người đại diện pháp luật", "đại diện", "chủ hộ", "giám đốc", "họ và tên",
            "họ và tên chủ cơ sở", "tên chủ cơ sở", "chủ doanh nghiệp", "đại diện pháp luật", "người liên hệ"),
           example=""),
    Column("phone", "Điện thoại", ("số điện thoại", "sđt", "đt", "điện thoại liên hệ", "sdt", "số đt",
                                   "di động", "điện thoại di động"), example="0912 345 678"),
    Column("place", "Xã, phường",
           ("xã", "phường", "xã phường", "xã phường thị trấn", "địa bàn", "xã, phường, đặc khu", "tên xã", "đơn vị hành chính"),
           choices=_communes),
    Column("address", "Địa chỉ", ("địa chỉ sản xuất", "nơi sản xuất", "ấp", "khu phố", "thôn", "địa điểm", "trụ sở",
                                  "địa chỉ cơ sở", "địa điểm sản xuất", "địa chỉ trụ sở", "ấp khu phố", "thôn ấp"),
           example="Ấp Hải Sơn"),
    Column("network_group", "Nhóm ngành", ("nhóm nghề", "nhóm ngành nghề", "ngành nghề", "lĩnh vực", "nhóm"),
           choices=lambda user: list(NetworkGroup.objects.values_list("label", flat=True))),
    Column("industry", "Mã ngành (VSIC)", ("mã ngành", "vsic", "ngành kinh tế", "mã vsic", "mã ngành kinh tế",
                                           "ngành (vsic)", "ngành kinh tế (vsic)")),
    Column("main_products", "Sản phẩm chính", ("sản phẩm", "mặt hàng", "sản phẩm sản xuất", "mặt hàng sản xuất",
                                               "tên sản phẩm", "sản phẩm chủ yếu", "ngành nghề sản xuất"),
           example="bánh tráng, bún khô"),
    Column("founded_year", "Năm thành lập", ("năm hoạt động", "năm bắt đầu hoạt động", "năm tl", "ngày thành lập",
                                             "năm đăng ký", "thành lập năm"), example=1998),
    Column("labour_total", "Tổng số lao động",
           ("lao động", "số lao động", "lao động tổng số", "số lđ", "tổng lao động", "lao động – tổng", "tổng số",
            "lao động tổng", "tổng lđ", "số lao động tổng số", "số lao động tổng", "lao động tổng cộng"),
           example=12),
    Column("labour_female", "Trong đó lao động nữ",
           ("lao động nữ", "nữ", "trong đó nữ", "lao động trong đó nữ", "số lao động nữ", "lđ nữ",
            "số lao động trong đó nữ", "số lao động nữ", "tr đó nữ"), example=7),
    Column("revenue_vnd", "Doanh thu năm gần nhất (triệu đồng)",
           ("doanh thu", "doanh thu năm gần nhất", "doanh thu năm", "tổng doanh thu", "doanh số"),
           money=True, example="1.250,5"),
    Column("status", "Tình trạng", ("tình trạng hoạt động", "trạng thái", "hiện trạng", "hoạt động"),
           example="Đang hoạt động", choices=lambda user: [status.label for status in FIRST_STATUSES]),
    Column("note", "Ghi chú", ("ghi chú khác", "chú thích")),
)  # fmt: skip
LABELS = {column.name: column.label.split(" (triệu")[0] for column in COLUMNS}

ESTABLISHMENTS = ImportKind(
    code="facilities.establishments",
    title="Nhập cơ sở từ bảng tính",
    noun="cơ sở",
    columns=COLUMNS,
    check_can_import=permissions.check_can_write,
    places_for=places_to_add_in,
    checker=EstablishmentChecker,
    compare=compare,
    apply=apply,
    undo=undo,
    words_of=words_of,
    list_url_name="facilities:list",
)
