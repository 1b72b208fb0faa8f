"""Says where the values of a change come from, for the history that the triggers write."""

from collections.abc import Iterator
from contextlib import contextmanager

import pghistory


@contextmanager
def recorded_as(source: str) -> Iterator[None]:
    """Every history row written within names `source` as where its values come from.

    pghistory keeps what an inner context adds until the outermost one (the request) ends; here it
    goes back to what it was, so that a second action of the same request is not misattributed.
    """
    with pghistory.context() as context:
        metadata = context.metadata
        before = metadata.get("source")
        metadata["source"] = source
        try:
            yield
        finally:
            if before is None:
                metadata.pop("source", None)
            else:
                metadata["source"] = before
