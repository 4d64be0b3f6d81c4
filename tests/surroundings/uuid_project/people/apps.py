from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tests.surroundings.uuid_project.people"
    label = "people"
