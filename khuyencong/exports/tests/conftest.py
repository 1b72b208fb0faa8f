"""Private files in a folder of the test, and a worker that is told without a broker."""

import pytest

from khuyencong.exports import tasks


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }


@pytest.fixture(autouse=True)
def told(monkeypatch):
    """The ids of the jobs a worker was told of."""
    ids = []
    monkeypatch.setattr(tasks.build, "apply_async", lambda args, **options: ids.extend(args))
    return ids
