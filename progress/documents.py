"""What of the published results can be found. Only what is published now is in the index, and nothing before."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.urls import reverse

from plan import search
from plan.enums import DocumentKind
from plan.fiscal import fiscal_year_label
from plan.search import Document, Source, name_also, register_source
from programs.documents import position_of
from programs.models import Program
from progress.models import Correction, Publication, PublishedEvaluation, PublishedMeasure, Round

DO = ("results",)
CHECK = ("grade_reason", "outcomes", "problems", "environment_change")
ACT = ("outlook_reason", "next_plan")
MEASURE = ("reason", "results", "problems", "outlook")


def of_evaluation(row: PublishedEvaluation) -> Document:
    """In the words of the day it was published."""
    data = row.data
    texts = [(data.get("plan") or {}).get("planned_work"), row.grade_label]
    for part, names in (("do", DO), ("check", CHECK), ("act", ACT)):
        texts += [(data.get(part) or {}).get(name) for name in names]
    texts += [row.outlook_label, row.department_name, row.exception_reason]
    return Document(
        DocumentKind.EVALUATION,
        row,
        row.round.program.plan_id,
        row.measure_id,
        title_of(row.round, row.code, row.title),
        reverse("progress:action", args=[row.round.slug, row.code]),
        text_of(texts),
        position_of(row.code),
        aliases=(row.code,),
    )


def title_of(round_: Round, code: str, title: str) -> str:
    """What the page of a 調書 is called where it is found."""
    return f"{code} {title}の評価（{fiscal_year_label(round_.year)}）{round_.program.sample_mark}"


def text_of(texts: Iterable[str | None]) -> str:
    return "\n".join(text for text in texts if text and text.strip())


def of_measure(row: PublishedMeasure) -> Document:
    texts = [row.rating_label, *(row.data.get(name) for name in MEASURE)]
    return Document(
        DocumentKind.EVALUATION,
        row,
        row.round.program.plan_id,
        row.measure_id,
        f"{row}の評価（{fiscal_year_label(row.round.year)}）{row.round.program.sample_mark}",
        reverse("progress:measure", args=[row.round.slug, row.measure.code]),
        text_of(texts),
        0,
    )


def of_correction(row: Any) -> Document:
    """A 正誤, read with `corrections`: why, and of each field what was wrong and what is right; it leads to its place
    on the page of what it corrects. What an addition added is found there itself.
    """
    round_ = row.publication.round
    changes = () if row.is_addition else row.changes
    wrong_and_right = (f"{change['label']} 誤：{change['before']} 正：{change['after']}" for change in changes)
    measure = row.measure_evaluation and row.measure_evaluation.measure
    kind, code = ("measure", measure.code) if measure else ("action", row.code)
    return Document(
        DocumentKind.EVALUATION,
        row,
        round_.program.plan_id,
        measure.pk if measure else row.of_measure,
        f"{'追加公表' if row.is_addition else '正誤'}：{row.title}の評価（{fiscal_year_label(round_.year)}）"
        f"{round_.program.sample_mark}",
        f"{reverse(f'progress:{kind}', args=[round_.slug, code])}#correction-{row.publication.number}",
        "\n".join((row.reason, *wrong_and_right)),
        0 if measure else position_of(row.code),
    )


def evaluations() -> QuerySet[PublishedEvaluation]:
    """Those the public may find, with all that `of_evaluation` reads. One query."""
    rows = PublishedEvaluation.objects.filter(is_current=True, round__program__is_published=True)
    return rows.select_related("round__program").order_by("pk")


def measures() -> QuerySet[PublishedMeasure]:
    rows = PublishedMeasure.objects.filter(is_current=True, round__program__is_published=True)
    return rows.select_related("round__program", "measure__policy").order_by("pk")


def corrections() -> QuerySet[Any]:
    """Each with the code and the measure of its 調書, as published. One query."""
    rows = Correction.objects.filter(publication__round__program__is_published=True)
    told = PublishedEvaluation.objects.filter(evaluation=OuterRef("evaluation"), is_current=True)
    return (
        rows.select_related("publication__round__program", "measure_evaluation__measure__policy")
        .annotate(code=Subquery(told.values("code")[:1]), of_measure=Subquery(told.values("measure")[:1]))
        .order_by("pk")
    )


def index_publication(publication: Publication) -> None:
    """Put what a publication made public into the index, and take out what it took the place of."""
    outdated = PublishedEvaluation.objects.filter(round=publication.round, is_current=False)
    search.forget_sources(PublishedEvaluation, outdated.values_list("pk", flat=True))
    old = PublishedMeasure.objects.filter(round=publication.round, is_current=False)
    search.forget_sources(PublishedMeasure, old.values_list("pk", flat=True))
    search.index(_documents_of(publication))


def _documents_of(publication: Publication) -> Iterator[Document]:
    for row in evaluations().filter(publication=publication).iterator(chunk_size=500):
        yield of_evaluation(row)
    for measure in measures().filter(publication=publication):
        yield of_measure(measure)
    for correction in corrections().filter(publication=publication):
        yield of_correction(correction)


def _published_of(program: Program) -> Iterable[Model]:
    """What comes and goes with a programme: whether it may be found now is said above."""
    return chain(
        PublishedEvaluation.objects.filter(round__program=program, is_current=True).defer("data"),
        PublishedMeasure.objects.filter(round__program=program, is_current=True).defer("data"),
        Correction.objects.filter(publication__round__program=program).defer("changes", "reason"),
    )


def register_sources() -> None:
    register_source(PublishedEvaluation, Source(evaluations(), "round__program__plan", of_evaluation))
    register_source(PublishedMeasure, Source(measures(), "round__program__plan", of_measure))
    register_source(Correction, Source(corrections(), "publication__round__program__plan", of_correction))
    name_also(Program, _published_of)
