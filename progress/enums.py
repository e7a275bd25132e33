"""The fixed words of the yearly round."""

from django.db import models


class RoundState(models.TextChoices):
    """Where a round is in its year."""

    PLANNED = "planned", "準備中"
    OPEN = "open", "照会中"
    PUBLISHED = "published", "公表済み"


class Status(models.TextChoices):
    """Where a 調書 is in the decision chain (`progress.workflow`)."""

    DRAFT = "draft", "記入中"
    RETURNED = "returned", "差戻し"
    SUBMITTED = "submitted", "課長の承認待ち"
    ENDORSED = "endorsed", "ICT推進課の確認待ち"
    ACCEPTED = "accepted", "確認済み"
    PUBLISHED = "published", "公表済み"


DECIDED = (Status.ACCEPTED, Status.PUBLISHED)
"""What went through the whole chain: nothing else of a 調書 is published, shown to the committee or planned on."""


class ScaleKind(models.TextChoices):
    """What an entry of a scale grades."""

    ACHIEVEMENT = "achievement", "達成度"
    UNGRADED = "ungraded", "達成度（評価区分外）"
    OUTLOOK = "outlook", "今後の方向性"
    MEASURE = "measure", "施策評価"


class Part(models.TextChoices):
    """The four parts of a 調書."""

    PLAN = "plan", "計画（Plan）"
    DO = "do", "実施（Do）"
    CHECK = "check", "評価（Check）"
    ACT = "act", "改善（Action）"


class EvaluationField(models.TextChoices):
    """The fields of a 調書 that 記入要領, remarks and the list of what is missing point at."""

    PLANNED_WORK = "planned_work", "計画"
    PLAN_CHANGE = "plan_change", "年度途中の計画変更"
    RESULTS = "results", "実績"
    SETTLEMENT = "settlement", "決算額"
    MILESTONES = "milestones", "マイルストーンの達成状況"
    INDICATORS = "indicators", "指標の実績"
    GRADE = "grade", "達成度"
    GRADE_REASON = "grade_reason", "達成度の理由"
    OUTCOMES = "outcomes", "成果"
    PROBLEMS = "problems", "課題"
    ENVIRONMENT_CHANGE = "environment_change", "環境の変化"
    OUTLOOK = "outlook", "今後の方向性"
    OUTLOOK_REASON = "outlook_reason", "方向性の理由"
    NEXT_PLAN = "next_plan", "次年度の計画"
    NEXT_BUDGET = "next_budget", "次年度の予算額"
    NEXT_TARGETS = "next_targets", "次年度の目標値"


PART_OF: dict[EvaluationField, Part] = {
    EvaluationField.PLANNED_WORK: Part.PLAN,
    EvaluationField.PLAN_CHANGE: Part.PLAN,
    EvaluationField.RESULTS: Part.DO,
    EvaluationField.SETTLEMENT: Part.DO,
    EvaluationField.MILESTONES: Part.DO,
    EvaluationField.INDICATORS: Part.DO,
    EvaluationField.GRADE: Part.CHECK,
    EvaluationField.GRADE_REASON: Part.CHECK,
    EvaluationField.OUTCOMES: Part.CHECK,
    EvaluationField.PROBLEMS: Part.CHECK,
    EvaluationField.ENVIRONMENT_CHANGE: Part.CHECK,
    EvaluationField.OUTLOOK: Part.ACT,
    EvaluationField.OUTLOOK_REASON: Part.ACT,
    EvaluationField.NEXT_PLAN: Part.ACT,
    EvaluationField.NEXT_BUDGET: Part.ACT,
    EvaluationField.NEXT_TARGETS: Part.ACT,
}
"""The part each field stands in, in the order of the form."""


class Reached(models.TextChoices):
    """Whether a milestone was reached."""

    YES = "yes", "達成"
    PARTLY = "partly", "一部達成"
    NO = "no", "未達成"


class PublicationKind(models.TextChoices):
    FIRST = "first", "公表"
    CORRECTION = "correction", "訂正"
    ADDITION = "addition", "追加公表"


class ProposalState(models.TextChoices):
    """What became of the next year's plan that an accepted 調書 proposes."""

    PROPOSED = "proposed", "反映待ち"
    CONFIRMED = "confirmed", "反映済み"
    DECLINED = "declined", "反映しない"


class MailKind(models.TextChoices):
    """Why a mail is sent."""

    OPENED = "opened", "照会の開始"
    HANDED_OVER = "handed_over", "主管課の変更"
    REPLANNED = "replanned", "計画の取り込み直し"
    REMINDER = "reminder", "期限のお知らせ"
    CHASE = "chase", "催促"
    SUBMITTED = "submitted", "承認の依頼"
    RETURNED = "returned", "差戻し"
    ENDORSED = "endorsed", "承認"
    ACCEPTED = "accepted", "確認"
    PUBLISHED = "published", "公表"
    NOT_PUBLISHED = "not_published", "公表できなかったお知らせ"


class PaperKind(models.TextChoices):
    """What can be made as a PDF."""

    COMMITTEE = "committee", "委員会資料"
    EVALUATION = "evaluation", "評価調書"
    DEPARTMENT = "department", "所管課の評価調書"
    MEASURE = "measure", "施策の評価"
    CORRECTIONS = "corrections", "正誤表"
    YEARLY = "yearly", "年次報告書"
    PLAN = "plan", "推進プラン"


TELLING_UNDECIDED = (PaperKind.COMMITTEE, PaperKind.EVALUATION, PaperKind.DEPARTMENT)
"""What may tell undecided 調書 as they stand, to the people of their chain; then it is not released to anybody else."""


class PaperPart(models.TextChoices):
    """What a paper of a round may hold, in this order."""

    COVER = "cover", "表紙"
    CONTENTS = "contents", "目次"
    OVERVIEW = "overview", "資料1 概要"
    MEASURES = "measures", "資料2 施策評価"
    SHEETS = "sheets", "資料2 評価調書"
    CORRECTIONS = "corrections", "正誤表"
    INDEX_CODE = "index_code", "索引（取組コード順）"
    INDEX_DEPARTMENT = "index_department", "索引（所管局別）"
    GLOSSARY = "glossary", "用語の解説"


class Orientation(models.TextChoices):
    PORTRAIT = "portrait", "A4縦"
    LANDSCAPE = "landscape", "A4横"


class PaperState(models.TextChoices):
    WAITING = "waiting", "順番待ち"
    MAKING = "making", "作成中"
    MADE = "made", "作成済み"
    FAILED = "failed", "作成できませんでした"
