"""`docs/settings.md` lists every environment variable that is read, and none that is not."""

import ast
import re
from pathlib import Path

from django.conf import settings

READERS = {"required", "text", "flag", "integer", "words", "address"}
# A variable of a table's first column; a cell may name several.
NAME = re.compile(r"`([A-Z][A-Z0-9_]+)`")


def _read_by_settings() -> set[str]:
    """The names that config/settings.py asks config/environment.py for, and what that reads by itself."""
    tree = ast.parse((settings.BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8"))
    asked = {
        str(call.args[0].value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in READERS
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "environment"
        and isinstance(call.args[0], ast.Constant)
    }
    return asked | {"PORTAL_MODE"}


def _read_by_serve() -> set[str]:
    """The names that the demo takes with a default, ${NAME:-…}: to serve it, and for its commands."""
    scripts = [(settings.BASE_DIR / ".ci" / name).read_text(encoding="utf-8") for name in ("serve", "demo-environment")]
    return set(re.findall(r"\$\{([A-Z_]+):-", "\n".join(scripts)))


def _documented() -> dict[str, set[str]]:
    """Heading → the variables in the first column of its table."""
    found: dict[str, set[str]] = {}
    heading = ""
    for line in (settings.BASE_DIR / "docs" / "settings.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif line.startswith("|"):
            found.setdefault(heading, set()).update(NAME.findall(line.split("|")[1]))
    return found


def test_every_setting_is_documented_and_read() -> None:
    tables = {heading: names for heading, names in _documented().items() if "make run" not in heading}
    assert set().union(*tables.values()) == _read_by_settings()


def test_every_variable_of_make_run_is_documented() -> None:
    (of_run,) = [names for heading, names in _documented().items() if "make run" in heading]
    everywhere = set().union(*_documented().values())
    assert _read_by_serve() - everywhere == set()
    assert of_run - _read_by_serve() == {"PYTHON"}  # read by the Makefile


def test_nothing_else_reads_the_environment() -> None:
    """So that the two files above are the whole list."""
    readers = [
        path.relative_to(settings.BASE_DIR).as_posix()
        for folder in ("accounts", "config", "plan")
        for path in sorted(Path(settings.BASE_DIR / folder).rglob("*.py"))
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    ]
    assert readers == ["config/environment.py", "config/wsgi.py"]
