"""Establishments, products and titles for tests."""

import factory

from facilities.enums import AwardLevel, LegalForm
from facilities.models import (
    Award,
    Certificate,
    Establishment,
    Machine,
    NeedKind,
    NetworkGroup,
    Product,
    SupportNeed,
    YearFigure,
)
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


class MachineFactory(factory.django.DjangoModelFactory):
    """A main machine of an establishment."""

    class Meta:
        model = Machine

    establishment = factory.SubFactory(EstablishmentFactory)
    name = factory.Sequence(lambda n: f"Máy thử {n}")


class CertificateFactory(factory.django.DjangoModelFactory):
    """An ISO certificate of an establishment."""

    class Meta:
        model = Certificate

    establishment = factory.SubFactory(EstablishmentFactory)
    kind = "iso"


class YearFigureFactory(factory.django.DjangoModelFactory):
    """Figures of 2025."""

    class Meta:
        model = YearFigure

    establishment = factory.SubFactory(EstablishmentFactory)
    year = 2025


class NeedKindFactory(factory.django.DjangoModelFactory):
    """A kind of need; the same code gives the same kind."""

    class Meta:
        model = NeedKind
        django_get_or_create = ("code",)

    code = "may_moc"
    label = "Ứng dụng máy móc thiết bị tiên tiến"


class SupportNeedFactory(factory.django.DjangoModelFactory):
    """An open need for a machine."""

    class Meta:
        model = SupportNeed

    establishment = factory.SubFactory(EstablishmentFactory)
    kind = factory.SubFactory(NeedKindFactory)
    what = factory.Sequence(lambda n: f"Máy sấy thử {n}")
