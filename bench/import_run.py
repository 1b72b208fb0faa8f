"""One whole import in a process of its own, so that its memory can be told: `python -m bench.import_run PATH`.

Prints seconds of each step, and the memory grown: the peak of this process over its size before, and
the peak of the reader's own process, in MB.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from unittest import mock

import django


def main() -> None:
    """Read, check, lay out, look at, write, with history; then take it back."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings")
    django.setup()
    import psutil
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import connection

    from facilities.importing import words_of
    from khuyencong.core.models import User
    from khuyencong.imports import actions

    officer = User.objects.get(username="chuyenvien")
    path = Path(sys.argv[1])
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    connection.ensure_connection()
    before = psutil.Process().memory_info().rss
    steps, started = {}, time.perf_counter()

    def step(name):
        nonlocal started
        steps[name] = time.perf_counter() - started
        started = time.perf_counter()

    # No worker is told: the worker's part is run right here.
    with mock.patch.object(actions, "_tell_worker"):
        job = actions.receive_file(
            actor=officer, kind_code="facilities.establishments", upload=upload
        )
        step("receive")
        actions.match_columns(
            actor=officer, job_id=job.pk, matching=job.matching, converted=set(), place=None
        )
        actions.run_check(job.pk)
        step("check")
        words_of(officer, list(job.rows.all()[:50]))
        step("preview")
        actions.start_apply(actor=officer, job_id=job.pk, only_right=True)
        actions.run_apply(job.pk)
        step("apply")
        job.refresh_from_db()
        total = sum(steps.values())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        result, error = dict(job.result), job.error
        if job.result:
            actions.start_undo(actor=officer, job_id=job.pk)
            actions.run_undo(job.pk)
        step("undo")
    job.file.delete(save=False)
    job.delete()
    print(
        json.dumps(
            {
                "seconds": total,
                "steps": {name: round(value, 2) for name, value in steps.items()},
                "grown_mb": peak - before / 1024 / 1024,
                "reader_mb": reader,
                "result": result,
                "error": error,
            }
        )
    )


if __name__ == "__main__":
    main()
