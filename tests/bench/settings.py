"""The real settings, with two more addresses to compare against and no request log."""

from config.settings import *  # noqa: F403  # the bench serves what production serves

ROOT_URLCONF = "tests.bench.urls"
LOGGING = {"version": 1, "disable_existing_loggers": True}
