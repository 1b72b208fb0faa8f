"""The same project with Django's defaults where they differ, and a stock view: for comparison only."""

from khuyencong.settings import *  # noqa: F403
from khuyencong.settings import DATABASES

DATABASES["default"]["CONN_MAX_AGE"] = 0
ROOT_URLCONF = "bench.baseline_urls"
