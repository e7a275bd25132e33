import csv
import io
from operator import attrgetter

import pytest

from accounts.csv_export import Column, attachment, cell, csv_response, size_label, write_csv
from plan.queries.figure_rows import StructureRow

COLUMNS = (Column("区分", attrgetter("level")), Column("内容", attrgetter("text")))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0, "0"),
        (-5, "-5"),
        ("-12.5", "-12.5"),
        ("37.6", "37.6"),
        ("=1+1", "'=1+1"),
        ("+81-44", "'+81-44"),
        ("-2+3", "'-2+3"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "' =1"),
        ("1行目\n2行目", "1行目 2行目"),
        ("市政だより", "市政だより"),
    ],
)
def test_no_cell_is_a_formula_or_breaks_its_line(value: object, text: str) -> None:
    assert cell(value) == text


def test_a_file_opens_with_a_bom_and_reads_back_as_written() -> None:
    content = write_csv(COLUMNS, [StructureRow(1, "施策", "1-1", 'A,"B"'), StructureRow(2, "=cmd", "", "二\n行")])
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        ["区分", "内容"],
        ["施策", 'A,"B"'],
        ["'=cmd", "二 行"],
    ]


def test_a_response_is_a_download_with_its_name() -> None:
    response = csv_response("図2-13.csv", COLUMNS, [])
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%9B%B32-13.csv"


def test_the_name_of_a_file_holds_no_path() -> None:
    assert attachment('課/係"1".csv') == "attachment; filename*=UTF-8''%E8%AA%B2_%E4%BF%82_1_.csv"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0バイト"),
        (1023, "1023バイト"),
        (1024, "1.0KB"),
        (6800, "6.6KB"),
        (1048576, "1.0MB"),
        (12_897_485, "12.3MB"),
    ],
)
def test_sizes_are_said_in_words(size: int, words: str) -> None:
    assert size_label(size) == words
