"""Sheets of the registry."""

from dataclasses import fields

from django.db.models import Q
from import_export.fields import Field

from facilities import actions
from facilities.actions import EstablishmentFacts
from facilities.enums import ChangeSource, DataSource
from facilities.models import Award, Establishment, Industry, NetworkGroup, Product
from khuyencong.admin_site.resources import ImportResource, columns_of
from khuyencong.admin_site.widgets import LookupWidget, PlaceWidget, as_text
from khuyencong.core.text import fold


def facts_of(establishment: Establishment) -> EstablishmentFacts:
    """The facts that an establishment's row holds."""
    names = [f.name for f in fields(EstablishmentFacts)]
    return EstablishmentFacts(**{name: getattr(establishment, name) for name in names})


class EstablishmentWidget(LookupWidget):
    """An establishment by tax code, else by name without diacritics."""

    hint = "mã số thuế"

    def __init__(self, **kwargs):
        super().__init__(Establishment, shown="name", **kwargs)

    def candidates(self, text):
        found = list(Establishment.objects.filter(tax_code=text)[:2])
        return found or list(
            Establishment.objects.filter(
                Q(name__iexact=text)
                | Q(folded__startswith=" " + fold(text), name__kc_fold=fold(text))
            )[:3]
        )


class EstablishmentResource(ImportResource):
    """Establishments by tax code where there is one, else by name and commune."""

    required = ("name", "place")
    place = Field(attribute="place", column_name="Xã, phường", widget=PlaceWidget())
    network_group = Field(
        attribute="network_group",
        column_name="Nhóm ngành",
        widget=LookupWidget(NetworkGroup, ("code", "label"), shown="label"),
    )
    industry = Field(
        attribute="industry", column_name="Ngành (VSIC)", widget=LookupWidget(Industry, ("code",))
    )
    locals().update(
        columns_of(
            Establishment,
            "name",
            "legal_form",
            "tax_code",
            "representative",
            "phone",
            "address",
            "main_products",
            "founded_year",
            "labour_total",
            "labour_female",
            "revenue_vnd",
            "note",
        )
    )

    class Meta:
        model = Establishment
        import_id_fields = ("name", "place")
        fields = (
            "name", "legal_form", "tax_code", "representative", "phone", "place", "address",
            "network_group", "industry", "main_products", "founded_year", "labour_total",
            "labour_female", "revenue_vnd", "note",
        )  # fmt: skip
        clean_model_instances = False

    def get_instance(self, instance_loader, row):
        found = super().get_instance(instance_loader, row)
        tax_code = as_text(row.get(self.fields["tax_code"].column_name))
        if found is None and tax_code:
            found = self.get_queryset().filter(tax_code=tax_code).first()
        return found

    def write(self, instance, *, actor, is_create, row):
        facts = facts_of(instance)
        if not is_create:
            return actions.update_establishment(
                actor=actor,
                establishment_id=instance.pk,
                facts=facts,
                source=ChangeSource.IMPORT,
            )
        return actions.add_establishment(actor=actor, facts=facts, source=DataSource.IMPORT)


class ProductResource(ImportResource):
    """Products by establishment and name."""

    required = ("establishment", "name")
    establishment = Field(
        attribute="establishment", column_name="Cơ sở", widget=EstablishmentWidget()
    )
    locals().update(columns_of(Product, "name", "capacity", "capacity_value", "capacity_unit"))

    class Meta:
        model = Product
        import_id_fields = ("establishment", "name")
        fields = ("establishment", "name", "capacity", "capacity_value", "capacity_unit")
        clean_model_instances = False

    def write(self, instance, *, actor, is_create, row):
        if not is_create:
            return actions.update_product(
                actor=actor,
                product_id=instance.pk,
                name=instance.name,
                capacity=instance.capacity,
                capacity_value=instance.capacity_value,
                capacity_unit=instance.capacity_unit,
                source=ChangeSource.IMPORT,
            )
        return actions.add_product(
            actor=actor,
            establishment_id=instance.establishment_id,
            name=instance.name,
            capacity=instance.capacity,
            capacity_value=instance.capacity_value,
            capacity_unit=instance.capacity_unit,
            source=ChangeSource.IMPORT,
        )


class ProductOfRow(LookupWidget):
    """A product by its name and the establishment in the same row."""

    hint = "đúng cơ sở ở cột “Cơ sở”"

    def __init__(self):
        super().__init__(Product, ("name",), what="sản phẩm")
        self.establishments = EstablishmentWidget()

    def clean(self, value, row=None, **kwargs):
        self.establishment = self.establishments.clean((row or {}).get("Cơ sở"))
        self.found = {}
        return super().clean(value, row, **kwargs)

    def candidates(self, text):
        products = Product.objects.filter(name__iexact=text)
        if self.establishment is not None:
            products = products.filter(establishment=self.establishment)
        return list(products[:3])


class AwardResource(ImportResource):
    """Titles by product, level and year; the column `Cơ sở` tells products of one name apart."""

    required = ("product", "level", "year")
    product = Field(attribute="product", column_name="Sản phẩm", widget=ProductOfRow())
    establishment = Field(
        attribute="product__establishment__name", column_name="Cơ sở", readonly=True
    )
    locals().update(columns_of(Award, "level", "year", "decision", "valid_to", "source_url"))

    class Meta:
        model = Award
        import_id_fields = ("product", "level", "year")
        fields = ("product", "establishment", "level", "year", "decision", "valid_to", "source_url")


class NetworkGroupResource(ImportResource):
    """Groups of trades by code."""

    required = ("code", "label", "order")
    locals().update(columns_of(NetworkGroup, "code", "label", "order"))

    class Meta:
        model = NetworkGroup
        import_id_fields = ("code",)
        fields = ("code", "label", "order")


class IndustryResource(ImportResource):
    """VSIC classes by code and first day."""

    required = ("code", "label", "valid_from")
    locals().update(
        columns_of(
            Industry, "code", "label", "valid_from", "valid_to", "legal_basis", "is_verified"
        )
    )

    class Meta:
        model = Industry
        import_id_fields = ("code", "valid_from")
        fields = ("code", "label", "valid_from", "valid_to", "legal_basis", "is_verified")
