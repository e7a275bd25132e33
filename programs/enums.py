"""The fixed words of programmes and actions."""

from django.db import models


class Category(models.TextChoices):
    """分類 of an action."""

    SYSTEM = "system", "情報システムの整備・運用"
    SERVICE = "service", "市民サービスの提供"
    DATA = "data", "データの公開・活用"
    NETWORK = "network", "情報基盤・ネットワークの整備"
    SECURITY = "security", "情報セキュリティ対策"
    TRAINING = "training", "人材育成・普及啓発"
    RULE = "rule", "制度・ルールの整備"
    OTHER = "other", "その他"


class Implementer(models.TextChoices):
    """実施主体: who carries an action out."""

    CITY = "city", "市が直接実施"
    ENTRUSTED = "entrusted", "市が民間等に委託して実施"
    JOINT = "joint", "市民・事業者等と協働して実施"
    OTHER = "other", "その他"


class OwnerKind(models.TextChoices):
    """How a department owns an action; only the 主管課 fills in its 調書."""

    LEAD = "lead", "主管"
    RELATED = "related", "関係"


class IndicatorKind(models.TextChoices):
    ACTIVITY = "activity", "活動指標"
    OUTCOME = "outcome", "成果指標"


class Improvement(models.TextChoices):
    """Which way an indicator gets better."""

    UP = "up", "増えるほどよい"
    DOWN = "down", "減るほどよい"


class LineageKind(models.TextChoices):
    """How an action came from one of the programme before."""

    CONTINUED = "continued", "継続"
    SPLIT = "split", "分割"
    MERGED = "merged", "統合"


class UpperKind(models.TextChoices):
    """What an action serves beside the plan itself."""

    BASIC_POLICY = "basic_policy", "総合計画の基本政策"
    REFORM_PRINCIPLE = "reform_principle", "行財政改革の基本理念"
