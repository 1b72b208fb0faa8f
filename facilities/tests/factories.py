"""Establishments, products and titles for tests."""

import factory

from facilities.enums import AwardLevel, LegalForm
from facilities.models import Award, Establishment, NetworkGroup, Product
from khuyencong.core.tests.factories import PlaceFactory


class NetworkGroupFactory(factory.django.DjangoModelFactory):
    """A group of trades; the same code gives the same group."""

    class Meta:
        model = NetworkGroup
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"nhom-{n}")
    label = factory.Sequence(lambda n: f"Nhóm ngành {n}")
    order = factory.Sequence(lambda n: n)


class EstablishmentFactory(factory.django.DjangoModelFactory):
    """An active household business in a commune of its own unless a place is given."""

    class Meta:
        model = Establishment

    name = factory.Sequence(lambda n: f"Cơ sở thử {n}")
    legal_form = LegalForm.HOUSEHOLD
    place = factory.SubFactory(PlaceFactory)


class ProductFactory(factory.django.DjangoModelFactory):
    """A product of an establishment."""

    class Meta:
        model = Product

    establishment = factory.SubFactory(EstablishmentFactory)
    name = factory.Sequence(lambda n: f"Sản phẩm thử {n}")


class AwardFactory(factory.django.DjangoModelFactory):
    """A title of a product: province level, 2022."""

    class Meta:
        model = Award

    product = factory.SubFactory(ProductFactory)
    level = AwardLevel.PROVINCE
    year = 2022
