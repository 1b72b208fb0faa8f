"""What finding needs beside the registry: its words, saved views, pairs that may be one, merges."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from facilities.enums import DuplicateState
from facilities.words import LEADING_SQL
from khuyencong.core.enums import Role
from khuyencong.core.text import Fold


class BareName(Func):
    """SQL side of `words.bare_name`, with a blank in front: the folded name without what stands
    before it. The pattern is written into the statement, so that the index is recognised."""

    template = f"regexp_replace(%(expressions)s, '{LEADING_SQL}', ' ')"
    output_field = TextField()


def bare_name_of(column: str) -> BareName:
    """The bare name of a column as the index `establishment_by_bare_name` holds it."""
    return BareName(Concat(Value(" "), Fold(column), Value(" "), output_field=TextField()))


class Marks(Func):
    """The words of a record and, among them, what lists filter by (`f.` legal form, `s.` status, `g.`
    group), as PostgreSQL's text search indexes them: words and filters are then found together, by
    lists of rows that are intersected before any row is read. The literals are written into the
    statement, so that the index is recognised."""

    template = "array_to_tsvector(array_remove(string_to_array(%(expressions)s, ' '), ''))"
    arg_joiner = " || "
    output_field = SearchVectorField()

    def __init__(self, **extra):
        super().__init__(
            F("folded"),
            _Labelled(F("legal_form"), mark="f"),
            _Labelled(F("status"), mark="s"),
            _Labelled(F("network_group"), mark="g"),
            **extra,
        )


class _Labelled(Func):
    """A value as a word of its own: ` f.household`; of nothing ` f.`."""

    template = "' %(mark)s.' || coalesce((%(expressions)s)::text, '')"
    output_field = TextField()


class SearchWord(models.Model):
    """A word of the registry's names and products, folded; what a misspelt search is corrected by.

    No numbers: they would be telephones and tax codes. Filled by `actions.refresh_words`.
    """

    word = models.CharField("Từ", max_length=20, unique=True)
    uses = models.PositiveIntegerField("Số cơ sở", default=0)

    class Meta:
        verbose_name = "từ trong sổ"
        verbose_name_plural = "từ trong sổ"
        ordering = ["word"]
        indexes = [
            GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="search_word_trigrams"),
        ]

    def __str__(self) -> str:
        return self.word


class SavedView(models.Model):
    """A list's filters under a name, for its owner alone or for everybody of some roles."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người lưu"
    )
    name = models.CharField("Tên", max_length=80)
    query = models.CharField("Bộ lọc", max_length=1000)
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role.choices),
        default=list,
        blank=True,
        verbose_name="Dùng chung cho",
    )
    created_at = models.DateTimeField("Lưu lúc", default=timezone.now)

    class Meta:
        verbose_name = "bộ lọc đã lưu"
        verbose_name_plural = "bộ lọc đã lưu"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_view_name_once",
                violation_error_message="Anh/chị đã có bộ lọc tên này.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class DuplicateCandidate(models.Model):
    """Two establishments that may be one: how much speaks for it (0 to 100), and why, in words."""

    first = models.ForeignKey(
        "facilities.Establishment", models.PROTECT, related_name="+", verbose_name="Cơ sở thứ nhất"
    )
    second = models.ForeignKey(
        "facilities.Establishment", models.PROTECT, related_name="+", verbose_name="Cơ sở thứ hai"
    )
    score = models.PositiveSmallIntegerField("Điểm giống nhau")
    reasons = ArrayField(models.CharField(max_length=200), verbose_name="Vì sao")
    state = models.CharField(
        "Trạng thái",
        max_length=15,
        choices=DuplicateState.choices,
        default=DuplicateState.OPEN,
    )
    found_at = models.DateTimeField("Tìm thấy lúc", default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Người quyết định",
    )
    decided_at = models.DateTimeField("Quyết định lúc", null=True, blank=True)

    class Meta:
        verbose_name = "cặp có thể trùng"
        verbose_name_plural = "cặp có thể trùng"
        ordering = ["-score", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DuplicateState.values), name="duplicate_state_known"
            ),
        ]
        indexes = [models.Index(fields=["state", "-score", "id"], name="duplicate_open_first")]

    def __str__(self) -> str:
        return f"{self.first} – {self.second}"


class DuplicateSearch(models.Model):
    """A run of the nightly search for duplicates: it looked at what had changed up to `until`."""

    until = models.DateTimeField("Đã xét thay đổi đến")
    pairs_found = models.PositiveIntegerField("Số cặp tìm thấy", default=0)
    ran_at = models.DateTimeField("Chạy lúc", default=timezone.now)

    class Meta:
        verbose_name = "lần tìm trùng"
        verbose_name_plural = "các lần tìm trùng"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.ran_at):%d/%m/%Y %H:%M}"


class MergeRecord(models.Model):
    """One merge of two records: what was chosen, what was there before, what was moved.

    `former` holds the survivor's values before, `written` those the merge wrote, by field;
    `moved` the keys of the rows that each mover moved. Enough to undo it.
    """

    survivor = models.ForeignKey(
        "facilities.Establishment",
        models.PROTECT,
        related_name="merges",
        verbose_name="Hồ sơ giữ lại",
    )
    merged = models.ForeignKey(
        "facilities.Establishment",
        models.PROTECT,
        related_name="merged_away",
        verbose_name="Hồ sơ được hợp nhất",
    )
    former = models.JSONField("Giá trị trước", default=dict, encoder=DjangoJSONEncoder)
    written = models.JSONField("Giá trị ghi", default=dict, encoder=DjangoJSONEncoder)
    former_status = models.JSONField(
        "Tình trạng trước của hồ sơ được hợp nhất", default=dict, encoder=DjangoJSONEncoder
    )
    moved = models.JSONField("Đã chuyển", default=dict, encoder=DjangoJSONEncoder)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người hợp nhất"
    )
    created_at = models.DateTimeField("Hợp nhất lúc", default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Người hoàn tác",
    )
    undone_at = models.DateTimeField("Hoàn tác lúc", null=True, blank=True)

    class Meta:
        verbose_name = "lần hợp nhất"
        verbose_name_plural = "các lần hợp nhất"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at__isnull=True),
                name="merge_standing_once",
            ),
            models.CheckConstraint(condition=~Q(survivor=F("merged")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.survivor}"
