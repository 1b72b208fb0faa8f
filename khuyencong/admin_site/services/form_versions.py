"""Forms edited as data: a draft is open, a version in use is read only and copied to a next one."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from khuyencong.admin_site.options import (
    CatalogueAdmin,
    LabelledFormSet,
    PortalModelAdmin,
    ReadOnlyAdmin,
    without_popups,
)
from khuyencong.core.exceptions import InvalidInput, Refusal
from khuyencong.forms_as_data import actions
from khuyencong.forms_as_data.enums import FormStatus
from khuyencong.forms_as_data.models import (
    Column,
    Dimension,
    DimensionMember,
    Form,
    FormVersion,
    Indicator,
    Part,
    Rule,
)


class CopyForm(forms.Form):
    """From which day the copy is meant to be used."""

    valid_from = forms.DateField(label="Áp dụng từ ngày", widget=AdminDateWidget)


class ContentInline(admin.TabularInline):
    """Contents of a version, open while the version is a draft."""

    extra = 0
    formset = LabelledFormSet

    def _open(self, obj) -> bool:
        return obj is not None and obj.status == FormStatus.DRAFT

    def has_add_permission(self, request, obj=None) -> bool:
        return self._open(obj)

    def has_change_permission(self, request, obj=None) -> bool:
        return self._open(obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return self._open(obj)

    def get_formset(self, request, obj=None, **kwargs):
        request.form_version = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return without_popups(super().formfield_for_dbfield(db_field, request, **kwargs))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "part":
            # One list for all rows of the page instead of a query for each.
            version = getattr(request, "form_version", None)
            kwargs["queryset"] = Part.objects.filter(version=version)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name in ("part", "dimension"):
            cached = f"_choices_of_{db_field.name}"
            if not hasattr(request, cached):
                setattr(request, cached, list(field.choices))
            field.choices = getattr(request, cached)
        return field


class PartInline(ContentInline):
    model = Part
    fields = ("order", "code", "numeral", "title", "kind", "nothing_label")


class IndicatorInline(ContentInline):
    model = Indicator
    fields = (
        "order",
        "part",
        "code",
        "label",
        "unit",
        "decimals",
        "dimension",
        "is_required",
        "is_stock",
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("part", "dimension")


class ColumnInline(ContentInline):
    model = Column
    fields = (
        "order",
        "part",
        "code",
        "label",
        "kind",
        "unit",
        "choices",
        "is_required",
        "asked_if",
        "proposes",
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("part")


class RuleInline(ContentInline):
    model = Rule
    fields = ("code", "kind", "severity", "target", "operands", "percent", "message")


@admin.register(Form)
class FormAdmin(PortalModelAdmin):
    list_display = ("title", "code")
    search_fields = ("title", "code")
    ordering = ("code",)

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()


@admin.register(FormVersion)
class FormVersionAdmin(PortalModelAdmin):
    list_display = ("form", "number", "status", "valid_from", "valid_to")
    list_filter = ("form", "status")
    ordering = ("form", "-number")
    inlines = (PartInline, IndicatorInline, ColumnInline, RuleInline)
    readonly_fields = ("status",)
    change_form_template = "admin/forms_as_data/formversion/change_form.html"

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def has_change_permission(self, request, obj=None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or obj.status == FormStatus.DRAFT
        )

    def get_readonly_fields(self, request, obj=None):
        return (*self.readonly_fields, "form", "number") if obj else self.readonly_fields

    def get_urls(self):
        return [
            path(
                f"<int:version_id>/{word}/",
                self.admin_site.admin_view(view),
                name=f"forms_as_data_formversion_{name}",
            )
            for word, name, view in (
                ("xem-truoc", "preview", self.preview),
                ("sao-chep", "copy", self.copy),
                ("dua-vao-dung", "use", self.use),
                ("ngung-dung", "retire", self.retire),
            )
        ] + super().get_urls()

    def preview(self, request, version_id):
        """The form as the collaborators meet it, part by part."""
        version = self._version(request, version_id)
        if version is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(version_id))
        parts = version.parts.prefetch_related(
            "indicators__dimension__members", "columns"
        ).order_by("order")
        context = self._context(request, version, "Xem trước")
        context |= {
            "parts": parts,
            "rules": version.rules.all(),
            "problems": actions.problems_of(version),
        }
        return TemplateResponse(request, "admin/forms_as_data/formversion/preview.html", context)

    def copy(self, request, version_id):
        """Ask from which day, then copy."""
        version = self._version(request, version_id)
        if version is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(version_id))
        form = CopyForm(request.POST or None, initial={"valid_from": timezone.localdate()})
        if request.method == "POST" and form.is_valid():
            copy = actions.copy_version(
                actor=request.user, version_id=version.pk, **form.cleaned_data
            )
            messages.success(request, f"Đã sao chép thành {copy}. Bản này đang soạn, sửa được.")
            return redirect("admin:forms_as_data_formversion_change", copy.pk)
        return self._ask(
            request,
            version,
            "Sao chép thành phiên bản mới",
            "Toàn bộ các phần, chỉ tiêu, cột và quy tắc được sao sang một phiên bản đang soạn.",
            form=form,
        )

    def use(self, request, version_id):
        return self._move(
            request,
            version_id,
            actions.put_in_use,
            "Đưa vào dùng",
            "Từ lúc này nội dung của phiên bản được khóa; muốn sửa phải sao chép thành phiên bản mới.",
        )

    def retire(self, request, version_id):
        return self._move(
            request,
            version_id,
            actions.retire,
            "Ngừng dùng",
            "Kỳ báo cáo mới không dùng phiên bản này nữa; kỳ đã có vẫn giữ nguyên.",
        )

    def _move(self, request, version_id, action, title, text):
        version = self._version(request, version_id)
        if version is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(version_id))
        if request.method != "POST":
            return self._ask(request, version, title, text)
        try:
            version = action(actor=request.user, version_id=version.pk)
        except InvalidInput as refusal:
            for sentence in refusal.errors.get("version", [str(refusal)]):
                messages.error(request, sentence)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{version}: {version.get_status_display().lower()}.")
        return redirect("admin:forms_as_data_formversion_change", version_id)

    def _version(self, request, version_id):
        return FormVersion.objects.select_related("form").filter(pk=version_id).first()

    def _context(self, request, version, title):
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "version": version,
            "title": f"{title}: {version}",
            "step": title,
        }

    def _ask(self, request, version, title, text, form=None):
        context = self._context(request, version, title) | {"text": text, "form": form}
        if form is not None:
            context["media"] = self.media + form.media
        return TemplateResponse(request, "admin/forms_as_data/formversion/confirm.html", context)


class ContentAdmin(ReadOnlyAdmin):
    """Contents of versions, to be searched and exported; they are edited inside their version."""

    list_filter = ("version__status", "version")
    ordering = ("-version_id", "id")


@admin.register(Part)
class PartAdmin(ContentAdmin):
    list_display = ("version", "numeral", "title", "kind", "order")
    list_select_related = ("version__form",)
    search_fields = ("title", "code")


@admin.register(Indicator)
class IndicatorAdmin(ContentAdmin):
    list_display = ("version", "part", "code", "label", "unit", "dimension")
    list_select_related = ("version__form", "part", "dimension")
    search_fields = ("label", "code")


@admin.register(Column)
class ColumnAdmin(ContentAdmin):
    list_display = ("version", "part", "code", "label", "kind")
    list_select_related = ("version__form", "part")
    search_fields = ("label", "code")


@admin.register(Rule)
class RuleAdmin(ContentAdmin):
    list_display = ("version", "code", "kind", "severity", "target", "message")
    list_select_related = ("version__form",)
    search_fields = ("code", "message", "target")


class MemberInline(admin.TabularInline):
    """Members keep their code for ever: figures refer to it."""

    model = DimensionMember
    formset = LabelledFormSet
    extra = 0
    can_delete = False
    fields = ("order", "code", "label")


@admin.register(Dimension)
class DimensionAdmin(CatalogueAdmin):
    list_display = ("label", "code")
    search_fields = ("label", "code")
    ordering = ("code",)
    inlines = (MemberInline,)

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()


@admin.register(DimensionMember)
class DimensionMemberAdmin(PortalModelAdmin):
    list_display = ("dimension", "order", "code", "label")
    list_filter = ("dimension",)
    search_fields = ("label", "code")
    ordering = ("dimension", "order")

    def get_readonly_fields(self, request, obj=None):
        return ("dimension", "code") if obj else ()
