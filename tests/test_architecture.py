"""Rules of the house that no linter knows: where code may live, and how much of it in one place."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

APPS = ("accounts", "plan", "programs", "progress")
CODE = (*APPS, "config")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
LONGEST_VIEW = 25
FORBIDDEN_NAMES = {"utils", "helpers", "common", "signals", "misc"}
# Append-only rows may refuse to be edited; nothing else happens in save().
SAVE_THAT_REFUSES: set[str] = {
    "accounts/models/audit.py",
    "plan/models/records.py",
    "programs/models/action.py",
    "progress/models/evaluation.py",
    "progress/models/publication.py",
}


def _modules(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((settings.BASE_DIR / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def _name(path: Path) -> str:
    return path.relative_to(settings.BASE_DIR).as_posix()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions(path: Path, first_argument: str | None = None) -> list[tuple[str, int]]:
    """Every function of a module with its number of lines, the docstring not counted."""
    found = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef) and first_argument in {None, *(arg.arg for arg in node.args.args[:1])}:
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            found.append((f"{_name(path)}:{node.lineno} {node.name}", (node.end_lineno or 0) - first.lineno + 1))
    return found


def test_the_modules_are_found() -> None:
    """The other tests would pass on an empty list."""
    assert {"plan/models/hierarchy.py", "accounts/models/people.py"} <= {_name(path) for path in _modules(*CODE)}


def test_no_module_is_longer_than_can_be_read_in_one_sitting() -> None:
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in _modules(*CODE, "tests")}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_too_long() -> None:
    functions = [found for path in _modules(*CODE) for found in _functions(path)]
    assert [(name, length) for name, length in functions if length > LONGEST_FUNCTION] == []


def test_no_view_is_too_long() -> None:
    """A view is a function that takes the request first."""
    modules = [path for path in _modules(*APPS) if "views" in path.parts or path.stem == "views"]
    functions = [found for path in modules for found in _functions(path, "request")]
    assert functions
    assert [(name, length) for name, length in functions if length > LONGEST_VIEW] == []


def test_no_module_is_a_drawer_for_everything() -> None:
    paths = _modules(*CODE)
    assert [
        _name(path) for path in paths if FORBIDDEN_NAMES & {path.stem, *path.relative_to(settings.BASE_DIR).parts}
    ] == []


def test_no_signals() -> None:
    """What happens when something is saved stands in the action that saves it."""
    users = [
        _name(path)
        for path in _modules(*CODE)
        for node in ast.walk(_tree(path))
        if (isinstance(node, ast.ImportFrom) and node.module and "signals" in node.module.split("."))
        or (isinstance(node, ast.Import) and any("signals" in alias.name.split(".") for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and any(alias.name in {"receiver", "Signal"} for alias in node.names))
    ]
    assert users == []


def test_no_model_does_more_in_save() -> None:
    overriding = {
        _name(path)
        for path in _modules(*APPS)
        if "models" in path.parts or path.stem == "models"
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef)
        for member in node.body
        if isinstance(member, ast.FunctionDef) and member.name in {"save", "delete"}
    }
    assert overriding <= SAVE_THAT_REFUSES


@pytest.mark.parametrize(
    "pattern", ["|safe", "autoescape off", " style=", " onclick=", " onchange=", " onsubmit=", " onload="]
)
def test_no_template_goes_round_the_escaping_or_the_policy(pattern: str) -> None:
    templates = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
    assert templates
    assert [_name(path) for path in templates if pattern in path.read_text(encoding="utf-8")] == []


def test_no_template_compares_states() -> None:
    """A rule about a state is a named truth of the row or of the page's data; a template asks it."""
    word = r"\b(state|status|tone)\b"
    comparison = re.compile(rf"{word}(\.\w+)? *(==|!=|in\b)|(==|!=) *(\w+\.)*{word}|{word}\|(if\w*|yesno)\b")
    named = re.compile(r"(==|!=) *[\"'](ungraded|undecided)[\"']|[\"'](ungraded|undecided)[\"'] *(==|!=|in\b)")
    comparing = [
        f"{_name(path)}:{number} {found.group()}"
        for path in sorted((settings.BASE_DIR / "templates").rglob("*"))
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for tag in re.findall(r"\{[%{].*?[%}]\}", line)
        if not tag.startswith(("{% for ", "{# ")) and (found := comparison.search(tag) or named.search(tag))
    ]
    assert comparing == []


def test_no_template_has_inline_scripts_or_styles() -> None:
    """Blocks of data are no scripts: the policy lets them be, and nothing runs them."""
    inline = [
        f"{_name(path)}:{number}"
        for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "<style" in line or ("<script" in line and "src=" not in line and 'type="application/json"' not in line)
    ]
    assert inline == []
