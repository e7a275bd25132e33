"""What a page says of a year, in the preview and once it is public."""

from tests.plan.reading import main_of, words

BANNER = (
    "公表前の確認です。このページは、まだ公開していません。 "
    "確かめるページ：年度の結果、プランの進捗、トップページ "
    "公表すると、取組のページの「年度ごとの計画と結果」と、プランの施策のページにも、"
    "ここで確かめられる調書と施策の評価から同じ内容を載せます。 公表のページに戻る "
)


def text_of(response: object) -> str:
    """Without its note, its address and its day."""
    return words(main_of(response)).replace(BANNER, "").split("このページの")[0].strip()
