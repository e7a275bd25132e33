from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("session/", views.session, name="session"),
    path("roles/", views.roles, name="roles"),
    path("audit/", views.audit, name="audit"),
    path("audit/records.csv", views.audit_csv, name="audit_csv"),
    # Before allauth's page of the same address.
    path("email/", views.mail_kept_by_administrators, name="email"),
]
