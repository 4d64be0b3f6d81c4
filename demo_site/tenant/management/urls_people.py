"""Users, jobs and tickets."""

from django.urls import path

from demo_site.tenant.management import identities, jobs, tickets, user_creation, user_list, user_updates, users
from demo_site.tenant.management.access import by_method
from demo_site.tenant.management.organizations import views as organizations

urlpatterns = [
    path("users", by_method(GET=user_list.read_all, POST=user_creation.create)),
    path("users-by-email", users.by_email),
    path(
        "users/<str:user_id>",
        by_method(GET=users.read, PATCH=user_updates.update, DELETE=user_creation.delete),
    ),
    path("users/<str:user_id>/identities", identities.link),
    path("users/<str:user_id>/identities/<str:provider>/<str:bare_id>", identities.unlink),
    path("users/<str:user_id>/organizations", organizations.read_of_user),
    path("jobs/users-imports", jobs.import_users),
    path("jobs/users-exports", jobs.export_users),
    path("jobs/verification-email", jobs.verification_email),
    path("jobs/<str:job_id>", jobs.read),
    path("jobs/<str:job_id>/errors", jobs.errors),
    path("tickets/password-change", tickets.password_change),
    path("tickets/email-verification", tickets.email_verification),
]
