"""One whole import in a process of its own, so that its memory can be told: `python -m bench.import_run PATH`.

Prints seconds of each step, of which the undo is not part of the import; what they cost in CPU time
(another measure where others work on the machine too); and the memory grown: the peak of this process
over its size before, and the peak of the reader's own process, in MB. With `--stock` the same workbook
goes through django-import-export instead, which writes nothing in the end.
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
    """Run one import and print what it took as one line of JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings")
    django.setup()
    import psutil
    from django.db import connection

    connection.ensure_connection()
    server = connection.connection.info.backend_pid
    before, load = psutil.Process().memory_info().rss, os.getloadavg()[0]
    cpu = _cpu_seconds(server)
    steps, said = (_stock if "--stock" in sys.argv else _ours)(Path(sys.argv[1]))
    undo = steps.pop("undo", None)
    print(
        json.dumps(
            {
                "seconds": sum(steps.values()),
                "undo_seconds": undo,
                "steps": {name: round(value, 2) for name, value in steps.items()},
                "cpu_seconds": round(_cpu_seconds(server) - cpu, 1),
                "load_before": round(load, 1),
                "grown_mb": _peak_mb(resource.RUSAGE_SELF) - before / 1024 / 1024,
                "reader_mb": _peak_mb(resource.RUSAGE_CHILDREN),
                **said,
            }
        )
    )


def _ours(path: Path) -> tuple[dict[str, float], dict]:
    """Read, check, lay out, look at, write, with history; then take it back."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from facilities.importing import words_of
    from khuyencong.core.models import User
    from khuyencong.imports import actions

    officer = User.objects.get(username="chuyenvien")
    upload = SimpleUploadedFile(path.name, path.read_bytes())
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
        if not job.result:
            raise RuntimeError(job.error)
        actions.start_undo(actor=officer, job_id=job.pk)
        actions.run_undo(job.pk)
        step("undo")
    job.refresh_from_db()
    job.file.delete(save=False)
    job.delete()
    return steps, {"added": job.result["added"], "undone": job.result.get("undone")}


def _stock(path: Path) -> tuple[dict[str, float], dict]:
    from bench.baseline import stock_import

    return {"import": stock_import(path)}, {}


def _peak_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def _cpu_seconds(server_pid: int) -> float:
    """CPU time of this process, its children and its database connection, where that is on this machine."""
    spent = sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    stat = Path(f"/proc/{server_pid}/stat")
    if stat.exists():
        fields = stat.read_text().rsplit(")", 1)[1].split()
        spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


if __name__ == "__main__":
    main()
