"""Forms as data: what report forms and questionnaires share.

A form has versions; a version has parts; a part has indicators (figures, one per dimension member)
or columns (rows); rules are declared once. A version in use is frozen by trigger.
"""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from khuyencong.forms_as_data.enums import (
    ColumnKind,
    FormStatus,
    PartKind,
    RuleKind,
    Severity,
)

CODE_PATTERN = r"^[a-z0-9_]+$"


def frozen_with_version(name: str) -> pgtrigger.Trigger:
    """Trigger that refuses any change to the contents of a version that is not a draft."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("row_version", "bigint")],
        func="""
            row_version := CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
            IF EXISTS (SELECT 1 FROM forms_as_data_formversion v WHERE v.id = row_version AND v.status <> 'draft') THEN
                RAISE EXCEPTION 'form version % is in use and frozen', row_version USING ERRCODE = 'check_violation';
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        """,
    )


class Form(models.Model):
    """A form by its code, whatever its version."""

    code = models.SlugField("Mã", max_length=40, unique=True)
    title = models.CharField("Tên biểu mẫu", max_length=200)

    class Meta:
        verbose_name = "biểu mẫu"
        verbose_name_plural = "biểu mẫu"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


@pghistory.track()
class FormVersion(models.Model):
    """A version of a form with its dates of validity."""

    form = models.ForeignKey(Form, models.PROTECT, related_name="versions", verbose_name="Biểu mẫu")
    number = models.PositiveSmallIntegerField("Phiên bản")
    status = models.CharField(
        "Trạng thái",
        max_length=10,
        choices=FormStatus.choices,
        default=FormStatus.DRAFT,
    )
    valid_from = models.DateField("Áp dụng từ ngày")
    valid_to = models.DateField("Đến hết ngày", null=True, blank=True)
    legal_basis = models.CharField("Căn cứ", max_length=300, blank=True)
    note = models.TextField("Ghi chú", blank=True)

    class Meta:
        verbose_name = "phiên bản biểu mẫu"
        verbose_name_plural = "phiên bản biểu mẫu"
        ordering = ["form", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="form_version_number_once"),
            models.CheckConstraint(
                condition=Q(status__in=FormStatus.values), name="form_status_known"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="form_version_never_back_to_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__status="draft") & ~pgtrigger.Q(old__status="draft"),
                func="RAISE EXCEPTION 'form version % is in use and frozen', OLD.id USING ERRCODE = 'check_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form.title}, phiên bản {self.number}"


class Part(models.Model):
    """A part (phần) of a form."""

    version = models.ForeignKey(
        FormVersion, models.PROTECT, related_name="parts", verbose_name="Phiên bản"
    )
    code = models.CharField("Mã", max_length=20)
    numeral = models.CharField("Số phần", max_length=6, blank=True)
    title = models.CharField("Tên phần", max_length=250)
    kind = models.CharField("Loại", max_length=10, choices=PartKind.choices)
    order = models.PositiveSmallIntegerField("Thứ tự")
    help_text = models.TextField("Hướng dẫn", blank=True)
    nothing_label = models.CharField(
        "Câu cam đoan không phát sinh",
        max_length=250,
        blank=True,
        help_text="Để trống nếu phần này không cho khai “không phát sinh”.",
    )

    class Meta:
        verbose_name = "phần biểu mẫu"
        verbose_name_plural = "phần biểu mẫu"
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="part_code_once"),
            models.CheckConstraint(condition=Q(kind__in=PartKind.values), name="part_kind_known"),
        ]
        triggers = [frozen_with_version("part_frozen")]

    def __str__(self) -> str:
        return f"{self.numeral}. {self.title}" if self.numeral else self.title


class Dimension(models.Model):
    """A way to break an indicator down, such as the network's groups of trades."""

    code = models.SlugField("Mã", max_length=30, unique=True)
    label = models.CharField("Tên", max_length=100)

    class Meta:
        verbose_name = "cách phân tổ"
        verbose_name_plural = "cách phân tổ"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.label


class DimensionMember(models.Model):
    """One member of a dimension; cells refer to it by its code, which never changes."""

    dimension = models.ForeignKey(
        Dimension, models.PROTECT, related_name="members", verbose_name="Cách phân tổ"
    )
    code = models.SlugField("Mã", max_length=30)
    label = models.CharField("Tên", max_length=150)
    order = models.PositiveSmallIntegerField("Thứ tự")

    class Meta:
        verbose_name = "mục phân tổ"
        verbose_name_plural = "mục phân tổ"
        ordering = ["dimension", "order"]
        constraints = [
            models.UniqueConstraint(fields=["dimension", "code"], name="member_code_once"),
            models.CheckConstraint(
                condition=Q(code__regex=CODE_PATTERN),
                name="member_code_plain",
                violation_error_message="Mã chỉ gồm chữ thường không dấu, số và dấu gạch dưới.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="member_frozen_with_versions",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("used", "bigint")],
                func="""
                    used := CASE WHEN TG_OP = 'DELETE' THEN OLD.dimension_id ELSE NEW.dimension_id END;
                    IF TG_OP = 'UPDATE' AND OLD.code = NEW.code AND OLD.dimension_id = NEW.dimension_id THEN
                        RETURN NEW;
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM forms_as_data_indicator i JOIN forms_as_data_formversion v ON v.id = i.version_id
                        WHERE i.dimension_id IN (used, OLD.dimension_id) AND v.status <> 'draft'
                    ) THEN
                        RAISE EXCEPTION 'dimension % is used by a form in use and frozen', used USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.label


class Indicator(models.Model):
    """A figure a form asks for, kept as an integer of 10^-decimals of its unit."""

    version = models.ForeignKey(
        FormVersion, models.PROTECT, related_name="indicators", verbose_name="Phiên bản"
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="indicators", verbose_name="Phần")
    code = models.SlugField("Mã", max_length=40)
    label = models.CharField("Chỉ tiêu", max_length=250)
    unit = models.CharField("Đơn vị tính", max_length=40)
    decimals = models.PositiveSmallIntegerField(
        "Số chữ số lẻ",
        default=0,
        help_text="Triệu đồng có 6 chữ số lẻ: bên trong giữ đến từng đồng.",
    )
    dimension = models.ForeignKey(
        Dimension,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Phân tổ theo",
    )
    source = models.CharField("Nguồn điền sẵn", max_length=60, blank=True)
    is_required = models.BooleanField("Bắt buộc", default=True)
    can_be_negative = models.BooleanField("Cho phép số âm", default=False)
    is_stock = models.BooleanField(
        "Là số thời điểm",
        default=False,
        help_text="Số thời điểm không cộng qua các quý.",
    )
    order = models.PositiveSmallIntegerField("Thứ tự")
    help_text = models.CharField("Giải thích", max_length=300, blank=True)

    class Meta:
        verbose_name = "chỉ tiêu"
        verbose_name_plural = "chỉ tiêu"
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="indicator_code_once"),
            models.CheckConstraint(
                condition=Q(decimals__lte=6), name="indicator_decimals_at_most_six"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=CODE_PATTERN),
                name="indicator_code_plain",
                violation_error_message="Mã chỉ gồm chữ thường không dấu, số và dấu gạch dưới.",
            ),
        ]
        triggers = [frozen_with_version("indicator_frozen")]

    def __str__(self) -> str:
        return self.label


class Column(models.Model):
    """A column of a part with rows, or a question. `choices` is a list of [code, label].

    A question may be asked only if an earlier one was answered (`asked_if`: with yes, where that
    is a question of yes or no), and may name the field of a record that its answer proposes to
    update; what fields there are is for the app that asks to say.
    """

    version = models.ForeignKey(
        FormVersion, models.PROTECT, related_name="columns", verbose_name="Phiên bản"
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="columns", verbose_name="Phần")
    code = models.SlugField("Mã", max_length=40)
    label = models.CharField("Tên cột, câu hỏi", max_length=250)
    kind = models.CharField("Loại", max_length=15, choices=ColumnKind.choices)
    unit = models.CharField("Đơn vị tính", max_length=40, blank=True)
    choices = models.JSONField("Danh mục", default=list, blank=True)
    source = models.CharField("Danh mục lấy từ", max_length=60, blank=True)
    is_required = models.BooleanField("Bắt buộc", default=False)
    order = models.PositiveSmallIntegerField("Thứ tự")
    help_text = models.CharField("Giải thích", max_length=300, blank=True)
    asked_if = models.CharField(
        "Chỉ hỏi khi câu này được trả lời",
        max_length=40,
        blank=True,
        help_text="Mã của một câu hỏi đứng trước; câu “có hoặc không” phải được trả lời “có”.",
    )
    proposes = models.CharField("Đề xuất cập nhật vào", max_length=60, blank=True)

    class Meta:
        verbose_name = "cột, câu hỏi"
        verbose_name_plural = "cột, câu hỏi"
        ordering = ["part", "order"]
        constraints = [
            models.UniqueConstraint(fields=["part", "code"], name="column_code_once"),
            models.CheckConstraint(
                condition=Q(kind__in=ColumnKind.values), name="column_kind_known"
            ),
        ]
        triggers = [frozen_with_version("column_frozen")]

    def __str__(self) -> str:
        return self.label


class Rule(models.Model):
    """A check declared once: `target` is held against `operands` (codes of indicators)."""

    version = models.ForeignKey(
        FormVersion, models.PROTECT, related_name="rules", verbose_name="Phiên bản"
    )
    code = models.SlugField("Mã", max_length=40)
    kind = models.CharField("Loại", max_length=15, choices=RuleKind.choices)
    severity = models.CharField("Mức", max_length=10, choices=Severity.choices)
    target = models.CharField("Chỉ tiêu", max_length=40)
    operands = models.JSONField("Các chỉ tiêu đối chiếu", default=list, blank=True)
    percent = models.PositiveSmallIntegerField("Ngưỡng (%)", null=True, blank=True)
    message = models.CharField("Câu báo", max_length=300)

    class Meta:
        verbose_name = "quy tắc kiểm tra"
        verbose_name_plural = "quy tắc kiểm tra"
        ordering = ["version", "code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="rule_code_once"),
            models.CheckConstraint(condition=Q(kind__in=RuleKind.values), name="rule_kind_known"),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="rule_severity_known"
            ),
        ]
        triggers = [frozen_with_version("rule_frozen")]

    def __str__(self) -> str:
        return self.message
