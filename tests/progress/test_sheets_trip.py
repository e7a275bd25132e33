"""try"""
import io, time
import pytest
from openpyxl import load_workbook
from progress.sheets.contents import contents_of
from progress.sheets.downloading import Shape, workbook_of
from progress.sheets.comparing import preview
from progress.models import Evaluation

pytestmark = pytest.mark.django_db

@pytest.mark.parametrize("shape", list(Shape))
def test_try(full, liaison, division, shape, django_assert_max_num_queries):
    with django_assert_max_num_queries(14) as q:
        content = workbook_of(contents_of(full.round, division, liaison), shape, "http://x/")
    print(len(q))
    from pathlib import Path
    Path(f"/tmp/trip/{shape.value}.xlsx").write_bytes(content)
    with django_assert_max_num_queries(14) as q:
        p = preview(content, full.round, liaison)
    print(len(q), p.unchanged, p.lost, p.missing, p.outcomes)
    assert not p.outcomes and not p.lost and not p.missing
    assert p.unchanged
