"""Collaborators and their assignments for tests."""

from datetime import date

import factory

from collaborators.models import Assignment, Collaborator
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import PlaceFactory, UserFactory


class CollaboratorFactory(factory.django.DjangoModelFactory):
    """A collaborator with an account of that role."""

    class Meta:
        model = Collaborator

    title = factory.Sequence(lambda n: f"CTV xã Thử {n}")
    user = factory.SubFactory(UserFactory, roles=[Role.COLLABORATOR])


class AssignmentFactory(factory.django.DjangoModelFactory):
    """A principal assignment since 2025-07-01. `assignment.collaborator.user` is the account."""

    class Meta:
        model = Assignment

    collaborator = factory.SubFactory(CollaboratorFactory)
    place = factory.SubFactory(PlaceFactory)
    valid_from = date(2025, 7, 1)
