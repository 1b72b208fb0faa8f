"""`manage.py load_places`: the administrative units with their dates and successions."""

from django.core.management.base import BaseCommand

from khuyencong.core.places_loader import load_places


class Command(BaseCommand):
    """Idempotent: writes only what is missing or differs."""

    help = "Load the administrative units with their dates and successions."

    def add_arguments(self, parser):
        parser.add_argument(
            "--national", action="store_true", help="all 3,321 communes of the 34 provinces too"
        )

    def handle(self, *args, national=False, **options):
        places, successions = load_places(national=national)
        self.stdout.write(f"Places written: {places}; successions written: {successions}.")
