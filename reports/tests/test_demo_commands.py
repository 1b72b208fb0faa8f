import json

import pytest
from django.core.management import CommandError, call_command

from khuyencong.core.models import User

pytestmark = pytest.mark.django_db


def test_without_demo_data_there_are_no_demo_accounts(capsys):
    call_command("demo_accounts", "--json")
    assert json.loads(capsys.readouterr().out) == {}


@pytest.mark.parametrize("command", ["load_demo", "demo_accounts"])
def test_production_refuses_the_demo(settings, command):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command(command)
    assert not User.objects.exists()
