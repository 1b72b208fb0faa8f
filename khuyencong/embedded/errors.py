"""The one error of the runner."""


class CannotRun(Exception):
    """Something stands in the way; the message is one plain sentence that says what to do."""
