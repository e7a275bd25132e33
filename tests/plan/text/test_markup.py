import re
from html.parser import HTMLParser

import pytest
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis import strategies as st

from plan.text.marker import Glossary, TermEntry
from plan.text.markup import FigureBlock, HtmlBlock, blocks, inline, plain

GLOSSARY = Glossary(
    [
        TermEntry(1, ("クラウド",)),
        TermEntry(7, ("自治体クラウド",)),
        TermEntry(11, ("ICTガバナンス",)),
        TermEntry(14, ("アーカイブ",)),
    ]
)


def link(number: int) -> str:
    return f"/t/{number}/?a&b"


def html(text: str, **options: int) -> str:
    """`text` rendered with the glossary, without figures."""
    return "".join(
        block.html for block in blocks(text, GLOSSARY, link, None, **options) if isinstance(block, HtmlBlock)
    )


def term(number: int, word: str) -> str:
    return f'<a class="term" href="/t/{number}/?a&amp;b" data-term="{number}">{word}</a>'


def note(number: int) -> str:
    return f'<sup class="note-mark"><a href="/t/{number}/?a&amp;b">※{number}</a></sup>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("一つ。\n\n二つ。", "<p>一つ。</p>\n<p>二つ。</p>\n"),
        ("一行\n目", "<p>一行目</p>\n"),
        ("one\ntwo", "<p>one two</p>\n"),
        ("折り\\\n返し", "<p>折り<br>\n返し</p>\n"),
        ("### 題\n#### 副\n##### 小", "<h3>題</h3>\n<h4>副</h4>\n<h5>小</h5>\n"),
        ("# 題", "<p># 題</p>\n"),
        ("## 題", "<p>## 題</p>\n"),
        ("###### 題", "<p>###### 題</p>\n"),
        ("- 一\n- 二", "<ul><li>一</li>\n<li>二</li>\n</ul>\n"),
        ("- 一\n\n- 二", "<ul><li><p>一</p>\n</li>\n<li><p>二</p>\n</li>\n</ul>\n"),
        ("3. 三\n4. 四", '<ol start="3"><li>三</li>\n<li>四</li>\n</ol>\n'),
        ("1. 一", "<ol><li>一</li>\n</ol>\n"),
        ("前は**「強調」**です", "<p>前は<strong>「強調」</strong>です</p>\n"),
        ("**[図](#f)**", '<p><strong><a href="#f">図</a></strong></p>\n'),
        ("** ** と ****", "<p>** ** と ****</p>\n"),
        ("*斜体* _下線_ `字` ~~線~~ > 引用", "<p>*斜体* _下線_ `字` ~~線~~ &gt; 引用</p>\n"),
        ("    字下げ", "<p>字下げ</p>\n"),
        ("---", "<p>---</p>\n"),
        ("![絵](/x.png)", '<p>!<a href="/x.png">絵</a></p>\n'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("&lt;b&gt; & \"'", "<p>&amp;lt;b&amp;gt; &amp; &quot;&#x27;</p>\n"),
    ],
)
def test_only_the_allowed_markdown_becomes_html(text: str, expected: str) -> None:
    assert html(text) == expected


def test_a_table_scrolls_and_its_filled_header_cells_head_columns() -> None:
    assert html("| | 件数 |\n|---|--:|\n| 申請 | 3 |") == (
        '<div class="table-scroll" tabindex="0" role="region" aria-label="表"><table>'
        '<thead><tr><td></td><th scope="col">件数</th></tr>\n</thead>\n'
        "<tbody><tr><td>申請</td><td>3</td></tr>\n</tbody>\n</table></div>\n"
    )


@pytest.mark.parametrize(("base", "expected"), [(2, "<h2>題</h2>\n<h4>小</h4>\n"), (5, "<h5>題</h5>\n<h6>小</h6>\n")])
def test_headings_shift_with_the_page_they_stand_on(base: int, expected: str) -> None:
    assert html("### 題\n##### 小", heading_base=base) == expected


@pytest.mark.parametrize(
    ("address", "tag"),
    [
        ("/plans/2016/", '<a href="/plans/2016/">'),
        ("#s-1", '<a href="#s-1">'),
        ("mailto:a@example.jp", '<a href="mailto:a@example.jp">'),
        ("https://example.jp/?a=1&b=2", '<a href="https://example.jp/?a=1&amp;b=2" rel="noopener">'),
        ("HTTP://example.jp/", '<a href="HTTP://example.jp/" rel="noopener">'),
        ("/plans/市/", '<a href="/plans/%E5%B8%82/">'),
        ('/a "題"', '<a href="/a">'),
    ],
)
def test_links_keep_nothing_but_their_address(address: str, tag: str) -> None:
    assert html(f"[先]({address})") == f"<p>{tag}先</a></p>\n"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript&#58;alert(1)",
        "java&#10;script:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "ftp://example.jp/",
        "//example.jp/",
        "relative",
        "",
    ],
)
def test_other_links_stay_the_text_they_are(address: str) -> None:
    assert "<a" not in html(f"[先]({address})")


def test_a_backslash_that_a_browser_takes_for_a_slash_leads_to_no_other_host() -> None:
    assert html("[先](/\\example.jp)") == '<p><a href="/%5Cexample.jp">先</a></p>\n'


def test_figures_cut_the_text_where_they_stand_alone() -> None:
    assert blocks("前\n\n{{図2-3}}\n\n{{ 図 1-2 }}\n\n後", None, None, None) == [
        HtmlBlock(SafeString("<p>前</p>\n")),
        FigureBlock("2-3"),
        FigureBlock("1-2"),
        HtmlBlock(SafeString("<p>後</p>\n")),
    ]


def test_a_figure_within_a_sentence_or_a_list_is_its_name() -> None:
    assert html("次の{{図2-3}}のとおり\n\n- {{図2-4}}") == "<p>次の図2-3のとおり</p>\n<ul><li>図2-4</li>\n</ul>\n"


def test_terms_and_footnotes_are_marked_in_running_text() -> None:
    assert html("自治体クラウドと**クラウド※1**。\n\n- ICT\nガバナンス※11\n\n|題|\n|-|\n|アーカイブ※14化|") == (
        f"<p>{term(7, '自治体クラウド')}と<strong>{term(1, 'クラウド')}{note(1)}</strong>。</p>\n"
        f"<ul><li>{term(11, 'ICTガバナンス')}{note(11)}</li>\n</ul>\n"
        '<div class="table-scroll" tabindex="0" role="region" aria-label="表"><table>'
        '<thead><tr><th scope="col">題</th></tr>\n</thead>\n'
        f"<tbody><tr><td>{term(14, 'アーカイブ')}{note(14)}化</td></tr>\n</tbody>\n</table></div>\n"
    )


def test_terms_are_not_marked_in_headings_header_cells_and_links() -> None:
    assert html("### クラウド※1\n\n[クラウド※1](#a)\n\n|クラウド|\n|-|\n||\n\nクラウド") == (
        f"<h3>クラウド{note(1)}</h3>\n"
        '<p><a href="#a">クラウド※1</a></p>\n'
        '<div class="table-scroll" tabindex="0" role="region" aria-label="表"><table>'
        '<thead><tr><th scope="col">クラウド</th></tr>\n</thead>\n'
        "<tbody><tr><td></td></tr>\n</tbody>\n</table></div>\n"
        f"<p>{term(1, 'クラウド')}</p>\n"
    )


@pytest.mark.parametrize("text", ["※99", "※", "※2016年", "※１２", "※ 1"])
def test_a_footnote_mark_without_a_term_stays_text(text: str) -> None:
    assert html(text) == f"<p>{text}</p>\n"


def test_terms_seen_before_are_passed_over_and_the_marked_ones_remembered() -> None:
    seen = {1}
    assert inline("クラウドのアーカイブ", GLOSSARY, link, seen) == f"クラウドの{term(14, 'アーカイブ')}"
    assert blocks("アーカイブ", GLOSSARY, link, seen) == [HtmlBlock(SafeString("<p>アーカイブ</p>\n"))]
    assert seen == {1, 14}


@pytest.mark.parametrize(("glossary", "links"), [(None, None), (GLOSSARY, None), (None, link)])
def test_without_glossary_or_links_nothing_is_marked(glossary: Glossary | None, links: None) -> None:
    assert inline("クラウド※1", glossary, links, None) == "クラウド※1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. 一つ", "1. 一つ"),
        ("# 題", "# 題"),
        ("- 項目\n\n- 次", "- 項目- 次"),
        ("|a|\n|-|", "|a| |-|"),
        ("{{図2-3}}", "図2-3"),
        (" クラウド※1の**化** ", f"{term(1, 'クラウド')}{note(1)}の<strong>化</strong>"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_inline_text_has_no_blocks(text: str, expected: str) -> None:
    assert inline(text, GLOSSARY, link, None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("### 題※1\n\n**強**い[先](/a)※12。\n続き\n\n{{図2-3}}\n\n後", "題\n強い先。続き\n後"),
        ("- 一\n- 二\n\n1. 三", "一\n二\n三"),
        ("| | 件 |\n|-|-|\n| 申請 | 3 |", "件\n申請 3"),
        ("折り\\\n返し", "折り\n返し"),
        ("<b> & {{図1-2}}を", "<b> & 図1-2を"),
        ("※2016年", "※2016年"),
    ],
)
def test_plain_text_has_neither_marks_nor_markdown(text: str, expected: str) -> None:
    assert plain(text) == expected


class AllowListed(HTMLParser):
    """Collects the text of HTML and refuses every tag and attribute outside the allow-list."""

    ATTRIBUTES = {
        **dict.fromkeys(
            ["p", "h3", "h4", "h5", "ul", "li", "table", "thead", "tbody", "tr", "td", "strong", "br"], frozenset[str]()
        ),
        "ol": frozenset({"start"}),
        "th": frozenset({"scope"}),
        "sup": frozenset({"class"}),
        "a": frozenset({"class", "href", "data-term", "rel"}),
        "div": frozenset({"class", "tabindex", "role", "aria-label"}),
    }

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert set(dict(attrs)) <= self.ATTRIBUTES[tag]
        address = dict(attrs).get("href")
        assert address is None or re.match(r"/(?![/\\])|#|https?://|mailto:", address, re.IGNORECASE)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment came through")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration came through")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("a processing instruction came through")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError("a declaration came through")


def read(rendered: str) -> str:
    """The text of `rendered`, which must be well-formed and within the allow-list."""
    parser = AllowListed()
    parser.feed(rendered)
    parser.close()
    assert parser.open == []
    return parser.text


HOSTILE = [
    *"\n *|-#<>&\"'[]()\\`_!:/{}1.",
    "**",
    "### ",
    "- ",
    "1. ",
    "|a|b|\n|-|-|\n|c|d|\n",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--",
    "[x](javascript:alert(1))",
    "[クラウド](",
    '](https://a.example/"onclick="x)',
    "](//b.example)",
    'https://a.example/ "title"',
    "&#106;avascript:",
    "クラウド",
    "ICT ガバナンス",
    "※1",
    "※14",
    "{{図2-3}}",
    "\n\n",
    "  \n",
    "\x00",
]
HOSTILE_TEXT = st.one_of(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=3), max_size=25).map("".join), st.text())


@given(HOSTILE_TEXT)
@settings(max_examples=150)
def test_no_text_brings_in_a_tag_or_an_address_of_its_own(text: str) -> None:
    read(html(text))
    read(inline(text, GLOSSARY, link, None))


@given(HOSTILE_TEXT)
@settings(max_examples=100)
def test_marking_adds_links_and_leaves_the_text_alone(text: str) -> None:
    bare = "".join(b.html for b in blocks(text, None, None, None) if isinstance(b, HtmlBlock))
    assert read(html(text)) == read(bare)


@given(st.text(st.sampled_from("<>&\"'クラウド a"), max_size=30))
@settings(max_examples=100)
def test_text_without_markdown_reads_back_as_it_was_written(text: str) -> None:
    assert read(inline(text, GLOSSARY, link, None)) == text.strip()


@given(HOSTILE_TEXT)
@settings(max_examples=100)
def test_each_term_is_marked_once(text: str) -> None:
    numbers = re.findall(r'data-term="(\d+)"', html(text))
    assert sorted(numbers) == sorted(set(numbers))
