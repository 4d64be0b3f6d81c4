"""Every address the local tenant answers, room by room."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import include, path

from demo_site.tenant.attack_protection import unblocking
from demo_site.tenant.pages import actions, exports, logs, static
from demo_site.tenant.pages import views as pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("inbox", pages.inbox, name="inbox"),
    path("inbox/<str:mail_id>", pages.mail, name="mail"),
    path("users", pages.users, name="users"),
    path("logs", logs.logs, name="logs"),
    path("actions", actions.actions, name="actions"),
    path("exports/<str:name>", exports.file, name="export"),
    path("static/tenant.css", static.stylesheet, name="stylesheet"),
    path("favicon.ico", lambda _request: HttpResponse(status=204)),
    path("", include("demo_site.tenant.oidc.urls")),
    path("", include("demo_site.tenant.universal_login.urls")),
    path("u/unblock", unblocking.unblock),
    path("dbconnections/", include("demo_site.tenant.dbconnections.urls")),
    path("api/v2/", include("demo_site.tenant.management.urls")),
    path("me/v1/", include("demo_site.tenant.my_account.urls")),
    path("_control/", include("demo_site.tenant.control.urls")),
]

handler404 = pages.not_found
handler500 = pages.server_error
