"""Public papers that stand below the plan's own addresses. Addresses are for ever: add, never change."""

from django.urls import path

from progress.views import public_papers

app_name = "papers"

urlpatterns = [path("plans/<slug:slug>/plan.pdf", public_papers.plan_pdf, name="plan_pdf")]
