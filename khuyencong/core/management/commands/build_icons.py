"""Build the icon sprite from an unpacked `@tabler/icons` package."""

import re
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from khuyencong.core.icons import ICONS, SPRITE


class Command(BaseCommand):
    """Gather the icons of `khuyencong.core.icons` into one SVG file of symbols."""

    help = "Build the icon sprite from the folder of an unpacked @tabler/icons package."

    def add_arguments(self, parser):
        parser.add_argument("package", type=Path, help="folder that holds icons/outline/")

    def handle(self, *args, package: Path, **options):
        symbols = []
        for name in sorted(ICONS):
            file = package / "icons" / "outline" / f"{name}.svg"
            if not file.is_file():
                raise CommandError(f"{file} does not exist: is {name} an outline icon?")
            inner = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(), re.DOTALL).group(1)
            inner = "".join(
                line.strip() for line in inner.splitlines() if "M0 0h24v24H0z" not in line
            )
            symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
        target = Path(settings.BASE_DIR) / "static" / SPRITE
        target.write_text(
            '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
        )
        self.stdout.write(f"{len(symbols)} icons in {target}")
