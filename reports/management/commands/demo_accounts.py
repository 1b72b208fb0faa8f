"""`manage.py demo_accounts [--json]`: one demo account per role."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.demo.accounts import shown_accounts


class Command(BaseCommand):
    """Prints the demo accounts that exist; refused in production, where none may exist."""

    help = "Print one demo account per role."

    def add_arguments(self, parser):
        parser.add_argument(
            "--json", action="store_true", help="as {role: [username, password]}, for tools"
        )

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError("There are no demo accounts in production.")
        accounts = shown_accounts()
        if options["json"]:
            self.stdout.write(json.dumps(accounts, ensure_ascii=False))
            return
        if not accounts:
            self.stdout.write("No demo accounts here; run load_demo first.")
        for role, (username, password) in accounts.items():
            self.stdout.write(f"{role:14} {username:16} {password}")
