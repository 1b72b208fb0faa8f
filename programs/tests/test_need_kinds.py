"""What an establishment may wish for is named as the programme names it (docs/adr/0009)."""

from facilities.catalogue import NEED_KINDS
from programs.catalogue import AMENDED_KINDS, BASE_KINDS


def test_kinds_of_need_are_kinds_of_activity():
    activities = {code: (label, number) for code, label, number, *_ in BASE_KINDS}
    activities |= {code: (label, None) for code, label in AMENDED_KINDS}
    assert {code: (label, number) for code, label, number in NEED_KINDS}.items() <= (
        activities.items()
    )
