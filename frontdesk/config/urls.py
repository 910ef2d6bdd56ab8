from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import include, path

from frontdesk.accounts.forms import LogInForm
from frontdesk.config.demo.shown import demo_log_ins
from frontdesk.desk.views.health import healthz

urlpatterns = [
    path(
        "log-in/",
        auth.LoginView.as_view(
            authentication_form=LogInForm,
            redirect_authenticated_user=True,
            extra_context={"demo_log_ins": demo_log_ins},
        ),
        name="login",
    ),
    path("log-out/", auth.LogoutView.as_view(), name="logout"),
    path("healthz", healthz, name="healthz"),
    path("", include("frontdesk.gateway.urls")),
    path("", include("frontdesk.desk.urls")),
]
