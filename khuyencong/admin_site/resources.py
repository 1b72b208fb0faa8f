"""Sheets in and out of the admin: columns named as on the pages, rows checked before any is written."""

from functools import cache

import tablib
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.html import format_html
from import_export import resources
from import_export.fields import Field

from khuyencong.admin_site import widgets
from khuyencong.core.exceptions import InvalidInput, Refusal

MAX_IMPORT_ROWS = 5_000
# Never on a sheet, whoever asks; generated columns repeat others.
HIDDEN_COLUMNS = {"password", "folded", "sort_key", "latitude_e6", "longitude_e6"}


def column_title(text) -> str:
    """A field's name as a column's head."""
    text = str(text)
    return text[:1].upper() + text[1:]


class ExportResource(resources.ModelResource):
    """All columns of a model, in words: choices by their labels, records by their names."""

    def export(self, queryset=None, **kwargs):
        """The sheet of a queryset, read in chunks."""
        fields = [self.fields[name] for name in self.get_export_order()]
        readers = [(field.attribute, field.widget.render) for field in fields]
        dataset = tablib.Dataset(headers=[field.column_name for field in fields])
        for record in queryset.iterator(chunk_size=2000):
            dataset.append([render(getattr(record, name)) for name, render in readers])
        return dataset


@cache
def export_resource(model: type[models.Model]) -> type[ExportResource]:
    """The resource that exports a model."""
    columns, used = {}, set()
    for f in model._meta.fields:
        if f.name in HIDDEN_COLUMNS:
            continue
        title = "Số" if f.primary_key else column_title(f.verbose_name)
        title = f"{title} ({f.name})" if title in used else title
        used.add(title)
        columns[f.name] = Field(attribute=f.name, column_name=title, widget=_export_widget(f))
    meta = type(
        "Meta", (), {"model": model, "fields": list(columns), "export_order": list(columns)}
    )
    return type(f"{model.__name__}Export", (ExportResource,), {**columns, "Meta": meta})


def _export_widget(f):
    if isinstance(f, ArrayField):
        words = dict(getattr(f.base_field, "flatchoices", None) or ())
        return _ListWidget(words)
    return widgets.ChoiceWidget(f.flatchoices) if f.flatchoices else widgets.CellWidget()


class _ListWidget(widgets.CellWidget):
    def __init__(self, words):
        super().__init__()
        self.words = words

    def render(self, value, obj=None, **kwargs):
        return ", ".join(str(self.words.get(item, item)) for item in value or ())


class PlainDiff(resources.Diff):
    """Old and new value of each column, marked without inline styles (the policy forbids them)."""

    def as_html(self):
        cells = []
        for before, after in zip(self.left, self.right, strict=True):
            before, after = _shown(before), _shown(after)
            if self.new or before == after:
                cells.append(format_html("{}", after))
            else:
                cells.append(
                    format_html(
                        "<del>{}</del> <ins>{}</ins>", before or "(trống)", after or "(trống)"
                    )
                )
        return cells


def _shown(value) -> str:
    if hasattr(value, "year") and not hasattr(value, "hour"):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)


class ImportResource(resources.ModelResource):
    """Base of every import: all rows or none, each refusal naming column, given value and expectation.

    A subclass declares its columns as fields, names its key in `Meta.import_id_fields`, the columns a
    sheet must have in `required`, and overrides `write` where the app has an action for it.
    """

    required: tuple[str, ...] = ()
    # Parts of the key that may be empty.
    optional_key: tuple[str, ...] = ()

    class Meta:
        use_transactions = True
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = {}
        self.line = 0
        self.titles = {field.attribute: field.column_name for field in self.fields.values()}

    def write(self, instance, *, actor, is_create: bool, row):
        """Write the checked row and return the record; by default a plain save."""
        instance.save()
        return instance

    # What import-export calls, in its order

    @classmethod
    def get_diff_class(cls):
        return PlainDiff

    def before_import(self, dataset, **kwargs):
        headers = [header for header in dataset.headers or () if header]
        needed = [self.fields[name].column_name for name in self.required]
        missing = [title for title in needed if title not in headers]
        rows = len(dataset)
        problem = ""
        if missing:
            problem = "Tệp thiếu cột {}. Dòng đầu của bảng phải có các cột: {}.".format(
                ", ".join(f"“{title}”" for title in missing), ", ".join(needed)
            )
        elif rows > MAX_IMPORT_ROWS:
            problem = f"Tệp có {rows} dòng; mỗi lần nhập nhiều nhất {MAX_IMPORT_ROWS} dòng. Anh/chị chia thành nhiều tệp."
        if problem:
            dataset.wipe()
            dataset.headers = needed
            raise InvalidInput(problem)

    def before_import_row(self, row, **kwargs):
        self.line = kwargs["row_number"] + 1
        formulas = {
            title: [
                f"Nhận được “{value}”; ô này chứa công thức, cần dán giá trị thay cho công thức."
            ]
            for title, value in row.items()
            if isinstance(value, str) and value.lstrip().startswith("=")
        }
        if formulas:
            raise ValidationError(formulas)

    def get_instance(self, instance_loader, row):
        """The record the row means, by its key; a key met before in this file is refused."""
        key, errors = {}, {}
        for name in self.get_import_id_fields():
            field = self.fields[name]
            try:
                value = field.clean(row)
                if value in (None, "") and name not in self.optional_key:
                    raise ValueError("Ô này trống; cần có giá trị để nhận ra dòng.")
                key[field.attribute] = value
            except ValueError as error:
                errors[field.attribute] = [str(error)]
        if errors:
            raise ValidationError(errors)
        mark = tuple(getattr(v, "pk", v) for v in key.values())
        if mark in self.seen:
            raise ValidationError(f"Dòng này trùng với dòng {self.seen[mark]} của tệp.")
        self.seen[mark] = self.line
        return self.get_queryset().filter(**key).first()

    def save_instance(self, instance, is_create, row, **kwargs):
        try:
            with transaction.atomic():
                written = self.write(
                    instance, actor=kwargs.get("user"), is_create=is_create, row=row
                )
        except InvalidInput as refusal:
            raise ValidationError(refusal.errors or str(refusal)) from refusal
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal
        except IntegrityError as error:
            raise ValidationError(
                "Dòng này trái với một ràng buộc của dữ liệu (trùng hoặc chồng lấn với dòng đã có)."
            ) from error
        if written is not None and written.pk != instance.pk:
            instance.pk = written.pk
            instance._state.adding = False

    def import_row(self, row, instance_loader, **kwargs):
        """Name errors by the columns of the sheet instead of our attributes."""
        result = super().import_row(row, instance_loader, **kwargs)
        if result.validation_error is not None and hasattr(result.validation_error, "error_dict"):
            named = {}
            for name, messages in result.validation_error.message_dict.items():
                named[self.titles.get(name, self._title(name))] = messages
            result.validation_error = ValidationError(named)
        return result

    def _title(self, name: str) -> str:
        if name == NON_FIELD_ERRORS:
            return name
        try:
            return column_title(self._meta.model._meta.get_field(name).verbose_name)
        except FieldDoesNotExist:
            return name


def column(model, name, title=None, **kwargs) -> Field:
    """An imported column of a model's field, with the widget of its kind and its own name as title."""
    f = model._meta.get_field(name)
    if "widget" not in kwargs:
        kwargs["widget"] = _import_widget(f)
    return Field(attribute=name, column_name=title or column_title(f.verbose_name), **kwargs)


def _import_widget(f):
    if f.flatchoices:
        return widgets.ChoiceWidget(f.flatchoices)
    if isinstance(f, models.BooleanField):
        return widgets.YesNoWidget()
    if isinstance(f, models.DateField):
        return widgets.DateWidget()
    if isinstance(f, models.IntegerField):
        return widgets.IntegerWidget()
    return widgets.TextWidget()


def columns_of(model, *names, **own) -> dict[str, Field]:
    """Imported columns for several fields of a model; `own` gives the widget of one by its name."""
    return {
        name: column(model, name, **({"widget": own[name]} if name in own else {}))
        for name in names
    }
