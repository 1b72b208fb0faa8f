"""What every model's admin shares: folded search, history by trigger, export, and rules not gone round."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Transform
from django.forms.models import BaseInlineFormSet
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from import_export.admin import ExportActionMixin

from khuyencong.admin_site import exporting
from khuyencong.admin_site.formats import EXPORT_FORMATS
from khuyencong.admin_site.forms import ExportForm
from khuyencong.admin_site.resources import export_resource
from khuyencong.audit.journal import changes_of, is_tracked
from khuyencong.core.exceptions import InvalidInput, Refusal
from khuyencong.core.text import fold
from khuyencong.exports.actions import request_export

# A list longer than this is built by the export worker (`exporting`).
MAX_EXPORT_ROWS = 50_000


class FoldTransform(Transform):
    """`name__kc_fold__contains`: compare as `core.text.fold` does."""

    lookup_name = "kc_fold"
    function = "kc_fold"
    output_field = models.TextField()


models.CharField.register_lookup(FoldTransform)
models.TextField.register_lookup(FoldTransform)


class PortalModelAdmin(ExportActionMixin, admin.ModelAdmin):
    """Base of every admin: nothing that has a history can be deleted, and any list can be exported.

    `search_fields` are compared without diacritics; a name ending in `folded` is a column that is
    folded already. `through_action` of a subclass writes by the app's own action.
    """

    show_full_result_count = False
    list_per_page = 50
    save_on_top = False
    show_change_form_export = False
    show_facets = admin.ShowFacets.NEVER
    export_form_class = ExportForm
    export_formats = EXPORT_FORMATS
    import_export_change_list_template = None
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    object_history_template = "admin/object_history.html"
    change_form_template = None
    can_delete = False

    # Lists

    def get_list_select_related(self, request):
        """The records that the columns point to, in the same query."""
        if self.list_select_related:
            return self.list_select_related
        names = {f.name for f in self.model._meta.fields if f.is_relation}
        return [name for name in self.get_list_display(request) if name in names]

    def get_search_results(self, request, queryset, search_term):
        """All words of the search term, in any of the fields, without diacritics."""
        fields = self.get_search_fields(request)
        for word in fold(search_term).split() if fields else ():
            condition = models.Q()
            for name in fields:
                lookup = "contains" if name.endswith("folded") else "kc_fold__contains"
                condition |= models.Q(**{f"{name}__{lookup}": word})
            queryset = queryset.filter(condition)
        return queryset, False

    def get_autocomplete_fields(self, request):
        """Every field that points to a searchable model is searched, never a list of all rows."""
        if self.autocomplete_fields:
            return self.autocomplete_fields
        return [
            f.name
            for f in self.model._meta.fields
            if isinstance(f, models.ForeignKey)
            and f.editable
            and getattr(self.admin_site._registry.get(f.related_model), "search_fields", ())
        ]

    def changelist_view(self, request, extra_context=None):
        title = capital(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    # Permissions: the site lets in administrators only; here stands what even they may not do.

    def has_delete_permission(self, request, obj=None) -> bool:
        return self.can_delete and super().has_delete_permission(request, obj)

    def get_actions(self, request):
        actions = super().get_actions(request)
        if not self.can_delete:
            actions.pop("delete_selected", None)
        return actions

    # Writing

    def through_action(self, request, obj, form, change):
        """Write by the app's action and return the written record; by default a plain save.

        The history triggers take the actor from the request's context either way.
        """
        obj.save()
        return obj

    def save_model(self, request, obj, form, change):
        written = self.through_action(request, obj, form, change)
        if written is not None and written is not obj:
            obj.pk = written.pk
            obj.refresh_from_db()

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A refusal of an action is told above the form; nothing of the request is kept."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PermissionDenied:
            raise
        except InvalidInput as refusal:
            sentences = [s for errors in refusal.errors.values() for s in errors] or [str(refusal)]
            for sentence in dict.fromkeys(sentences):
                messages.error(request, sentence)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(request.get_full_path())

    # History

    def history_view(self, request, object_id, extra_context=None):
        """Who changed what and when, from the triggers; also for a record that is no more."""
        if not is_tracked(self.model):
            return super().history_view(request, object_id, extra_context)
        key = unquote(object_id)
        obj = self.get_object(request, key)
        try:
            entries = changes_of(self.model, self.model._meta.pk.to_python(key))
        except ValidationError:
            entries = []
        if obj is None and not entries:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        name = (
            str(obj) if obj is not None else f"{capital(self.opts.verbose_name)} số {key} (đã xóa)"
        )
        context = {
            **self.admin_site.each_context(request),
            "title": f"Lịch sử thay đổi: {name}",
            "entries": entries,
            "object": obj,
            "opts": self.opts,
            "module_name": capital(self.opts.verbose_name_plural),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.object_history_template, context)

    # Export

    def get_export_resource_classes(self, request):
        return self.resource_classes or [export_resource(self.model)]

    def get_export_filename(self, request, queryset, file_format):
        name = fold(str(self.opts.verbose_name_plural)).replace(" ", "-")
        return f"{name}-{now_stamp()}.{file_format.get_extension()}"

    def note_export(self, user, records: int) -> None:
        """Write down that a sheet of so many records was taken home, where the law wants it."""

    def export_action(self, request):
        """The form and the file; a long list is asked for as a background job instead."""
        wanted = request.POST.get("format", "")
        if request.method == "POST" and wanted.isdecimal() and "export_items" not in request.POST:
            formats = self.get_export_formats()
            queryset = self.get_export_queryset(request).order_by()
            is_long = queryset[: MAX_EXPORT_ROWS + 1].count() > MAX_EXPORT_ROWS
            if is_long and int(wanted) < len(formats) and self.has_export_permission(request):
                job = request_export(
                    actor=request.user,
                    kind=exporting.KIND,
                    params={
                        "model": self.opts.label_lower,
                        "query": request.GET.urlencode(),
                        "base_url": request.build_absolute_uri("/").rstrip("/"),
                    },
                    format=formats[int(wanted)]().get_extension(),
                )
                return HttpResponseRedirect(reverse("exports:detail", args=[job.pk]))
        return super().export_action(request)

    def get_export_data(self, file_format, request, queryset, **kwargs):
        names = [f.name for f in self.model._meta.fields if f.is_relation]
        queryset = queryset.select_related(*names) if names else queryset
        count = queryset.count()
        if count > MAX_EXPORT_ROWS:
            raise ValueError(
                f"Danh sách có {count:,} dòng, nhiều hơn {MAX_EXPORT_ROWS:,} dòng mà trang này xuất "
                "được một lần. Anh/chị lọc bớt rồi xuất lại.".replace(",", ".")
            )
        self.note_export(request.user, count)
        return super().get_export_data(file_format, request, queryset, **kwargs)

    def get_valid_export_item_pks(self, request):
        return self.model._default_manager.values_list("pk", flat=True)

    def get_export_context_data(self, **kwargs):
        return {"module_name": capital(self.opts.verbose_name_plural)}

    def init_request_context_data(self, request, form):
        context = super().init_request_context_data(request, form)
        context["title"] = f"Xuất bảng tính: {context['module_name']}"
        context.setdefault("export_url", request.get_full_path())
        return context

    # Forms

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Without the windows beside a field that would open another record over this one."""
        return without_popups(super().formfield_for_dbfield(db_field, request, **kwargs))


class ReadOnlyAdmin(PortalModelAdmin):
    """Records that a workflow or the system writes: to be read, searched and exported."""

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


class CatalogueAdmin(PortalModelAdmin):
    """A list of words: a row that nothing points to may be deleted, others are protected."""

    can_delete = True


class LabelledFormSet(BaseInlineFormSet):
    """Rows in a table: each field carries its column's name, which a row has no room to show."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for name, field in form.fields.items():
            label = "Xóa dòng này" if name == "DELETE" else field.label
            field.widget.attrs.setdefault("aria-label", str(label or name))


def without_popups(field):
    """A form field without the add, change, delete and view links of related records."""
    for name in ("add", "change", "delete", "view"):
        if field is not None and hasattr(field.widget, f"can_{name}_related"):
            setattr(field.widget, f"can_{name}_related", False)
    return field


class ReadOnlyInline(admin.TabularInline):
    """Rows that belong to the record and are only read here."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


def capital(text) -> str:
    """The text with its first letter as a capital."""
    text = str(text)
    return text[:1].upper() + text[1:]


def now_stamp() -> str:
    from django.utils import timezone

    return f"{timezone.localtime():%Y%m%d-%H%M}"
