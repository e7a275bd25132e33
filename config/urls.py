"""Root addresses. Addresses are for ever: add, never change."""

from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("desk/programs/", include("programs.desk_urls")),
    path("desk/", include("progress.desk_urls")),
    path("programs/", include("programs.urls")),
    path("progress/", include("progress.urls")),
    path("", include("progress.paper_urls")),
    path("", include("plan.urls")),
]

handler403 = "plan.views.errors.forbidden"
handler404 = "plan.views.errors.not_found"
handler500 = "plan.views.errors.server_error"
handler400 = "plan.views.errors.bad_request"
