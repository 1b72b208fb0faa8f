"""Celery's side of exports: ids in, actions called."""

from celery import shared_task

from khuyencong.exports import actions


@shared_task(acks_late=True, reject_on_worker_lost=True, soft_time_limit=1800)
def build(job_id: int) -> None:
    """Build an export; acknowledged only when it is over, so that a killed worker's job is taken up
    by another."""
    actions.build_export(job_id)


@shared_task
def remove_old() -> int:
    """Put away the files of exports past their time (daily, by beat)."""
    return actions.remove_old_exports()
