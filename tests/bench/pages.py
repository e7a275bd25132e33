"""Requests a second of a measure page: from the cache, made anew, bare, and as 304."""

import contextlib
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping

ROUNDS = 5
SECONDS = 3
CONNECTIONS = 8
PAGE = "/plans/2016/measures/1-1/"
BARE = "/bench/bare/"
UNCACHED = "/bench/uncached/"
# Least ratio to the bare view, from the issue.
TARGETS = {"キャッシュから": 0.8, "毎回作成": 1 / 15, "304": 1.0}


@contextlib.contextmanager
def served(environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """One worker of the production server on a free loopback port; in our own environment unless another is given."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--workers",
        "1",
        "--blocking-threads",
        "2",
        "--no-ws",
        "--log-level",
        "error",
        "config.wsgi:application",
    ]
    server = subprocess.Popen(command, env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/healthz")
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(url: str) -> None:
    for _ in range(200):
        with contextlib.suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(url):
            return
        time.sleep(0.1)
    raise RuntimeError("The server did not start within 20 seconds.")


def _requests_a_second(url: str, *headers: str) -> float:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s"]
    for header in headers:
        command += ["-H", header]
    output = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output and not headers:
        raise RuntimeError(f"{url} did not answer 200:\n{output}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if found is None:
        raise RuntimeError(f"wrk said nothing of {url}:\n{output}")
    return float(found[1])


def _etag(url: str) -> str:
    with urllib.request.urlopen(url) as response:
        return response.headers["ETag"]


def run() -> bool:
    """Measure in turns within one run, print medians and ratios; True when every target is reached."""
    with served() as url:
        etag = _etag(url + PAGE)
        asks = {
            "素のビュー": (url + BARE,),
            "キャッシュから": (url + PAGE,),
            "毎回作成": (url + UNCACHED,),
            "304": (url + PAGE, f"If-None-Match: {etag}"),
        }
        figures: dict[str, list[float]] = {name: [] for name in asks}
        for _ in range(ROUNDS):
            for name, ask in asks.items():
                figures[name].append(_requests_a_second(*ask))
    bare = statistics.median(figures["素のビュー"])
    print(f"\n施策のページ（1ワーカー、{ROUNDS}回の中央値）\n  {'':<14}件/秒   素のビューとの比  目標")
    reached = True
    for name, values in figures.items():
        ratio = statistics.median(values) / bare
        target = TARGETS.get(name)
        verdict = "" if target is None else f"{target:.2f}以上 {'達成' if ratio >= target else '未達'}"
        reached = reached and (target is None or ratio >= target)
        print(f"  {name:<10}{statistics.median(values):>9.0f}   {ratio:>8.2f}      {verdict}")
    return reached
