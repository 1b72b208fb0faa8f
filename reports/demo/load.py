"""Loads the demo, in one transaction and in order; safe to run again."""

from django.db import transaction

from facilities.upkeep import refresh_words
from reports.catalogues import load_catalogues
from reports.demo.editions import load_editions
from reports.demo.merger import load_reports_around_the_merger
from reports.demo.network import load_network_of_2022, load_network_of_today
from reports.demo.programme import load_programme_of_2022
from reports.demo.quarters import load_reports_of_today
from reports.demo.registry import load_establishments_of_today, load_published_rows
from reports.demo.surveys import load_surveys


@transaction.atomic
def load_demo() -> None:
    """Everything of the demo that is missing."""
    load_catalogues()
    accounts = load_network_of_today()
    load_network_of_2022(accounts["quantri"])
    load_published_rows()
    load_programme_of_2022()
    load_establishments_of_today()
    load_reports_of_today(accounts)
    load_reports_around_the_merger(accounts)
    load_surveys(accounts)
    load_editions(accounts)
    refresh_words()
