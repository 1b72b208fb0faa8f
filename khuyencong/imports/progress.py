"""How far a worker is with the rows, told while its transaction is open and seen by nobody else."""

import contextlib

from django.core.cache import cache
from redis.exceptions import RedisError

_KEPT_SECONDS = 3600


def _key(job_id: int) -> str:
    return f"imports.progress.{job_id}"


def tell(job_id: int, done: int, total: int) -> None:
    """Say how many rows are done; a cache that is away is no reason to stop."""
    with contextlib.suppress(RedisError):
        cache.set(_key(job_id), (done, total), _KEPT_SECONDS)


def told(job_id: int) -> tuple[int, int] | None:
    """(rows done, rows in all), or None before anything was said."""
    with contextlib.suppress(RedisError):
        return cache.get(_key(job_id))
    return None


def forget(job_id: int) -> None:
    """Say nothing any more."""
    with contextlib.suppress(RedisError):
        cache.delete(_key(job_id))
