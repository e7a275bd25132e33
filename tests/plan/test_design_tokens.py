"""The style sheet repeats tokens of the Digital Agency Design System; they must not drift from the vendored file."""

import re

from django.conf import settings

TOKEN = re.compile(r"(--(?:color-primitive|color-neutral|color-semantic|elevation)[a-z0-9-]*):\s*([^;]+);")


def test_tokens_of_the_style_sheet_are_the_vendored_ones() -> None:
    vendored = dict(TOKEN.findall((settings.BASE_DIR / "static/vendor/design-tokens/tokens.css").read_text()))
    used = dict(TOKEN.findall((settings.BASE_DIR / "static/css/portal.css").read_text()))
    assert used
    assert {name: value for name, value in used.items() if vendored.get(name) != value} == {}


def test_every_token_the_style_sheet_uses_is_defined() -> None:
    sheet = (settings.BASE_DIR / "static/css/portal.css").read_text()
    assert set(re.findall(r"var\((--[a-z0-9-]+)", sheet)) - set(re.findall(r"(--[a-z0-9-]+):", sheet)) == set()
