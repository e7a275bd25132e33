"""The pages of liaisons, managers, ICT推進課 and the committee: /desk/."""

from django.urls import path

import programs.urls  # noqa: F401 registers the codes of actions, and those of the plan
from progress.views import (
    committee,
    desk,
    evaluations,
    round_corrections,
    round_evaluations,
    round_extensions,
    round_measures,
    round_next_year,
    round_opening,
    round_overview,
    round_preview,
    round_publication,
    rounds,
    transitions,
)

app_name = "desk"

urlpatterns = [
    path("", desk.home, name="home"),
    path("evaluations/<int:pk>/", evaluations.evaluation, name="evaluation"),
    path("evaluations/<int:pk>/autosave/", evaluations.autosave, name="autosave"),
    path("evaluations/<int:pk>/<slug:name>/", transitions.transition, name="transition"),
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/<slug:slug>/", round_overview.overview, name="round"),
    path("rounds/<slug:slug>/edit/", rounds.edit, name="round_edit"),
    path("rounds/<slug:slug>/guidance/", rounds.guidance, name="round_guidance"),
    path("rounds/<slug:slug>/open/", round_opening.opening, name="round_open"),
    path("rounds/<slug:slug>/open/start/", round_opening.start, name="round_start"),
    path("rounds/<slug:slug>/remind/", round_overview.chase, name="round_chase"),
    path("rounds/<slug:slug>/release/", round_overview.release, name="round_release"),
    path("rounds/<slug:slug>/withdraw/", round_overview.withdraw, name="round_withdraw"),
    path("rounds/<slug:slug>/evaluations/", round_evaluations.evaluations, name="round_evaluations"),
    path("rounds/<slug:slug>/evaluations/csv/", round_evaluations.evaluations_csv, name="round_evaluations_csv"),
    path("rounds/<slug:slug>/evaluations/accept/", round_evaluations.accept, name="round_accept"),
    path("rounds/<slug:slug>/evaluations/<int:pk>/exception/", round_evaluations.exception, name="round_exception"),
    path("rounds/<slug:slug>/extensions/", round_extensions.extensions, name="round_extensions"),
    path("rounds/<slug:slug>/extensions/<int:pk>/", round_extensions.extension, name="round_extension"),
    path("rounds/<slug:slug>/extensions/<int:pk>/remove/", round_extensions.remove, name="round_extension_remove"),
    path("rounds/<slug:slug>/measures/", round_measures.measures, name="round_measures"),
    path("rounds/<slug:slug>/measures/<measure:code>/", round_measures.measure, name="round_measure"),
    path("rounds/<slug:slug>/next-year/", round_next_year.next_year, name="round_next_year"),
    path("rounds/<slug:slug>/next-year/confirm/", round_next_year.confirm, name="round_confirm"),
    path("rounds/<slug:slug>/next-year/<int:pk>/", round_next_year.proposal, name="round_proposal"),
    path("rounds/<slug:slug>/publish/", round_publication.publication, name="round_publish"),
    path("rounds/<slug:slug>/publish/now/", round_publication.publish_now, name="round_publish_now"),
    path("rounds/<slug:slug>/publish/schedule/", round_publication.set_moment, name="round_schedule"),
    path("rounds/<slug:slug>/publish/unschedule/", round_publication.take_moment_back, name="round_unschedule"),
    path("rounds/<slug:slug>/publish/preview/", round_preview.preview, name="round_preview"),
    path("rounds/<slug:slug>/publish/preview/actions/", round_preview.actions, name="round_preview_actions"),
    path(
        "rounds/<slug:slug>/publish/preview/actions/<action_code:code>/",
        round_preview.action,
        name="round_preview_action",
    ),
    path(
        "rounds/<slug:slug>/publish/preview/measures/<measure:code>/",
        round_preview.measure,
        name="round_preview_measure",
    ),
    path("rounds/<slug:slug>/publish/preview/<path:path>", round_preview.rest, name="round_preview_rest"),
    path("rounds/<slug:slug>/corrections/", round_corrections.corrections, name="round_corrections"),
    path(
        "rounds/<slug:slug>/corrections/evaluations/<int:pk>/",
        round_corrections.evaluation,
        name="round_correct_evaluation",
    ),
    path(
        "rounds/<slug:slug>/corrections/measures/<measure:code>/",
        round_corrections.measure,
        name="round_correct_measure",
    ),
    path("rounds/<slug:slug>/corrections/late/<int:pk>/", round_corrections.late, name="round_publish_late"),
    path("committee/", committee.committee, name="committee"),
    path("committee/<slug:slug>/", committee.committee_round, name="committee_round"),
    path("committee/<slug:slug>/measures/<measure:code>/", committee.committee_measure, name="committee_measure"),
]
