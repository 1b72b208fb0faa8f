"""`manage.py load_catalogues`: what every installation needs, production included."""

from django.core.management.base import BaseCommand

from reports.catalogues import load_catalogues


class Command(BaseCommand):
    """Idempotent; run it once after `migrate` and after every upgrade."""

    help = "Load places, catalogues, the report form and the report periods."

    def handle(self, *args, **options):
        load_catalogues()
        self.stdout.write("Catalogues are loaded.")
