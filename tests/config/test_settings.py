"""config.settings, read by a fresh process in other environments than the tests' own."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

PRODUCTION = {
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "portal.example.jp, www.example.jp",
    "DATABASE_URL": "postgres://portal:secret@db.example.jp/portal",
}
# What the process itself needs, and nothing the settings read.
MACHINE = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}

PRINT = """
import json, config.settings as s
print(json.dumps({name: getattr(s, name) for name in dir(s) if name.isupper()}, default=str))
"""


def _run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={**MACHINE, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _settings(**environment: str) -> dict[str, Any]:
    done = _run(PRINT, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _complaint(**environment: str) -> str:
    """The last line of the traceback with which the process stopped."""
    done = _run("import config.settings", **environment)
    assert done.returncode == 1
    return done.stderr.strip().splitlines()[-1].removeprefix("django.core.exceptions.ImproperlyConfigured: ")


@pytest.mark.parametrize("name", sorted(PRODUCTION))
@pytest.mark.parametrize("value", [None, " "])
def test_production_stops_with_the_name_of_what_is_missing(name: str, value: str | None) -> None:
    environment = {key: text for key, text in PRODUCTION.items() if key != name}
    if value is not None:
        environment[name] = value
    assert _complaint(**environment) == f"The environment variable {name} is missing or empty."


def test_another_database_is_refused() -> None:
    complaint = _complaint(**{**PRODUCTION, "DATABASE_URL": "mysql://localhost/portal"})
    assert complaint == "DATABASE_URL must begin with sqlite:/// or postgres://."


def test_https_cannot_be_switched_off_in_production() -> None:
    complaint = _complaint(**PRODUCTION, HTTPS="0")
    assert complaint == "HTTPS cannot be switched off when PORTAL_MODE is production."


def test_production_is_the_default_and_secure() -> None:
    found = _settings(**PRODUCTION)
    expected = {
        "MODE": "production",
        "DEMO": False,
        "DEBUG": False,
        "ALLOWED_HOSTS": ["portal.example.jp", "www.example.jp"],
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "X_FRAME_OPTIONS": "DENY",
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
        "SECOND_FACTOR_ROLES": ["administrator"],
    }
    assert {name: found[name] for name in expected} == expected


def test_no_variable_turns_production_into_a_demo() -> None:
    found = _settings(**PRODUCTION, DEMO="1", DEBUG="1", PORTAL_DEMO="1")
    assert (found["DEMO"], found["DEBUG"]) == (False, False)


def test_postgresql_keeps_a_pool_of_connections() -> None:
    database = _settings(**PRODUCTION)["DATABASES"]["default"]
    assert (database["ENGINE"], database["NAME"], database["OPTIONS"]) == (
        "django.db.backends.postgresql",
        "portal",
        {
            "options": "-c jit=off -c random_page_cost=1.1 -c join_collapse_limit=9 -c from_collapse_limit=9",
            "pool": True,
        },
    )


def test_sqlite_is_safe_for_several_writers() -> None:
    database = _settings(**{**PRODUCTION, "DATABASE_URL": "sqlite:////srv/portal.sqlite3"})["DATABASES"]["default"]
    assert (database["NAME"], database["OPTIONS"]) == (
        "/srv/portal.sqlite3",
        {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000;"
            ),
        },
    )


def test_shared_caches_move_to_redis_where_cache_url_says_so() -> None:
    caches = _settings(**PRODUCTION, CACHE_URL="redis://cache.example.jp/0")["CACHES"]
    assert {name: cache["BACKEND"] for name, cache in caches.items()} == {
        "default": "django.core.cache.backends.redis.RedisCache",
        "pages": "django.core.cache.backends.redis.RedisCache",
    }


def test_single_sign_on_is_a_matter_of_settings() -> None:
    found = _settings(
        **PRODUCTION,
        OIDC_SERVER_URL="https://login.example.jp",
        OIDC_CLIENT_ID="portal",
        OIDC_CLIENT_SECRET="hush",
    )
    (app,) = found["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"]
    assert (app["client_id"], app["name"], app["settings"]["server_url"]) == (
        "portal",
        "職員認証基盤",
        "https://login.example.jp",
    )


def test_single_sign_on_without_its_client_is_named() -> None:
    complaint = _complaint(**PRODUCTION, OIDC_SERVER_URL="https://login.example.jp")
    assert complaint == "The environment variable OIDC_CLIENT_ID is missing or empty."


def test_demo_runs_on_plain_http() -> None:
    found = _settings(**PRODUCTION, PORTAL_MODE="demo")
    assert (found["DEMO"], found["SECURE_SSL_REDIRECT"], found["SESSION_COOKIE_SECURE"]) == (True, False, False)


@pytest.mark.parametrize("command", ["prepare_demo", "make_demo_accounts"])
def test_demo_commands_refuse_production(command: str) -> None:
    """DATABASE_URL leads nowhere: the refusal comes before any query."""
    done = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=settings.BASE_DIR,
        env={**MACHINE, **PRODUCTION},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: ")
    assert "PORTAL_MODE=demo" in done.stderr


def test_every_variable_is_documented() -> None:
    source = (settings.BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")
    table = (settings.BASE_DIR / "docs" / "settings.md").read_text(encoding="utf-8")
    read = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', source)) | {"PORTAL_MODE"}
    documented = set(re.findall(r"`([A-Z_]+)`", table))
    assert {"SECRET_KEY", "DATABASE_URL"} <= read
    assert read - documented == set()


def test_lock_of_development_agrees_with_the_lock_of_production() -> None:
    """Otherwise the tests would try other versions than those that serve."""
    runtime, development = (
        _pins((settings.BASE_DIR / name).read_text(encoding="utf-8"))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert {name: development.get(name) for name in runtime} == runtime


def _pins(lock: str) -> dict[str, str]:
    lines = [line.removesuffix("\\").strip() for line in lock.splitlines() if "==" in line and line[0].isalnum()]
    return dict(line.split("==", 1) for line in lines)


def test_links_in_mails_lead_to_the_first_host_unless_another_address_is_given() -> None:
    assert _settings(**PRODUCTION)["PORTAL_URL"] == "https://portal.example.jp"
    assert _settings(**PRODUCTION, PORTAL_URL="https://plan.example.jp/")["PORTAL_URL"] == "https://plan.example.jp"


def test_a_host_that_is_no_address_needs_one_for_the_links_in_mails() -> None:
    complaint = _complaint(**{**PRODUCTION, "ALLOWED_HOSTS": "*"})
    assert complaint == "PORTAL_URL is 'https://*'; it must be an address like https://portal.example.jp."
