"""The environment of the tests; loaded by `-p tests.environment` before Django reads its settings.

DATABASE_URL may come from outside: `.ci/run` runs the same suite on SQLite and on PostgreSQL.
"""

import os
import tempfile

# What a test writes to VAR_DIR must not end up in the demo's.
_var = tempfile.TemporaryDirectory(prefix="portal-tests-")
os.environ["PORTAL_VAR_DIR"] = _var.name

os.environ["PORTAL_MODE"] = "test"
os.environ["SECRET_KEY"] = "only-for-tests"
os.environ["ALLOWED_HOSTS"] = "testserver,127.0.0.1,localhost"
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

# Playwright's sync API keeps an event loop running in the main thread; Django would
# take every query of the tests that follow in the same process for an async one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Nothing of the machine that runs the tests may decide how they end.
for _name in (
    "CACHE_URL",
    "HTTPS",
    "SECOND_FACTOR_ROLES",
    "OIDC_SERVER_URL",
    "EMAIL_HOST",
    "EMAIL_TIMEOUT",
    "PORTAL_URL",
    "TRUSTED_PROXY_COUNT",
):
    os.environ.pop(_name, None)
