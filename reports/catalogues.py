"""What every installation needs before its first report, production included."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from facilities.catalogue import (
    load_eligibility_rules,
    load_industries,
    load_need_kinds,
    load_network_groups,
)
from facilities.surveys.questionnaire_v1 import QUESTIONNAIRE_V1
from khuyencong.core.places_loader import load_places
from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.definition import install_form
from programs.catalogue import load_activity_kinds
from reports.calendar import default_rule, ensure_period
from reports.difficulties.catalogue import load_authorities
from reports.enums import PeriodScheme
from reports.form_v1 import FORM_V1
from reports.models import CalendarRule


@transaction.atomic
def load_catalogues() -> None:
    """Places, catalogues, the report form, and the report periods of this year and the next.

    Safe to run again: only what is missing is written, and what an administrator changed in a
    catalogue is kept.
    """
    load_places()
    load_network_groups()
    load_industries()
    load_need_kinds()
    load_eligibility_rules()
    load_activity_kinds()
    load_authorities()
    install_form(FORM_V1)
    install_form(QUESTIONNAIRE_V1)
    _load_calendar_rules()
    this_year = timezone.localdate().year
    for year in (this_year, this_year + 1):
        for number in (1, 2, 3, 4):
            ensure_period(Quarter(year, number))


def _load_calendar_rules() -> None:
    """A first rule for each calendar that has none, with the numbers of the settings."""
    for scheme, basis in (
        (PeriodScheme.REPORT, "NĐ 09/2019/NĐ-CP, Điều 8"),
        (PeriodScheme.CALENDAR, "NĐ 60/2018/NĐ-CP"),
    ):
        if not CalendarRule.objects.filter(scheme=scheme).exists():
            rule = default_rule(scheme)
            rule.valid_from, rule.legal_basis = date(2019, 1, 1), basis
            rule.save()
