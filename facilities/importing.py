"""Establishments from spreadsheets: the comparison with the book, the writing and the undoing, each
for all rows at once, and the words of the page.

What columns are called stands in `importing_columns`, what a row must hold in `importing_rows`. The
rules are those of the actions too: the actor's places, one tax code once, look-alikes shown before
anything is added.
"""

from datetime import date
from decimal import Decimal
from io import StringIO

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from collaborators.queries import own_place_ids
from facilities import importing_particulars, importing_sql, permissions, rules
from facilities.enums import (
    ConsentMeans,
    DataSource,
    EstablishmentStatus,
    LegalForm,
    Market,
)
from facilities.importing_columns import COLUMNS, LABELS, ORDER, PARTICULARS
from facilities.importing_rows import EstablishmentChecker
from facilities.models import (
    DuplicateCandidate,
    Establishment,
    Industry,
    NeedKind,
    NetworkGroup,
)
from facilities.queries import places_to_add_in
from facilities.queries.lookalikes import bare_name
from khuyencong.core.exceptions import Conflict
from khuyencong.core.identifiers import format_phone
from khuyencong.core.models import Place
from khuyencong.core.numbers import format_scaled, format_vnd
from khuyencong.core.text import fold
from khuyencong.files.models import Attachment
from khuyencong.imports import progress
from khuyencong.imports.models import ImportJob
from khuyencong.imports.registry import ImportKind

# Rows of the sheet that are added by one statement.
STRETCH = 10_000
# Foreign keys are checked after each statement: waiting for the end of the transaction, every row that
# a history trigger writes would go through all checks that wait (20,000 rows took minutes to remove).
CHECK_AT_ONCE = "SET CONSTRAINTS ALL IMMEDIATE"


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
        cursor.execute(importing_sql.TAKEN, given)
        cursor.execute(importing_sql.CHANGES, given)
        importing_particulars.compare(cursor, job)
        for sql in importing_sql.STATES:
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
        importing_particulars.compare(cursor, job, decided=True)
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
        importing_particulars.add(cursor, job, given["at"])
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
    for sql, sentence in importing_sql.BOOK_FAULTS_DECIDED:
        cursor.execute(sql, given)
        if number := cursor.fetchone()[0]:
            raise Conflict(f"Dòng {number}: {sentence[0].lower()}{sentence[1:]}")


def undo(user, job: ImportJob) -> tuple[int, list]:
    """Take an import back; (records taken back, [(row number, name, why it stayed)])."""
    given = {"job": job.pk, "at": job.applied_at, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(CHECK_AT_ONCE)
        cursor.execute(importing_sql.RESULTS, given)
        cursor.execute(importing_sql.LOCK_RESULTS)
        cursor.execute(importing_sql.KEEP_CHANGED, given)
        importing_particulars.keep_used(cursor, job)
        _keep_used(cursor)
        cursor.execute(importing_sql.KEPT)
        kept = [[number, name, _why(keep, at)] for number, name, keep, at in cursor.fetchall()]
        cursor.execute(importing_sql.FORGET_OPEN_PAIRS)
        importing_particulars.remove(cursor)
        cursor.execute(importing_sql.UNDO_CHANGED, given)
        count = cursor.rowcount
        cursor.execute(importing_sql.UNDO_NEW)
        count += cursor.rowcount
        cursor.execute("DROP TABLE kc_result, kc_made")
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
        only = importing_particulars.not_made(model)
        if model is DuplicateCandidate:
            only = "t.state <> 'open'"
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
            for name, (old, new) in sorted(row.changes.items(), key=lambda item: ORDER[item[0]])
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
        self.need_kinds = NeedKind.objects.in_bulk() if rows else {}

    def of(self, name: str, value) -> str:
        if name in PARTICULARS:
            return importing_particulars.words(name, value or [], self.need_kinds)
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
        if name == "contact_consent_means":
            return ConsentMeans(value).label
        if name == "markets":
            return ", ".join(Market(market).label for market in value) or "(trống)"
        if name.endswith("_on"):
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        if name in ("latitude", "longitude"):
            return f"{Decimal(str(value)):f}".replace(".", ",")
        if name.endswith("_vnd"):
            return format_vnd(value)
        return format_scaled(value) if isinstance(value, int) else str(value)


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
