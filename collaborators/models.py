"""The network: collaborators, the decisions that name them, and their dated assignments."""

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from khuyencong.core.models import DateRange, Place, in_force_on


@pghistory.track()
class AppointmentDecision(models.Model):
    """A decision that sets up or changes the network (quyết định công nhận)."""

    number = models.CharField("Số, ký hiệu", max_length=60, unique=True)
    signed_on = models.DateField("Ngày ký")
    issued_by = models.CharField("Cơ quan ban hành", max_length=200)
    subject = models.CharField("Trích yếu", max_length=300)

    class Meta:
        verbose_name = "quyết định"
        verbose_name_plural = "quyết định"
        ordering = ["-signed_on"]

    def __str__(self) -> str:
        return f"{self.number} ngày {self.signed_on:%d/%m/%Y}"


@pghistory.track()
class Collaborator(models.Model):
    """A collaborator (cộng tác viên khuyến công), with or without an account."""

    title = models.CharField(
        "Tên gọi", max_length=150, help_text="Theo chức năng, ví dụ “CTV xã Long Sơn”."
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="collaborator",
        verbose_name="Tài khoản",
    )
    main_job = models.CharField("Chức vụ kiêm nhiệm", max_length=150, blank=True)
    phone = models.CharField("Điện thoại", max_length=20, blank=True)
    is_illustration = models.BooleanField("Dữ liệu minh họa", default=False)

    class Meta:
        verbose_name = "cộng tác viên"
        verbose_name_plural = "cộng tác viên"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class AssignmentQuerySet(models.QuerySet):
    """Filters usable on any set of assignments."""

    def in_force_on(self, day) -> "AssignmentQuerySet":
        return self.filter(in_force_on(day))

    def principal(self) -> "AssignmentQuerySet":
        return self.filter(is_principal=True)


@pghistory.track()
class Assignment(models.Model):
    """A collaborator in charge of a place between two dates (both inclusive).

    A place has at most one principal collaborator per day (exclusion constraint); the principal
    assignments in force on a due date are the denominator of the reporting rate.
    """

    collaborator = models.ForeignKey(
        Collaborator,
        models.PROTECT,
        related_name="assignments",
        verbose_name="Cộng tác viên",
    )
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="assignments", verbose_name="Địa bàn"
    )
    is_principal = models.BooleanField("Phụ trách chính", default=True)
    valid_from = models.DateField("Từ ngày")
    valid_to = models.DateField("Đến hết ngày", null=True, blank=True)
    decision = models.ForeignKey(
        AppointmentDecision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name="Quyết định",
    )
    is_illustration = models.BooleanField("Dữ liệu minh họa", default=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "phân công địa bàn"
        verbose_name_plural = "phân công địa bàn"
        ordering = ["-valid_from"]
        constraints = [
            ExclusionConstraint(
                name="one_principal_per_place_and_day",
                expressions=[
                    ("place", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_principal=True),
                violation_error_message="Địa bàn này đã có cộng tác viên phụ trách chính trong khoảng thời gian đó.",
            ),
            ExclusionConstraint(
                name="one_assignment_per_collaborator_place_and_day",
                expressions=[
                    ("collaborator", RangeOperators.EQUAL),
                    ("place", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Cộng tác viên này đã được phân công địa bàn đó trong khoảng thời gian trùng.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="assignment_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collaborator} – {self.place}"
