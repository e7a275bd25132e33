"""記入要領: what stands beside each field of a 調書, as the round has it or would get it."""

from progress.default_scale import GUIDANCE
from progress.enums import EvaluationField
from progress.models import Round

Texts = dict[EvaluationField, str]


def guidance_texts(round_: Round) -> Texts:
    """Every field in order: the round's own text, else that of the newest round before, else the city's.

    Three queries.
    """
    own = dict(round_.guidances.values_list("field", "text"))
    before = Round.objects.filter(year__lt=round_.year, guidances__isnull=False).order_by("-year").first()
    earlier = dict(before.guidances.values_list("field", "text")) if before else {}
    return {field: own.get(field.value, earlier.get(field.value, GUIDANCE[field])) for field in EvaluationField}
