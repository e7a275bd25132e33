"""A plan of one row or two of every kind, as the files that `load_plan` reads."""

FILES = {
    "plan.toml": """
[plan]
slug = "2021"
title = "次のプラン"
goal = "つぎの目標"
start_year = 2021
end_year = 2025
is_published = true
predecessor = "2016"

[[policies]]
number = 1
title = "暮らしの情報化"
""",
    "measures/1-1.toml": """
[measure]
policy = 1
number = 1
title = "手続の見直し"
summary = '''
一つ目の段落。

二つ目の段落。'''

[[issues]]
text = "窓口が混み合っています。"

[[issues]]
text = "紙の書類が多くあります。"

[[issues]]
text = "※1の活用が進んでいません。"

[[past_efforts]]
title = "電子申請"
items = ["申請を受け付けました。", "様式を減らしました。"]

[[directions]]
title = "待たない窓口"
items = ["予約を始めます。"]
""",
    "chapters/1.toml": """
[[sections]]
path = "1"
number = "第1章"
title = "はじめに"

[[sections]]
path = "1/1"
number = "1"
title = "趣旨"
body = "趣旨の文です。"
policy = 1
""",
    "surveys.toml": """
[[surveys]]
number = 1
title = "市民アンケート"
section = "1/1"
method = "郵送"
period = "令和2年"
started_on = "2020-07-01"
ended_on = "2020-07-31"
response = "100名"
respondents = 100

[[surveys.questions]]
number = 1
title = "使う機器"
finding = "スマートフォンが多くなっています。"
unit = "percent"

[[surveys.questions.answers]]
label = "スマートフォン"
value = "70.5"
""",
    "figures.toml": """
[[figures]]
number = "1-1"
title = "普及の推移"
state = "values"
section = "1/1"

[[figures.values]]
label = "令和2年"
value = "9.3"
unit = "times"

[[figures]]
number = "1-2"
title = "使う機器"
state = "values"
question = "1-1"
measure = "1-1"
""",
    "glossary.toml": """
[[terms]]
number = 1
name = "電子申請"
reading = "でんししんせい"
aliases = ["オンライン申請", "ネット申請"]
explanation = "インターネットでする申請。"
""",
    "related_plans.toml": """
[[related_plans]]
relation = "self"
name = "次のプラン"
start_year = 2021
end_year = 2025
period_text = "5年間"
""",
    "mendings.toml": """
[[mendings]]
ledger = "I01"
place = "第1章"
before = "誤"
after = "正"
reason = "読み取りの誤り"
""",
}
# How many rows these files hold.
ROWS = 22
