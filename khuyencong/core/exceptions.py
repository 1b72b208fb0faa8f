"""Refusals that carry a Vietnamese sentence for the person."""

from django.core.exceptions import PermissionDenied


class Refusal(Exception):
    """Base of every refusal; `str()` of it is the sentence shown to the user."""


class NotAllowed(Refusal, PermissionDenied):
    """The person may see this but not do that (Django answers 403)."""


class WrongStatus(Refusal):
    """The record is not in a state that allows the action: who moved it, when, and what to do."""


class Conflict(Refusal):
    """What the person decided on has changed since it was shown."""


class InvalidInput(Refusal):
    """Input that breaks a rule; `errors` maps a field or cell key to its sentences."""

    def __init__(self, message: str, errors: dict[str, list[str]] | None = None):
        super().__init__(message)
        self.errors = errors or {}
