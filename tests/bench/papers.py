"""How fast a paper of a hundred pages is set, in how much memory, beside Chromium printing the same HTML."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path

from django.core.management import call_command

LEAST_PAGES_A_SECOND = 9.0
MOST_MEGABYTES = 400
MOST_TIMES_CHROMIUM = 2.0
ROUNDS = 5

OURS = """
import json, resource, sys, time
from pathlib import Path
from progress.papers.engine import pdf_of
html = Path(sys.argv[1]).read_text(encoding="utf-8")
begun, busy = time.monotonic(), time.process_time()
made = pdf_of(html, "http://127.0.0.1")
print(json.dumps({
    "seconds": time.monotonic() - begun,
    "busy": time.process_time() - busy,
    "pages": made.pages,
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""
CHROMIUM = [
    "/usr/bin/chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--generate-pdf-document-outline",  # as ours; it tags by itself
]


def run() -> bool:
    """Print the figures; True when they are reached. Both print in turns: what else the machine does meets both."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "paper.html"
        page.write_text(_paper(), encoding="utf-8")
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(json.loads(_output([sys.executable, "-c", OURS, str(page)])))
            theirs.append(_chromium(page, Path(folder)))
    pages, memory = ours[0]["pages"], max(each["megabytes"] for each in ours)
    speed = pages / statistics.median(each["busy"] for each in ours)
    seconds, beside = statistics.median(each["seconds"] for each in ours), statistics.median(theirs)
    print(
        f"papers: {pages} pages, {speed:.1f} pages a second of one core (wall {seconds:.1f} s), at most {memory:.0f} MB"
    )
    print(f"papers: Chromium {beside:.1f} s, so {seconds / beside:.1f} times its time (medians of {ROUNDS})")
    return speed >= LEAST_PAGES_A_SECOND and memory <= MOST_MEGABYTES and seconds / beside <= MOST_TIMES_CHROMIUM


def _paper() -> str:
    """The committee's paper of the sample year: 72 sheets, about 90 pages.

    What starting costs weighs more there than with the hundred pages of the figure.
    """
    from progress.models import Round
    from progress.papers.printing import html_of
    from progress.papers.report import report_of
    from progress.papers.round_paper import round_paper
    from progress.papers.selection import PaperKind, Selection

    call_command("make_demo_accounts", stdout=StringIO())
    call_command("load_sample", stdout=StringIO())
    call_command("load_sample_rounds", stdout=StringIO())
    round_ = Round.objects.published().order_by("year").first()
    assert round_ is not None
    return html_of(round_paper(report_of(round_), Selection.of(PaperKind.COMMITTEE), "bench"))


def _chromium(page: Path, folder: Path) -> float:
    """Seconds in which Chromium prints the page, starting included. It takes the fonts from beside the page."""
    fonts = Path(__file__).parents[2] / "progress" / "papers" / "fonts"
    html = page.read_text(encoding="utf-8").replace("paper:fonts/", fonts.as_uri() + "/")
    own = folder / "chromium.html"
    own.write_text(html, encoding="utf-8")
    begun = time.monotonic()
    _output([*CHROMIUM, f"--user-data-dir={folder}/profile", f"--print-to-pdf={folder}/chromium.pdf", own.as_uri()])
    return time.monotonic() - begun


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
