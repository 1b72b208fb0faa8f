"""The authorities of the report form, as a catalogue that an administrator may extend."""

from reports.difficulties.models import Authority
from reports.form_v1 import AUTHORITIES


def load_authorities() -> None:
    """Write those that are missing; names an administrator changed are kept."""
    for position, (code, name) in enumerate(AUTHORITIES, start=1):
        Authority.objects.get_or_create(code=code, defaults={"name": name, "position": position})
