"""Reads a plan's TOML files into a flat list of rows, parents before children."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from plan.enums import Part
from plan.loading.errors import FixtureError
from plan.loading.kinds import BY_NAME, KINDS
from plan.loading.rows import Row, make_row

PLAN_FILE = "plan.toml"
Table = Mapping[str, Any]


def read_rows(directory: Path) -> list[Row]:
    """All rows of the plan in `directory`, in the order of `KINDS`.

    Only `plan.toml` must exist. Raises FixtureError, naming file and key, for
    anything that cannot be loaded.
    """
    rows = [
        *_plan_rows(directory),
        *(row for path in _files(directory, "measures") for row in _measure_rows(directory, path)),
        *_section_rows(directory),
        *_survey_rows(directory),
        *_figure_rows(directory),
        *_related_plan_rows(directory),
        *_term_rows(directory),
        *_mending_rows(directory),
    ]
    order = {kind.name: number for number, kind in enumerate(KINDS)}
    rows.sort(key=lambda row: order[row.kind.name])
    _check_keys(rows)
    return rows


def _plan_rows(directory: Path) -> Iterator[Row]:
    document = _document(directory, PLAN_FILE, frozenset({"plan", "policies"}), required=True)
    plan = document.get("plan")
    if not isinstance(plan, dict):
        raise FixtureError(f"{PLAN_FILE}: plan", "[plan] がありません。")
    predecessor = _reference("plan", plan, "predecessor", f"{PLAN_FILE}: plan")
    links = {"predecessor": predecessor}
    yield make_row(BY_NAME["plan"], plan, f"{PLAN_FILE}: plan", links=links, also=frozenset({"predecessor"}))
    for place, data in _tables(document, "policies", PLAN_FILE):
        yield make_row(BY_NAME["policy"], data, place)


def _measure_rows(directory: Path, name: str) -> Iterator[Row]:
    document = _document(directory, name, frozenset({"measure", "issues", "past_efforts", "directions"}))
    data = document.get("measure")
    if not isinstance(data, dict):
        raise FixtureError(f"{name}: measure", "[measure] がありません。")
    links = {"policy": _reference("policy", data, "policy", f"{name}: measure")}
    if links["policy"] is None:
        raise FixtureError(f"{name}: measure.policy", "必須の項目がありません。")
    measure = make_row(BY_NAME["measure"], data, f"{name}: measure", links=links, also=frozenset({"policy"}))
    yield measure
    within = {"measure": measure.key}
    for position, (place, issue) in enumerate(_tables(document, "issues", name), 1):
        yield make_row(BY_NAME["issue"], issue, place, derived={"position": position}, links=within)
    yield from _groups(document, "past_efforts", name, within, "past_effort", "position", "effort")
    yield from _groups(document, "directions", name, within, "direction", "number", "direction")


def _groups(
    document: Table, key: str, name: str, within: Mapping[str, str], kind: str, counted: str, link: str
) -> Iterator[Row]:
    """Groups of bullets: a table each, with the bullets as an array of strings."""
    for number, (place, data) in enumerate(_tables(document, key, name), 1):
        group = make_row(BY_NAME[kind], data, place, derived={counted: number}, links=within, also=frozenset({"items"}))
        yield group
        for position, text in enumerate(_strings(data, "items", place), 1):
            item_place = f"{place}.items[{position}]"
            derived = {"position": position}
            yield make_row(
                BY_NAME[f"{kind}_item"], {"text": text}, item_place, derived=derived, links={link: group.key}
            )


def _section_rows(directory: Path) -> Iterator[Row]:
    sources = [(Part.BODY, name) for name in _files(directory, "chapters")]
    if (directory / "overview.toml").exists():
        sources.append((Part.OVERVIEW, "overview.toml"))
    siblings: Counter[str] = Counter()
    kind = BY_NAME["section"]
    for part, name in sources:
        document = _document(directory, name, frozenset({"sections"}))
        for place, data in _tables(document, "sections", name):
            path = data.get("path")
            if not isinstance(path, str):
                raise FixtureError(f"{place}.path", "必須の項目がありません。「2/3/1」の形で書いてください。")
            above = path.rpartition("/")[0]
            parent = f"section:{part.value}/{above}" if above else None
            siblings[parent or part.value] += 1
            derived = {
                "part": part.value,
                "level": path.count("/") + 1,
                "position": siblings[parent or part.value],
            }
            links = {"parent": parent, "policy": _reference("policy", data, "policy", place)}
            yield make_row(kind, data, place, derived=derived, links=links, also=frozenset({"policy"}))


def _survey_rows(directory: Path) -> Iterator[Row]:
    name = "surveys.toml"
    for place, data in _tables(_document(directory, name, frozenset({"surveys"})), "surveys", name):
        links = {"section": _section(data, place)}
        survey = make_row(BY_NAME["survey"], data, place, links=links, also=frozenset({"section", "questions"}))
        yield survey
        for question_place, question_data in _tables(data, "questions", place, joint="."):
            question = make_row(
                BY_NAME["question"],
                question_data,
                question_place,
                links={"survey": survey.key},
                also=frozenset({"answers"}),
            )
            yield question
            yield from _numbered("answer", question_data, "answers", question_place, {"question": question.key})


def _figure_rows(directory: Path) -> Iterator[Row]:
    name = "figures.toml"
    document = _document(directory, name, frozenset({"figures"}))
    for position, (place, data) in enumerate(_tables(document, "figures", name), 1):
        links = {kind: _reference(kind, data, kind, place) for kind in ("policy", "measure", "question")}
        links["section"] = _section(data, place)
        also = frozenset({*links, "values"})
        figure = make_row(BY_NAME["figure"], data, place, derived={"position": position}, links=links, also=also)
        yield figure
        yield from _numbered("figure_value", data, "values", place, {"figure": figure.key})


def _numbered(kind: str, data: Table, key: str, place: str, links: Mapping[str, str]) -> Iterator[Row]:
    for position, (own_place, own) in enumerate(_tables(data, key, place, joint="."), 1):
        yield make_row(BY_NAME[kind], own, own_place, derived={"position": position}, links=links)


def _related_plan_rows(directory: Path) -> Iterator[Row]:
    name = "related_plans.toml"
    document = _document(directory, name, frozenset({"related_plans"}))
    for position, (place, data) in enumerate(_tables(document, "related_plans", name), 1):
        yield make_row(BY_NAME["related_plan"], data, place, derived={"position": position})


def _term_rows(directory: Path) -> Iterator[Row]:
    name = "glossary.toml"
    for place, data in _tables(_document(directory, name, frozenset({"terms"})), "terms", name):
        aliases = "\n".join(_strings(data, "aliases", place))
        yield make_row(BY_NAME["term"], data, place, derived={"aliases": aliases}, also=frozenset({"aliases"}))


def _mending_rows(directory: Path) -> Iterator[Row]:
    name = "mendings.toml"
    document = _document(directory, name, frozenset({"mendings"}))
    for position, (place, data) in enumerate(_tables(document, "mendings", name), 1):
        yield make_row(BY_NAME["mending"], data, place, derived={"position": position})


def _files(directory: Path, folder: str) -> list[str]:
    """The TOML files of a folder, 2.toml before 10.toml."""
    found = (directory / folder).glob("*.toml")
    return [f"{folder}/{path.name}" for path in sorted(found, key=lambda path: (len(path.stem), path.stem))]


def _document(directory: Path, name: str, allowed: frozenset[str], *, required: bool = False) -> Table:
    path = directory / name
    if not path.exists():
        if required:
            raise FixtureError(name, f"ファイルがありません（{directory}）。")
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FixtureError(name, f"TOMLとして読み取れません（{error}）。") from None
    for key in document:
        if key not in allowed:
            raise FixtureError(f"{name}: {key}", "この項目は使えません。綴りを確かめてください。")
    return document


def _tables(data: Table, key: str, place: str, joint: str = ": ") -> Iterator[tuple[str, Table]]:
    """The tables of an array with the place of each: `measures/1-1.toml: issues[3]`, counted from 1."""
    tables = data.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise FixtureError(f"{place}{joint}{key}", f"[[{key}]] の形で書いてください。")
    for number, table in enumerate(tables, 1):
        yield f"{place}{joint}{key}[{number}]", table


def _strings(data: Table, key: str, place: str) -> Sequence[str]:
    strings = data.get(key, [])
    if not isinstance(strings, list) or not all(isinstance(text, str) for text in strings):
        raise FixtureError(f"{place}.{key}", "文字列の並びで書いてください。")
    return strings


def _reference(kind: str, data: Table, key: str, place: str) -> str | None:
    """The key of the row a table points at: 1 → `policy:1`, "1-1" → `measure:1-1`."""
    code = data.get(key)
    if code is None:
        return None
    if isinstance(code, bool) or not isinstance(code, int | str):
        raise FixtureError(f"{place}.{key}", "番号で書いてください。")
    return f"{kind}:{code}"


def _section(data: Table, place: str) -> str | None:
    reference = _reference("section", data, "section", place)
    return reference.replace(":", f":{Part.BODY.value}/", 1) if reference else None


def _check_keys(rows: Sequence[Row]) -> None:
    places: dict[str, str] = {}
    for row in rows:
        if row.key in places:
            raise FixtureError(row.place, f"{places[row.key]} と番号が重なっています。")
        places[row.key] = row.place
    for row in rows:
        for name, target in row.links.items():
            if target is not None and target not in places and name != "predecessor":
                code = target.split(":", 1)[1]
                raise FixtureError(f"{row.place}.{name}", f"指している「{code}」がありません。")
