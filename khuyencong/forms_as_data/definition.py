"""Install a form from a plain declaration, the way an administrator would build it."""

from datetime import date

from django.db import transaction

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


@transaction.atomic
def install_form(definition: dict) -> FormVersion:
    """Create the version a declaration describes and put it in use; nothing if it exists already.

    Keys: code, title, number, valid_from, legal_basis, note, dimensions, parts (each with
    indicators or columns), rules. See reports/form_v1.py for an example.
    """
    form, _ = Form.objects.get_or_create(
        code=definition["code"], defaults={"title": definition["title"]}
    )
    Form.objects.select_for_update().get(pk=form.pk)
    existing = form.versions.filter(number=definition["number"]).first()
    if existing:
        return existing
    dimensions = {
        code: _install_dimension(code, dimension)
        for code, dimension in definition.get("dimensions", {}).items()
    }
    version = FormVersion.objects.create(
        form=form,
        number=definition["number"],
        valid_from=date.fromisoformat(definition["valid_from"]),
        legal_basis=definition.get("legal_basis", ""),
        note=definition.get("note", ""),
    )
    order = 0
    for part_order, declared in enumerate(definition["parts"], start=1):
        declared = dict(declared)
        indicators = declared.pop("indicators", [])
        columns = declared.pop("columns", [])
        part = Part.objects.create(version=version, order=part_order, **declared)
        for fields in indicators:
            order += 1
            fields = dict(fields)
            dimension = dimensions.get(fields.pop("dimension", None))
            Indicator.objects.create(
                version=version, part=part, order=order, dimension=dimension, **fields
            )
        for column_order, fields in enumerate(columns, start=1):
            Column.objects.create(version=version, part=part, order=column_order, **fields)
    for fields in definition.get("rules", []):
        Rule.objects.create(version=version, **fields)
    version.status = FormStatus.IN_USE
    version.save(update_fields=["status"])
    return version


def _install_dimension(code: str, declared: dict) -> Dimension:
    dimension, _ = Dimension.objects.get_or_create(code=code, defaults={"label": declared["label"]})
    for order, (member, label) in enumerate(declared["members"], start=1):
        DimensionMember.objects.get_or_create(
            dimension=dimension, code=member, defaults={"label": label, "order": order}
        )
    return dimension
