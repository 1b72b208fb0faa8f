"""What other apps know of an establishment, shown on the page of its record.

The registry does not know the apps above it, so each says in its `ready()` what it has to tell
(`register`): the support received, the reports that mention the establishment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from facilities.models import Establishment


@dataclass(frozen=True)
class Entry:
    """One thing: its title with the page behind it, and what is to know of it."""

    title: str
    url: str
    details: tuple[str, ...] = ()
    is_illustration: bool = False


@dataclass(frozen=True)
class Told:
    """What one app tells: a section of the page. `anchor` names it in the address."""

    anchor: str
    heading: str
    entries: Sequence[Entry]
    empty: str
    summary: str = ""


_tellers: list[Callable] = []


def register(teller: Callable) -> None:
    """Let `teller(user, establishment) -> Told | None` have a section of the record's page: what this
    user may read of it, or None where it is nothing to them."""
    if teller not in _tellers:
        _tellers.append(teller)


def told_of(user, establishment: Establishment) -> list[Told]:
    """The sections of all apps, in the order of the apps."""
    told = (teller(user, establishment) for teller in _tellers)
    return [section for section in told if section is not None]
