"""The pages of liaisons, managers, ICT推進課 and the committee: /desk/."""

from django.urls import path

from progress.views import desk, evaluations, transitions

app_name = "desk"

urlpatterns = [
    path("", desk.home, name="home"),
    path("evaluations/<int:pk>/", evaluations.evaluation, name="evaluation"),
    path("evaluations/<int:pk>/autosave/", evaluations.autosave, name="autosave"),
    path("evaluations/<int:pk>/<slug:name>/", transitions.transition, name="transition"),
]
