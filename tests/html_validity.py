"""Whether HTML is valid, as html-validate sees it (.htmlvalidate.json says which rules count)."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def validate(pages: dict[str, str]) -> list[str]:
    """Messages `address:line:column rule: text` for all pages (address → HTML); empty when all are valid.

    One process of node for all of them. Skips the test where html-validate is
    not installed (`make test` installs it), except in CI, where that fails.
    """
    node = ROOT / ".venv" / "bin" / "node"
    if not (ROOT / "node_modules" / "html-validate").is_dir() or not (node.exists() or shutil.which("node")):
        if os.environ.get("CI") == "true":
            pytest.fail("html-validate is missing: make test installs it.")
        pytest.skip("html-validate is missing: make test installs it.")
    done = subprocess.run(
        [str(node) if node.exists() else "node", str(ROOT / "tests" / "html_validity.mjs")],
        input=json.dumps(pages),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    messages: list[str] = json.loads(done.stdout)
    return messages
