"""Accounts and places for tests."""

import factory

from khuyencong.core.enums import PlaceKind, PlaceLevel, Role
from khuyencong.core.models import Place, User


class UserFactory(factory.django.DjangoModelFactory):
    """An account with the password `mat-khau-thu-1`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"nguoidung{n}")
    display_name = factory.Sequence(lambda n: f"Tài khoản {n}")
    roles = [Role.OFFICER]

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(
            password=kwargs.pop("password", "mat-khau-thu-1"), **kwargs
        )


class PlaceFactory(factory.django.DjangoModelFactory):
    """A commune in force now, without parent unless given."""

    class Meta:
        model = Place

    code = factory.Sequence(lambda n: f"9{n:04}")
    name = factory.Sequence(lambda n: f"Xã Thử {n}")
    kind = PlaceKind.RURAL_COMMUNE
    level = PlaceLevel.COMMUNE
