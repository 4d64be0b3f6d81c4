"""The demonstration's settings, in production."""

from demo_site.settings import *  # noqa: F403 - the demonstration, served

DEBUG = False
ROOT_URLCONF = "tests.surroundings.served.urls"
LOGGING = {}
