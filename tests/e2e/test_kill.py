"""The server is killed in the middle of saving: what it said is saved is there, nothing is there by halves."""

import http.cookiejar
import os
import re
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.e2e.conftest import Portal, _database, _server, manage, told_inside

ENOUGH = 12
PATIENCE = 120  # seconds, on a busy machine
TEXTS = ("results", "outcomes", "problems", "next_plan")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@dataclass
class Liaison:
    """Saves one 調書 over and over by plain HTTP, each time with a longer text that tells its number."""

    portal: Portal
    pk: int
    sent: int = 0
    acknowledged: int = 0
    refusals: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _NoRedirect())
        self.log_in()
        _, page = self.ask(self.path)
        self.actuals = sorted(set(re.findall(r'name="([^"]+-actual)"', page)))
        assert len(self.actuals) == 2

    @property
    def path(self) -> str:
        return f"/desk/evaluations/{self.pk}/"

    def log_in(self) -> None:
        number, password = self.portal.accounts["liaison"]
        self.ask("/accounts/login/")
        status, _ = self.ask("/accounts/login/", login=number, password=password)
        assert status == 302

    def ask(self, path: str, **values: str) -> tuple[int, str]:
        """GET, or POST where there are values: the status and the page."""
        data = None
        if values:
            token = next(str(cookie.value) for cookie in self.jar if "csrf" in cookie.name)
            data = urllib.parse.urlencode({**values, "csrfmiddlewaretoken": token}).encode()
        request = urllib.request.Request(self.portal.url + path, data=data)
        try:
            with self.opener.open(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def save_until_nobody_answers(self) -> None:
        while not self.refusals:
            number = self.sent + 1
            self.sent = number
            values = {**dict.fromkeys(TEXTS, text(number)), **dict.fromkeys(self.actuals, str(number))}
            try:
                status, page = self.ask(self.path, version=str(number), **values)
            except (OSError, HTTPException):
                return
            if status == 302:
                self.acknowledged = number
            else:
                self.refusals.append(f"{status}: {page[:2000]}")


def text(number: int) -> str:
    """Up to 3,600 characters."""
    return f"{number}回目の保存。" * min(number * 20, 400)


def test_kill_in_the_middle_of_saving(tmp_path: Path, worker_id: str) -> None:
    with _database(tmp_path, f"{worker_id}_kill") as url:
        with _server(tmp_path, url, own_group=True) as portal:
            pk = told_inside(portal, "desk_data.make_one()")
            liaison = Liaison(portal, pk)
            kill_while_saving(liaison)
        assert liaison.refusals == []
        with _server(tmp_path, url) as portal:
            found = told_inside(portal, f"desk_data.stored({pk})")
            number = found["version"] - 1
            assert number in {liaison.acknowledged, liaison.sent}
            assert found == {
                "texts": [text(number)] * 4,
                "actuals": [number] * 2,
                "version": number + 1,
                "events": list(range(2, number + 2)),
                "history": list(range(1, number + 2)),
            }
            assert "異常はありません。" in manage(portal, "verify_audit")
            again = Liaison(portal, pk, sent=number, acknowledged=number)
            values = {**dict.fromkeys(TEXTS, "再開後"), **dict.fromkeys(again.actuals, "7")}
            assert again.ask(again.path, version=str(number + 1), **values)[0] == 302
            assert told_inside(portal, f"desk_data.stored({pk})")["texts"] == ["再開後"] * 4


def kill_while_saving(liaison: Liaison) -> None:
    """kill -9 to all of the server's processes while a save is under way."""
    thread = threading.Thread(target=liaison.save_until_nobody_answers)
    began = time.monotonic()
    thread.start()
    while liaison.acknowledged < ENOUGH and thread.is_alive() and time.monotonic() - began < PATIENCE:
        time.sleep(0.001)
    if liaison.acknowledged < ENOUGH:
        pytest.fail(f"Only {liaison.acknowledged} saves in {PATIENCE} seconds: {liaison.refusals}")
    time.sleep((time.monotonic() - began) / liaison.acknowledged / 2)
    os.killpg(liaison.portal.server.pid, signal.SIGKILL)
    thread.join(60)
    assert not thread.is_alive()
