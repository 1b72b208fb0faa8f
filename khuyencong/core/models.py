"""Users and places: what every app stands on."""

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from khuyencong.core.enums import (
    CENTRE_ROLES,
    PlaceKind,
    PlaceLevel,
    Role,
    SuccessionKind,
)
from khuyencong.core.text import Fold, SortKey


class DateRange(Func):
    """SQL `daterange(from, to, '[]')`: both days belong to it, an empty end is open."""

    function = "daterange"

    def __init__(self, start: str, end: str):
        super().__init__(F(start), F(end), Value("[]"))


def in_force_on(day, prefix: str = "") -> Q:
    """Condition for rows with `valid_from`/`valid_to` (both inclusive, empty = open) in force on a day."""
    lower = Q(**{f"{prefix}valid_from__isnull": True}) | Q(**{f"{prefix}valid_from__lte": day})
    upper = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": day})
    return lower & upper


class UserManager(BaseUserManager):
    """Accounts by user name."""

    def create_user(self, username: str, password: str | None = None, **fields) -> "User":
        """Create an account; without a password nobody can log in to it."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields) -> "User":
        """Create an administrator (`manage.py createsuperuser`)."""
        fields.setdefault("display_name", username)
        return self.create_user(username, password, roles=[Role.ADMINISTRATOR], **fields)

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(username=username.strip().lower())


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """An account. Roles are the only permission system: no groups, no per-model permissions."""

    username = models.CharField(
        "Tên đăng nhập",
        max_length=60,
        unique=True,
        error_messages={"unique": "Tên đăng nhập này đã có người dùng."},
        validators=[
            RegexValidator(
                r"^[a-z0-9._-]+$",
                "Tên đăng nhập chỉ gồm chữ thường không dấu, số, dấu chấm, gạch nối.",
            )
        ],
    )
    display_name = models.CharField("Tên hiển thị", max_length=150)
    position = models.CharField("Chức vụ", max_length=150, blank=True)
    email = models.EmailField("Thư điện tử", blank=True)
    phone = models.CharField("Điện thoại", max_length=20, blank=True)
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role.choices),
        verbose_name="Vai trò",
        default=list,
        blank=True,
    )
    is_active = models.BooleanField("Đang hoạt động", default=True)
    must_change_password = models.BooleanField("Phải đổi mật khẩu khi đăng nhập", default=False)
    created_at = models.DateTimeField("Tạo lúc", default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = "tài khoản"
        verbose_name_plural = "tài khoản"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=Q(username=Lower("username")), name="user_name_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(roles__contained_by=list(Role.values)),
                name="user_roles_known",
            ),
        ]
        indexes = [GinIndex(fields=["roles"], name="user_roles")]

    def __str__(self) -> str:
        return self.display_name or self.username

    def has_role(self, *roles: Role) -> bool:
        """Whether the account holds any of the roles."""
        return any(role in self.roles for role in roles)

    @property
    def is_centre(self) -> bool:
        """Whether the whole province is open to this account, approved or not."""
        return self.has_role(*CENTRE_ROLES)

    @property
    def role_labels(self) -> list[str]:
        return [Role(role).label for role in self.roles]

    # What Django's own admin site asks for: administrators have all of it, nobody else anything.
    @property
    def is_staff(self) -> bool:
        return self.is_active and self.has_role(Role.ADMINISTRATOR)

    is_superuser = is_staff

    def has_perm(self, perm: str, obj=None) -> bool:
        return self.is_staff

    def has_perms(self, perm_list, obj=None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class PlaceQuerySet(models.QuerySet):
    """Filters usable on any set of places."""

    def in_force_on(self, day) -> "PlaceQuerySet":
        """Units that exist on a day: the map of that day."""
        return self.filter(in_force_on(day))

    def communes(self) -> "PlaceQuerySet":
        return self.filter(level=PlaceLevel.COMMUNE)

    def in_vietnamese_order(self) -> "PlaceQuerySet":
        return self.order_by("sort_key", "code")


@pghistory.track(exclude=["folded", "sort_key"])
class Place(models.Model):
    """One state of an administrative unit: name, kind and parent are constant over its dates.

    Official codes are reused with another meaning, so a code alone is never a key: the pair
    (level, code) names one unit per day. A change of name, kind or parent is a new row and a
    Succession.
    """

    code = models.CharField("Mã", max_length=10)
    name = models.CharField("Tên", max_length=120)
    kind = models.CharField("Loại đơn vị", max_length=15, choices=PlaceKind.choices)
    level = models.CharField("Cấp", max_length=10, choices=PlaceLevel.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="Trực thuộc",
    )
    province = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Tỉnh, thành phố",
        help_text="Để trống nếu chính là đơn vị cấp tỉnh.",
    )
    valid_from = models.DateField(
        "Có từ ngày",
        null=True,
        blank=True,
        help_text="Để trống: từ trước khi có số liệu.",
    )
    valid_to = models.DateField(
        "Đến hết ngày", null=True, blank=True, help_text="Để trống: đang tồn tại."
    )
    latitude = models.DecimalField("Vĩ độ", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(
        "Kinh độ", max_digits=9, decimal_places=6, null=True, blank=True
    )
    area_km2 = models.DecimalField(
        "Diện tích (km²)", max_digits=9, decimal_places=2, null=True, blank=True
    )
    source = models.CharField("Nguồn", max_length=300, blank=True)
    folded = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )
    sort_key = models.GeneratedField(
        expression=SortKey("name"),
        output_field=models.CharField(max_length=250, db_collation="C"),
        db_persist=True,
    )

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = "đơn vị hành chính"
        verbose_name_plural = "đơn vị hành chính"
        ordering = ["code", "valid_from"]
        constraints = [
            ExclusionConstraint(
                name="place_code_once_a_day",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    ("level", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Mã này đã có đơn vị cùng cấp trong khoảng thời gian đó.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="place_dates_in_order"
            ),
            models.CheckConstraint(condition=Q(kind__in=PlaceKind.values), name="place_kind_known"),
            models.CheckConstraint(
                condition=Q(level__in=PlaceLevel.values), name="place_level_known"
            ),
        ]
        indexes = [models.Index(fields=["level", "sort_key"], name="place_level_order")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_current(self) -> bool:
        """Whether the unit exists today."""
        return self.valid_to is None or self.valid_to >= timezone.localdate()


@pghistory.track()
class Succession(models.Model):
    """One unit passing, whole or in part, into another on a day (a merger is several of these)."""

    predecessor = models.ForeignKey(
        Place, models.PROTECT, related_name="successions", verbose_name="Đơn vị cũ"
    )
    successor = models.ForeignKey(
        Place, models.PROTECT, related_name="origins", verbose_name="Đơn vị mới"
    )
    effective_on = models.DateField("Ngày hiệu lực")
    kind = models.CharField("Hình thức", max_length=15, choices=SuccessionKind.choices)
    is_whole = models.BooleanField(
        "Toàn bộ", default=True, help_text="Bỏ chọn khi chỉ một phần chuyển sang."
    )
    legal_basis = models.CharField("Căn cứ", max_length=300, blank=True)

    class Meta:
        verbose_name = "kế thừa đơn vị"
        verbose_name_plural = "kế thừa đơn vị"
        ordering = ["effective_on", "successor"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="succession_not_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class PlaceLineage(models.Model):
    """Flattened successions, each place with itself included: `place` became (part of) `successor`.

    Derived; rebuilt by `core.places.rebuild_lineage` whenever successions change. It lets a query
    put any old figure on a later map with one join.
    """

    place = models.ForeignKey(Place, models.CASCADE, related_name="lineage", verbose_name="Đơn vị")
    successor = models.ForeignKey(
        Place, models.CASCADE, related_name="lineage_origins", verbose_name="Trở thành"
    )
    is_whole = models.BooleanField("Toàn bộ", default=True)

    class Meta:
        verbose_name = "dòng kế thừa"
        verbose_name_plural = "dòng kế thừa"
        constraints = [models.UniqueConstraint(fields=["place", "successor"], name="lineage_once")]
        indexes = [models.Index(fields=["successor", "place"], name="lineage_back")]
