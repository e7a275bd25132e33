"""What the gallery shows in the components: words of the plan, nothing from the database."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator

from plan.queries import Neighbours
from plan.text.diffing import word_diff


@dataclass(frozen=True)
class SampleTerm:
    """Stands for a Term in components/print_notes.html."""

    number: int
    name: str
    explanation: str

    def get_absolute_url(self) -> str:
        return f"#term-{self.number}"


@dataclass(frozen=True)
class SamplePiece:
    text: str
    marked: bool


@dataclass(frozen=True)
class SampleHit:
    """Stands for a hit of the search in components/hit.html."""

    path: str
    title: tuple[SamplePiece, ...]
    excerpt: tuple[SamplePiece, ...]


class SampleForm(forms.Form):
    """Fields of each kind, two of them wrong."""

    title = forms.CharField(
        label="題名",
        help_text="公開ページの見出しになります。",
        error_messages={"required": "題名を入力してください。"},
    )
    amount = forms.IntegerField(
        label="決算額（千円）",
        # A number field of the browser would lose what cannot be read, and refuses full-width digits.
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="半角または全角の数字で入力してください（例：1230）。",
        error_messages={
            "invalid": "『12,30o』は数として読めません。半角または全角の数字で入力してください（例：1230）。"
        },
    )
    reason = forms.CharField(label="変更の理由", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    state = forms.ChoiceField(
        label="収録の状態",
        choices=[("values", "本文の数値から作図"), ("lost", "図を収録していません")],
        widget=forms.RadioSelect,
    )
    agreed = forms.BooleanField(label="公開ページを確かめました", required=False)


CLOUD = "インターネットなどのネットワークを経由して、サービスの形で必要なときに必要な分だけ利用する考え方。"
MY_NUMBER = "社会保障、税、災害対策の分野で、同じ人の情報であることを確かめるために使う番号制度。"


def samples(page_number: int) -> dict[str, Any]:
    """The context of public/gallery.html beside that of every page."""
    return {
        "form": SampleForm({"title": "", "amount": "12,30o", "reason": "誤字の訂正", "state": "values"}),
        "notes": [SampleTerm(1, "クラウド", CLOUD), SampleTerm(2, "番号制度", MY_NUMBER)],
        "neighbours": Neighbours(
            ("施策1-1 参加と協働による市民自治の地域づくりの推進", "#neighbours"),
            ("施策1-3 市民が安全・安心を享受できる都市の実現", "#neighbours"),
        ),
        "citation": "川崎市『川崎市情報化推進プラン（案）』「施策1-2 便利で快適な行政サービスの提供」、40頁。",
        "contents": [
            ("text", "文章と用語", 2),
            ("notices", "お知らせ", 2),
            ("badges", "札とボタン", 2),
            ("cards", "カード", 2),
            ("data", "一覧と表", 2),
            ("table", "表", 3),
            ("found", "検索結果と変更箇所", 2),
            ("forms", "入力", 2),
            ("paging", "ページの切り替え", 2),
            ("lists", "長い一覧", 2),
            ("progress-parts", "取組の結果", 2),
        ],
        "rows": [("担当課", "総務局情報管理部 ICT推進課"), ("期間", "平成28(2016)年度から令和2(2020)年度まで")],
        "head": ["設問", "調査", "割合（%）"],
        "table_rows": [
            ["インターネットを利用している", "市民アンケート", "85.2"],
            ["市のホームページを見たことがある", "市民アンケート", "7.9"],
        ],
        "page": Paginator(range(60), 20).page(page_number),
        "pieces": word_diff(
            "スマートフォンやタブレツト端末の普及により、市民の生活は変化しています。",
            "スマートフォンやタブレット端末の普及により、市民の生活は大きく変化しています。",
        ),
        "hit": SampleHit(
            "#found",
            (SamplePiece("施策1-3 市民が", False), SamplePiece("安全", True), SamplePiece("・安心を享受できる", False)),
            (SamplePiece("…防災情報を発信し、", False), SamplePiece("安全", True), SamplePiece("なまちを…", False)),
        ),
    }
