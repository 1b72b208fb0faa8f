"""Long lists of the admin as background jobs: the same rows and columns, streamed by the export worker."""

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import Http404
from django.test import RequestFactory

from khuyencong.core.enums import Role
from khuyencong.core.permissions import check_has_role
from khuyencong.exports.registry import ExportColumn, ExportSource, Sheet

KIND = "admin.list"
CHUNK = 2000


def _model_admin(user, params) -> admin.ModelAdmin:
    """The admin of the model that `params["model"]` names; NotAllowed or Http404 otherwise."""
    check_has_role(user, Role.ADMINISTRATOR)
    try:
        model = apps.get_model(str(params.get("model", "")))
    except (LookupError, ValueError):
        raise Http404 from None
    if not admin.site.is_registered(model):
        raise Http404
    return admin.site.get_model_admin(model)


def _describe(user, params) -> str:
    name = str(_model_admin(user, params).opts.verbose_name_plural)
    return f"{name[:1].upper()}{name[1:]} (trang quản trị)"


def _sheets(user, params) -> list[Sheet]:
    model_admin = _model_admin(user, params)
    # The list is made anew from its own address, with the rights of whoever asked.
    request = RequestFactory().get(f"/?{params.get('query', '')}")
    request.user = user
    resource = model_admin.get_export_resource_classes(request)[0]()
    queryset = model_admin.get_export_queryset(request)
    names = [f.name for f in model_admin.model._meta.fields if f.is_relation]
    queryset = queryset.select_related(*names) if names else queryset
    fields = [resource.fields[name] for name in resource.get_export_order()]
    total = queryset.order_by().count()
    model_admin.note_export(user, total)
    return [
        Sheet(
            title="Dữ liệu",
            columns=[
                ExportColumn(field.column_name, _kind(model_admin.model, field), 20)
                for field in fields
            ],
            rows=_rows(queryset, fields),
            total=total,
        )
    ]


def _kind(model, field) -> str:
    column = {f.name: f for f in model._meta.fields}.get(field.attribute)
    if column is None or column.flatchoices or column.is_relation:
        return "text"
    for kind, types in (
        ("datetime", models.DateTimeField),
        ("date", models.DateField),
        ("integer", models.IntegerField),
    ):
        if isinstance(column, types):
            return kind
    return "text"


def _rows(queryset, fields):
    readers = [(field.attribute, field.widget.render) for field in fields]
    for record in queryset.iterator(chunk_size=CHUNK):
        yield tuple(
            None if value == "" else value
            for value in (render(getattr(record, name)) for name, render in readers)
        )


SOURCE = ExportSource(KIND, _describe, _sheets)
