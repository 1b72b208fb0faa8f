"""Results of the programme for tests."""

import factory

from facilities.tests.factories import EstablishmentFactory
from programs.enums import Audience
from programs.models import ActivityKind, SupportResult, TrainingClass


class ActivityKindFactory(factory.django.DjangoModelFactory):
    """A kind of activity in force since 2012."""

    class Meta:
        model = ActivityKind

    code = factory.Sequence(lambda n: f"noi_dung_{n}")
    label = factory.Sequence(lambda n: f"Nội dung {n}")
    valid_from = "2012-07-05"


class SupportResultFactory(factory.django.DjangoModelFactory):
    """Support of 2024 without a published amount."""

    class Meta:
        model = SupportResult

    establishment = factory.SubFactory(EstablishmentFactory)
    activity_kind = factory.SubFactory(ActivityKindFactory)
    year = 2024
    title = factory.Sequence(lambda n: f"Nhiệm vụ {n}")


class TrainingClassFactory(factory.django.DjangoModelFactory):
    """A class of 2024 for establishments."""

    class Meta:
        model = TrainingClass

    title = factory.Sequence(lambda n: f"Chuyên đề {n}")
    audience = Audience.ESTABLISHMENTS
    year = 2024
