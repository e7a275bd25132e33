"""Pages of 20,000 actions in ten yearly rounds beside the same pages of 60 actions, and the deeds that touch them all.

Two processes, one for each amount of data, are asked for the same page in turns.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from tests.bench.rounds_pages import FILES, PAGES, Page

FEW = 60
# Less only to try the bench itself.
MANY = int(os.environ.get("BENCH_ACTIONS", "20000"))
ROUNDS = 5
MOST_QUERIES = 12
# Figures of the issue: median of the larger amount beside the smaller one.
MOST_RATIO = 3.0
DEEDS = {
    "open": f"照会の開始（{MANY:,}取組）",
    "publish": f"公表（{MANY:,}調書）",
    "reorganise": "組織改編（2,000取組の課）",
}


class _Worker:
    """A child process with a database of its own."""

    def __init__(self, actions: int, database_url: str) -> None:
        environment = os.environ | {"DATABASE_URL": database_url}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.rounds_worker", str(actions)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The worker of the bench ended; its error stands above.")
        told: dict[str, Any] = json.loads(line)
        return told

    def ask(self, **question: object) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self.answer()

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=60)


@contextlib.contextmanager
def _workers() -> Iterator[tuple[_Worker, _Worker]]:
    with contextlib.ExitStack() as stack:
        few, many = (
            stack.enter_context(contextlib.closing(_Worker(actions, stack.enter_context(database(actions)))))
            for actions in (FEW, MANY)
        )
        for worker, actions in ((few, FEW), (many, MANY)):
            print(f"  {actions:,}取組×10年度のデータを作りました（{worker.answer()['seconds']:.0f}秒）", flush=True)
        yield few, many


@contextlib.contextmanager
def database(actions: int) -> Iterator[str]:
    """The address of an empty database beside the one of the bench."""
    if connection.vendor == "postgresql":
        name = f"bench_{actions}"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
        yield os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"


def _label(page: Page) -> str:
    return f"{page.name} {page.query} {page.person}".replace("  ", " ").strip()


@dataclass
class _Measured:
    """Seconds of one page with one amount of data, request by request: with the plan at hand, and without."""

    warm: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return statistics.median(self.warm)

    @property
    def first(self) -> float:
        """Of the first request after an edit, or in a new process."""
        return statistics.median(self.cold)


def _measured(few: _Worker, many: _Worker, kind: str, number: int) -> tuple[_Measured, _Measured, int]:
    """What was measured in turns with few and with many actions, and the larger number of queries."""
    small, large = _Measured(), _Measured()
    queries = 0
    for _ in range(ROUNDS):
        for worker, measured in ((few, small), (many, large)):
            told = worker.ask(**{kind: number})
            measured.warm.append(told["seconds"])
            measured.cold.append(told["first"])
            queries = max(queries, told["queries"])
    return small, large, queries


def _pages(few: _Worker, many: _Worker) -> bool:
    print(f"\n取組と評価のページ（{connection.vendor}、{ROUNDS}回の中央値、ページのキャッシュなし）")
    print("  「初回」は、内容を編集した直後（または起動した直後）の1回目です。比の目標はありません。")
    print(
        f"  問合せ  {FEW}取組 ミリ秒  {MANY:,}取組 ミリ秒   比（{MOST_RATIO:.0f}以下）"
        "        初回 ミリ秒   初回の比  ページ"
    )
    reached = True
    for number, page in enumerate(PAGES):
        small, large, queries = _measured(few, many, "page", number)
        kept = large.seconds <= MOST_RATIO * small.seconds and queries <= MOST_QUERIES
        reached = reached and kept
        print(
            f"  {queries:>4}{small.seconds * 1000:>14.1f}{large.seconds * 1000:>16.1f}"
            f"{large.seconds / small.seconds:>10.2f}  {'達成' if kept else '未達'}"
            f"{large.first * 1000:>16.1f}{large.first / small.first:>10.2f}   {_label(page)}",
            flush=True,
        )
    return reached


def _files(few: _Worker, many: _Worker) -> bool:
    print(
        f"\n一覧のファイルと、年度のすべてを読む公表前の確認（行数に応じて長くなるため、比の目標はありません。問合せは{MOST_QUERIES}以下）"
    )
    reached = True
    for number, page in enumerate(FILES):
        small, large, queries = _measured(few, many, "file", number)
        reached = reached and queries <= MOST_QUERIES
        print(
            f"  {queries:>4}{small.seconds * 1000:>14.1f}{large.seconds * 1000:>16.1f}   {_label(page)}",
            flush=True,
        )
    return reached


def _deeds(many: _Worker) -> None:
    print("\n一度に行うこと（1回の計測）")
    for deed, label in DEEDS.items():
        told = many.ask(deed=deed)
        print(f"  {told['seconds']:>8.1f}秒  最大 {told['peak_mb']:,.0f} MB   {label}", flush=True)


def run() -> bool:
    """Print the tables; True when every page keeps to the queries and the ratio."""
    with _workers() as (few, many):
        reached = [_pages(few, many), _files(few, many)]
        _deeds(many)
    return all(reached)
