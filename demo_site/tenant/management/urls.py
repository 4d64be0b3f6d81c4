"""Addresses under /api/v2/."""

from django.urls import include, path

from demo_site.tenant.management import event_streams, log_streams, logs
from demo_site.tenant.management.access import by_method

urlpatterns = [
    path("", include("demo_site.tenant.management.urls_people")),
    path("", include("demo_site.tenant.management.urls_applications")),
    path("organizations", include("demo_site.tenant.management.organizations.urls")),
    path("", include("demo_site.tenant.management.urls_sign_ins")),
    path("logs", logs.read_all),
    path("logs/<str:log_id>", logs.read),
    path("users/<str:user_id>/logs", logs.read_of_user),
    path("log-streams", by_method(GET=log_streams.read_all, POST=log_streams.create)),
    path(
        "log-streams/<str:stream_id>",
        by_method(GET=log_streams.read, PATCH=log_streams.update, DELETE=log_streams.delete),
    ),
    path("event-streams", by_method(GET=event_streams.read_all, POST=event_streams.create)),
    path(
        "event-streams/<str:stream_id>",
        by_method(GET=event_streams.read, PATCH=event_streams.update, DELETE=event_streams.delete),
    ),
    path("actions/", include("demo_site.tenant.management.action_urls")),
]
