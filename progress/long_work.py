"""Work that takes longer than a page may: done in a thread of its own, while the answer tells how far it is.

The answer is a page that grows: its head at once, a line for each report, the
result and the rest of the page at the end. It needs no script. The work runs
in one transaction with its own connection; when nobody watches any more — the
tab was closed, the line broke — its next report raises, and nothing is left
half done. A second start waits for the lock of the first and is told that all
is done (docs/decisions/0011-long-work.md).
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, TypeVar

from django.contrib import messages
from django.db import OperationalError, connections
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.html import format_html

from progress.actions.opening import Report, no_report
from progress.errors import ProgressError

DIRECTLY_BELOW = 1000
"""Rows: fewer are done before the answer is sent."""
ONE_BY_ONE_BELOW = 100
"""The same where each row is a transaction of its own, with its event and its history."""

# So often the page gets a blank line while nothing is reported: a server learns by writing that its reader is gone.
_BLANK_LINE_AFTER = 1.0
# A server may also just stop asking for more. Longer than any proxy holds a page back.
_ABANDONED_AFTER = 60.0
_PLACE = "[[here the work is told]]"
_REPORTED_EVERY = 20
_BUSY = "ほかの処理が終わるのを待ちましたが、終わりませんでした。少し待ってから、もう一度操作してください。"
_BACK = "前の画面に戻る"

Row = TypeVar("Row")

logger = logging.getLogger("django.request")


class Interrupted(Exception):
    """Nobody watches any more."""


Problem = tuple[str, str]
"""A sentence, and where it can be mended ("": nowhere)."""


@dataclass(frozen=True)
class Outcome:
    """What to tell at the end; `link` leads to `url`. `kind` as in components/notice.html."""

    title: str
    url: str
    link: str
    text: str = ""
    kind: str = "success"
    problems: tuple[Problem, ...] = ()


Work = Callable[[Report], Outcome]


def reported(rows: Sequence[Row], report: Report) -> Iterator[Row]:
    """Each row; when it is asked for, the ones before it are done. For work of one transaction for each row."""
    for done, row in enumerate(rows):
        if done % _REPORTED_EVERY == 0:
            report(done, len(rows))
        yield row
    report(len(rows), len(rows))


@dataclass(frozen=True)
class Task:
    """What is to be done. `back`: where a refusal leads; `is_whole`: all or nothing, else what is done stays.

    `page` is the template that tells how far it is, `context` what it needs beside what it gets from here.
    """

    title: str
    work: Work
    back: str
    is_whole: bool = True
    page: str = "desk/rounds/working.html"
    context: Mapping[str, Any] = field(default_factory=dict)


def carried_out(request: HttpRequest, task: Task, *, rows: int, is_quick: bool = True) -> HttpResponseBase:
    """Do it: at once with a redirect, with a page of what went wrong, or with one that tells how far it is.

    `is_quick`: many rows go in one transaction; else each is one of its own.
    """
    if rows >= (DIRECTLY_BELOW if is_quick else ONE_BY_ONE_BELOW):
        return streamed(request, task)
    outcome = _outcome(task, no_report)
    if outcome.problems:
        return render(request, "desk/rounds/outcome.html", {"title": task.title, "outcome": outcome})
    level = {"success": messages.SUCCESS, "warning": messages.WARNING}.get(outcome.kind, messages.ERROR)
    messages.add_message(request, level, f"{outcome.title}{outcome.text}")
    return redirect(outcome.url)


def streamed(request: HttpRequest, task: Task) -> StreamingHttpResponse:
    """The page that grows; see above."""
    context = {**task.context, "title": task.title, "is_whole": task.is_whole, "place": _PLACE}
    head, foot = render_to_string(task.page, context, request).split(_PLACE)
    # What is recorded in the thread still says where the request came from.
    run = partial(copy_context().run, (watched := _Watched(task)).run)
    response = StreamingHttpResponse(_page(watched, run, head, foot))
    response["X-Accel-Buffering"] = "no"  # a proxy that collects the page would keep the lines to itself
    return response


def _page(watched: "_Watched", run: Callable[[], None], head: str, foot: str) -> Iterator[str]:
    yield head
    thread = Thread(target=run, name="long-work", daemon=True)
    thread.start()
    try:
        yield from watched.lines()
    finally:
        watched.leave()
        thread.join()
    yield foot


class _Watched:
    """The work and who watches it, each in a thread of their own."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._said: SimpleQueue[tuple[int, int] | Outcome] = SimpleQueue()
        self._left = Event()
        self._asked_at = time.monotonic()

    def run(self) -> None:
        try:
            self._said.put(_outcome(self._task, self.report))
        except Interrupted:
            logger.warning("Long work was given up: nobody watched any more.")
        except Exception:
            logger.exception("Long work failed.")
            self._said.put(Outcome(_failed(self._task), self._task.back, _BACK, kind="error"))
        finally:
            connections.close_all()  # this thread's own

    def report(self, done: int, total: int) -> None:
        if self._left.is_set() or time.monotonic() - self._asked_at > _ABANDONED_AFTER:
            raise Interrupted
        self._said.put((done, total))

    def lines(self) -> Iterator[str]:
        """One for each report, then the outcome."""
        yield '<ul class="work-lines" role="log" aria-label="進み具合">\n'
        while True:
            self._asked_at = time.monotonic()
            try:
                said = self._said.get(timeout=_BLANK_LINE_AFTER)
            except Empty:
                yield "\n"
                continue
            if isinstance(said, Outcome):
                yield f"</ul>\n{render_to_string('desk/rounds/_outcome.html', {'outcome': said})}"
                return
            yield format_html("<li>{} / {}件</li>\n", f"{said[0]:,}", f"{said[1]:,}")

    def leave(self) -> None:
        self._left.set()


def _outcome(task: Task, report: Report) -> Outcome:
    """What the work says, or why it was refused."""
    try:
        return task.work(report)
    except ProgressError as error:
        problems = tuple((str(problem), getattr(problem, "url", "")) for problem in getattr(error, "problems", ()))
        return Outcome(str(error), task.back, _BACK, kind="error", problems=problems)
    except OperationalError as error:
        if "locked" not in str(error):
            raise
        return Outcome(_BUSY, task.back, _BACK, kind="error")


def _failed(task: Task) -> str:
    kept = "何も変わっていません。" if task.is_whole else "それまでに済んだ分は、残っています。"
    return f"途中で誤りが起きたため、中止しました。{kept}"
