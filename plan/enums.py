"""The fixed words of the plan document's data."""

from django.db import models


class Part(models.TextChoices):
    """Which paper of the committee a section stands in."""

    OVERVIEW = "overview", "概要（資料1）"
    BODY = "body", "本体（資料2）"


class Level(models.IntegerChoices):
    """How deep a section stands; the depth is fixed."""

    CHAPTER = 1, "章"
    SECTION = 2, "節"
    SUBSECTION = 3, "項"
    PARAGRAPH_GROUP = 4, "目"


class FigureState(models.TextChoices):
    """What is left of a figure of the plan document."""

    VALUES = "values", "本文の数値から作図"
    STRUCTURE = "structure", "プランのデータから作図"
    TEXT = "text", "文字として収録"
    LOST = "lost", "図を収録していません"
    MISSING = "missing", "欠番（見出しがありません）"


class Drawing(models.TextChoices):
    """What the server draws for a figure without values of its own."""

    NONE = "", "なし"
    PERIODS = "periods", "計画期間の図"
    PREDECESSORS = "predecessors", "前身の計画からの期間の図"
    RELATION = "relation", "上位計画と施策の関連"
    STRUCTURE = "structure", "プランの構成"
    POLICY = "policy", "基本施策を構成する施策"
    MEASURE = "measure", "施策の基本方向"
    PDCA = "pdca", "PDCAサイクル"


class Unit(models.TextChoices):
    """The unit of a survey's or figure's values."""

    PERCENT = "percent", "%"
    COUNT = "count", "件"
    TIMES = "times", "倍"
    NONE = "", "数値なし"


class Bound(models.TextChoices):
    """Whether the text states a value or only a limit of it."""

    EXACT = "exact", "ちょうど"
    OVER = "over", "超"


class Relation(models.TextChoices):
    """How another plan stands to this one."""

    SELF = "self", "このプラン"
    UPPER = "upper", "上位計画"
    REFORM = "reform", "行財政改革に関する計画"
    PROGRAM = "program", "実施計画にあたるプログラム"
    PREDECESSOR = "predecessor", "前身の計画"


class DocumentKind(models.TextChoices):
    """The kinds that search groups its hits by, in the order shown."""

    PLAN = "plan", "プラン"
    POLICY = "policy", "基本施策"
    MEASURE = "measure", "施策"
    DIRECTION = "direction", "施策の基本方向"
    PROGRAM = "program", "プログラム"
    ACTION = "action", "取組"
    EVALUATION = "evaluation", "評価"
    DEPARTMENT = "department", "所管課"
    SECTION = "section", "本文（章・節）"
    TERM = "term", "用語集"
    FIGURE = "figure", "図"
    SURVEY = "survey", "アンケート"
    RELATED_PLAN = "related_plan", "関連する計画"
    SITE = "site", "サイトの案内"


class RevisionKind(models.TextChoices):
    """What a revision did to the published text."""

    CREATED = "created", "追加"
    CHANGED = "changed", "変更"
    PUBLISHED = "published", "公開"
    DELETED = "deleted", "削除"
    RESTORED = "restored", "復元"
