"""Many people put on record at the same moment, with real threads and transactions."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8
RECORDS = 10


@pytest.fixture(autouse=True)
def _needs_real_connections() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: an SQLite database in memory has one connection")


def test_records_of_the_same_moment_stand_in_one_chain() -> None:
    """From the first record of all, for which the head is made; some of the work around them is rolled back."""
    together = Barrier(WRITERS)

    def write(writer: int) -> None:
        together.wait(timeout=10)
        try:
            for n in range(RECORDS):
                with transaction.atomic():
                    audit.record(AuditKind.CHANGED, by=None, about=f"{writer}-{n}")
                    transaction.set_rollback(n % 2 == 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))
    found = audit.verify()
    assert (found.fault, found.checked) == ("", WRITERS * RECORDS // 2)
    assert sorted(AuditEntry.objects.values_list("about", flat=True)) == sorted(
        f"{writer}-{n}" for writer in range(WRITERS) for n in range(0, RECORDS, 2)
    )


def test_a_check_while_others_write_finds_no_fault() -> None:
    audit.record(AuditKind.CHANGED, by=None)
    done = Event()

    def write() -> None:
        try:
            for _ in range(200):
                audit.record(AuditKind.CHANGED, by=None)
        finally:
            done.set()
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write)
        faults = set()
        while not done.is_set():
            faults.add(audit.verify().fault)
        writing.result()
    assert faults | {audit.verify().fault} == {""}
    assert audit.verify().checked == 201
