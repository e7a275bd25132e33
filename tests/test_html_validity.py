"""The validator itself: what it finds, and what it lets pass."""

from tests.html_validity import validate

VALID = """<!doctype html>
<html lang="ja">
<head><meta charset="utf-8"><title>題名</title><link rel="stylesheet" href="/static/a.css"></head>
<body><main><h1>見出し</h1><p>本文<br />です。</p><p>&copy; 川崎市</p></main></body>
</html>
"""


def test_valid_page_has_no_messages() -> None:
    assert validate({"/": VALID}) == []


def test_faults_are_told_with_their_page() -> None:
    broken = VALID.replace("<p>本文", '<p id="a"><div>本</div></p><p id="a" style="color:red">本文')
    messages = validate({"/good/": VALID, "/bad/": broken})
    assert {message.split(":")[0] for message in messages} == {"/bad/"}
    assert {message.split(" ")[1] for message in messages} >= {"no-dup-id:", "no-inline-style:"}
