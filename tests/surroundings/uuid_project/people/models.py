"""A user with a UUID and a card number, and nothing else."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


class PersonManager(BaseUserManager):
    def create_user(self, card, **fields):
        person = self.model(card=card, **fields)
        person.set_unusable_password()
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    """No username, no e-mail field, no `get_full_name`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    card = models.CharField(max_length=20, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    objects = PersonManager()
    USERNAME_FIELD = "card"
    REQUIRED_FIELDS = []

    def __str__(self):
        return f"card {self.card}"
