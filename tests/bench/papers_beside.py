"""The committee's paper of 500 actions, made by the portal's own process, and the public's pages while it is made.

`python -m tests.bench.papers_beside ACTIONS` fills a database of its own and orders the paper.
"""

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench.pages import PAGE, UNCACHED, served
from tests.bench.rounds_worker import prepare

# Less only to try the bench itself.
ACTIONS = int(os.environ.get("BENCH_PAPER_ACTIONS", "500"))
# Figure of the issue: medians while the paper is made beside those alone.
MOST_RATIO = 2.0
FIGURE = f"（{MOST_RATIO:.0f}以下）"
# Our own: such a paper has to fit beside the portal on a small machine.
MOST_MEGABYTES = 1500
ALONE_SECONDS = 10
PAUSE = 0.02
PAGES = {"施策（キャッシュから）": PAGE, "施策（毎回作成）": UNCACHED, "評価年度の一覧": "/progress/"}
ROOT = Path(__file__).parents[2]
Times = dict[str, list[float]]


def run() -> bool:
    """Print the figures; True when they are reached and the paper was made."""
    from tests.bench.rounds import database  # reads models, which the children have not set up yet

    with database(ACTIONS) as url:
        environment = {**os.environ, "DATABASE_URL": url}
        _child(environment, str(ACTIONS))
        with served(environment) as address:
            _asked(address)  # the first answers are slower
            alone = _asked_for(address, ALONE_SECONDS)
            begun = time.monotonic()
            beside, used = _while_it_is_made(address, environment)
            seconds = time.monotonic() - begun
            _added(alone, _asked_for(address, ALONE_SECONDS))
        paper = json.loads(_child(environment, "told"))
    megabytes, busy = used.ru_maxrss / 1024, used.ru_utime + used.ru_stime
    print(f"\n{ACTIONS}取組の委員会資料：{paper['state']}、{paper['pages']}頁、{(paper['size'] or 0) / 1e6:.1f} MB")
    print(
        f"  {seconds:.0f}秒（計算 {busy:.0f}秒）、{(paper['pages'] or 0) / busy:.1f}頁/秒、メモリー {megabytes:.0f} MB"
    )
    return _told(alone, beside) and paper["state"] == "made" and megabytes <= MOST_MEGABYTES


def _told(alone: Times, beside: Times) -> bool:
    print("  作成中のページ（中央値）   ひとりのとき  作成中  比")
    ratios = []
    for name, times in beside.items():
        before, during = statistics.median(alone[name]) * 1000, statistics.median(times) * 1000
        ratios.append(during / before)
        verdict = "達成" if ratios[-1] <= MOST_RATIO else "未達"
        print(f"  {name:<14}{before:>8.1f}ミリ秒 {during:>8.1f}ミリ秒 {ratios[-1]:>5.2f}  {verdict} {FIGURE}")
    return max(ratios) <= MOST_RATIO


def _while_it_is_made(address: str, environment: Mapping[str, str]) -> tuple[Times, Any]:
    """The times of the pages until the process ends that the portal starts for an order, and what it used."""
    times: Times = {name: [] for name in PAGES}
    maker = subprocess.Popen(
        [sys.executable, "manage.py", "make_papers"], cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL
    )
    while True:
        ended, _, used = os.wait4(maker.pid, os.WNOHANG)
        if ended:
            maker.returncode = 0  # it was waited for: nobody else has to
            return times, used
        _added(times, _asked(address))


def _asked_for(address: str, seconds: float) -> Times:
    times: Times = {name: [] for name in PAGES}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        _added(times, _asked(address))
    return times


def _asked(address: str) -> Times:
    """Each page once, one after the other, with a rest between."""
    times: Times = {}
    for name, path in PAGES.items():
        begun = time.perf_counter()
        with urllib.request.urlopen(address + path) as response:
            response.read()
        times[name] = [time.perf_counter() - begun]
        time.sleep(PAUSE)
    return times


def _added(times: Times, more: Times) -> None:
    for name, seconds in more.items():
        times[name] += seconds


def _child(environment: Mapping[str, str], argument: str) -> str:
    command = [sys.executable, "-m", "tests.bench.papers_beside", argument]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def _prepare(actions: int) -> None:
    from progress.enums import PaperKind
    from progress.models import Round
    from progress.papers.ordering import order_of_round
    from progress.papers.selection import Selection

    prepare(actions, years=2)
    round_ = Round.objects.published().for_reports().get()
    order_of_round(round_=round_, selection=Selection.of(PaperKind.COMMITTEE), by=None)


def _made() -> str:
    from progress.models import Paper

    paper = Paper.objects.get()
    return json.dumps({"state": paper.state, "pages": paper.pages, "size": paper.size})


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "told":
        print(_made())
    else:
        _prepare(int(sys.argv[1]))
