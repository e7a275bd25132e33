"""How the time of a search grows from the plan's text to 100 times of it."""

import statistics
import time

from django.db import connection

from plan.models import Plan, SearchDocument
from plan.search import find

TIMES = 100
ROUNDS = 7
QUERIES = ("災", "防災", "市民アンケート", "オープンデータ 活用", "ふくまれないことば")
# On one document table 100 times as long, a search a person waits for stays below this.
LIMIT_SECONDS = 2.0


def _median_seconds(query: str, plan: Plan) -> float:
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        find(query, plan=plan)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def _multiply(plan: Plan) -> None:
    """Add 99 copies of the plan's documents, each with a source id of its own."""
    originals = list(SearchDocument.objects.filter(plan=plan))
    for copy in range(1, TIMES):
        rows = []
        for document in originals:
            document.pk = None
            document.source_id += 10_000_000
            document.position += copy * 100_000
            rows.append(document)
        SearchDocument.objects.bulk_create(rows, batch_size=500)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE plan_searchdocument")


def run() -> bool:
    """Print the median time of each query at once and 100 times the text; True below the limit."""
    plan = Plan.objects.get(slug="2016")
    small = {query: _median_seconds(query, plan) for query in QUERIES}
    _multiply(plan)
    count = SearchDocument.objects.filter(plan=plan).count()
    print(f"\n検索（{connection.vendor}、{count:,}文書＝プランの{TIMES}倍、{ROUNDS}回の中央値）")
    print(f"  {'語':<24}1倍 ミリ秒   {TIMES}倍 ミリ秒   比")
    reached = True
    for query in QUERIES:
        large = _median_seconds(query, plan)
        reached = reached and large <= LIMIT_SECONDS
        print(f"  {query:<20}{small[query] * 1000:>9.1f}{large * 1000:>12.1f}   {large / small[query]:>6.1f}")
    return reached
