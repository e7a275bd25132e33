"""The production server with a demo installation of its own, and a browser that objects to what a citizen would."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright
from psycopg import sql

from accounts.demo import PERSONAS

START_SECONDS = 300  # the sample's rounds take 15 seconds of processor time, more on a busy machine
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Portal:
    """A running portal: where it is, who may log in (persona → staff number and password)."""

    url: str
    accounts: dict[str, tuple[str, str]]
    environment: dict[str, str]
    server: "subprocess.Popen[bytes]"
    sessions: dict[str, Any] = field(default_factory=dict)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file stay on one worker, so that few servers are started."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


# ── The server ───────────────────────────────────────────────────────────────
@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("portal")
    with _database(folder, worker_id) as url, _server(folder, url) as portal:
        yield portal


@contextmanager
def _database(folder: Path, worker_id: str) -> Iterator[str]:
    """The address of an empty database: a file, or one beside the tests' own on PostgreSQL."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    if parts.scheme == "sqlite":
        yield f"sqlite:///{folder / 'portal.sqlite3'}"
        return
    name = f"portal_e2e_{worker_id}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(drop)


@contextmanager
def _server(folder: Path, database_url: str, *, own_group: bool = False) -> Iterator[Portal]:
    """Starts what `make run` starts, and waits until it is ready. `own_group`: all of it can be killed at once."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    log = folder / "server.log"
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "ALLOWED_HOSTS"}},
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "PORTAL_VAR_DIR": str(folder),
    }
    with log.open("wb") as output:
        server = subprocess.Popen(
            [settings.BASE_DIR / ".ci" / "serve"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=own_group,
        )
    try:
        _wait_until_ready(url, server, log)
        yield Portal(url, _accounts(folder), environment, server)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="session")
def evaluations(portal: Portal) -> dict[str, int]:
    """A round for the demo's people (`tests.e2e.desk_data`): code of the action → id of its 調書."""
    made: dict[str, int] = told_inside(portal, "desk_data.make()")
    return made


@pytest.fixture
def desk(portal: Portal, new_page: Callable[..., Page], evaluations: dict[str, int]) -> Page:
    """A browser of the liaison at the open 調書's round."""
    page = new_page(viewport={"width": 1280, "height": 900})
    log_in(portal, page, "liaison")
    return page


def told_inside(portal: Portal, expression: str) -> Any:
    """What an expression of `tests.e2e.desk_data` gives in a process with the portal's database (by way of JSON)."""
    code = f"import django, json; django.setup(); from tests.e2e import desk_data; print(json.dumps({expression}))"
    return json.loads(_run_inside(portal, "-c", code).splitlines()[-1])


def manage(portal: Portal, *arguments: str) -> str:
    """What `manage.py` says with the portal's database; fails where it fails."""
    return _run_inside(portal, "manage.py", *arguments)


def _run_inside(portal: Portal, *arguments: str) -> str:
    environment = {
        **portal.environment,
        "PORTAL_MODE": "demo",
        "SECRET_KEY": "only for this",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(
        f"The portal did not become ready:\n{log.read_text(encoding='utf-8', errors='replace')[-5000:]}"
    )


def _accounts(folder: Path) -> dict[str, tuple[str, str]]:
    (of_this_database,) = json.loads((folder / "demo-accounts.json").read_text(encoding="utf-8")).values()
    return {persona.key: (persona.staff_number, of_this_database[persona.key]["password"]) for persona in PERSONAS}


# ── The browser ──────────────────────────────────────────────────────────────
@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: .ci/system-packages test")
        pytest.skip("Chromium is missing: .ci/system-packages test")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def expected_faults() -> list[str]:
    """What a test brings about on purpose: faults that hold one of these words do not fail it."""
    return []


@pytest.fixture
def new_page(portal: Portal, browser: Browser, expected_faults: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens pages in contexts of their own (arguments as for `Browser.new_context`), all watched."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**{"locale": "ja-JP", "base_url": portal.url, **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        context.on("page", lambda page: _watch(page, portal, faults))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not any(words in fault for words in expected_faults)] == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A Japanese desktop browser. The test fails on script errors, CSP violations and requests to other hosts."""
    return new_page(viewport={"width": 1280, "height": 800})


def _watch(page: Page, portal: Portal, faults: list[str]) -> None:
    error_pages: set[str] = set()

    def on_response(response: Response) -> None:
        # Chromium reports an error page that was asked for as an error of the console.
        if response.request.is_navigation_request() and response.status >= 400:
            error_pages.add(response.url)

    def on_console(message: ConsoleMessage) -> None:
        asked_for = message.text.startswith("Failed to load resource") and message.location["url"] in error_pages
        if message.type == "error" and not asked_for:
            faults.append(f"console: {message.text} ({page.url})")

    def on_request(request: Request) -> None:
        if not request.url.startswith((portal.url + "/", "data:", "blob:")):
            faults.append(f"request to another host: {request.url} ({page.url})")

    page.on("response", on_response)
    page.on("console", on_console)
    page.on("request", on_request)
    page.on("pageerror", lambda error: faults.append(f"script: {error} ({page.url})"))


# ── What tests do with them ──────────────────────────────────────────────────
def log_in(portal: Portal, page: Page, persona: str, *, fresh: bool = False) -> None:
    """Logs a persona in. The session is shared between tests; one that ends it asks for a `fresh` one."""
    if not fresh and persona in portal.sessions:
        page.context.add_cookies(portal.sessions[persona])
        return
    staff_number, password = portal.accounts[persona]
    page.goto(f"{portal.url}/accounts/login/")
    page.locator("input[name=login]").fill(staff_number)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    if not fresh:
        portal.sessions[persona] = page.context.cookies()


def axe(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now: WCAG 2.2 AA and best practices, one line each."""
    # Without preload: where a style sheet has @import (the admin's forms.css), axe would add
    # style elements of its own to the page, and the CSP reports them. No rule run here needs it.
    options = {"runOnly": AXE_TAGS, "resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]


def assert_axe_clean(page: Page) -> None:
    assert axe(page) == [], page.url


def assert_fits(page: Page, widths: Sequence[int]) -> None:
    """The page does not scroll sideways in windows of these widths."""
    too_wide = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if excess > 0:
            too_wide[width] = excess
    assert too_wide == {}, page.url
