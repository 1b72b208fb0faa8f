"""Celery's side of imports: ids in, actions called."""

from celery import shared_task

from khuyencong.imports import actions


@shared_task(acks_late=True, reject_on_worker_lost=True, soft_time_limit=1800)
def check(job_id: int) -> None:
    """Read and check the rows of an import."""
    actions.run_check(job_id)


@shared_task(acks_late=True, reject_on_worker_lost=True, soft_time_limit=1800)
def apply(job_id: int) -> None:
    """Write an import to the book."""
    actions.run_apply(job_id)


@shared_task(acks_late=True, reject_on_worker_lost=True, soft_time_limit=1800)
def undo(job_id: int) -> None:
    """Take an import back."""
    actions.run_undo(job_id)


@shared_task
def remove_old() -> int:
    """Put away old files (daily, by beat)."""
    return actions.remove_old_imports()
