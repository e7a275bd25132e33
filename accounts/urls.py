from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("session/", views.session, name="session"),
    # Before allauth's page of the same address.
    path("email/", views.mail_kept_by_administrators, name="email"),
]
