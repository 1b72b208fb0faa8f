"""`manage.py load_demo`: the demo networks, registry, programme and reports."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.demo.load import load_demo


class Command(BaseCommand):
    """Idempotent. Refused in production: its accounts have a published password."""

    help = "Load the demo data (never in production)."

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError(
                "Demo data is refused in production: its accounts have a published password. "
                "Run load_catalogues instead."
            )
        load_demo()
        self.stdout.write("Demo data is loaded.")
