"""Verifiers as sites write them."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from auth0_password.services.verification import Verdict, Verifier
from auth0_password.services.verifiers import CodeToSecondContact


class CardForm(forms.Form):
    card = forms.CharField(label="Library card", help_text="It is printed on the back.", max_length=8)
    sure = forms.BooleanField(label="It is mine", required=False)
    colour = forms.ChoiceField(
        label="Its colour", choices=[("r", "red"), ("b", "blue")], widget=forms.RadioSelect, required=False
    )
    branch = forms.ChoiceField(label="Branch", choices=[("1", "Riverside"), ("2", "Hill")], required=False)


class LibraryCard(Verifier):
    """Asks for what only a member has."""

    def form(self, user):
        return CardForm

    def decide(self, user, data):
        if data["card"] == "again":
            raise ValidationError("That card was renewed: type the new one.")
        if data["card"] == "7":
            return Verdict(approved=True)
        return Verdict(approved=False, words="Bring your <card> to the desk.")


class PhoneBook(CodeToSecondContact):
    """The second address is in a table of the site's own."""

    book = {"bob": "bob@work.example"}

    def contact(self, user):
        return self.book.get(user.get_username(), "")


class Broken(Verifier):
    """Fails where it is told to."""

    where = "decide"
    error: Exception = RuntimeError("its own words, with bob@example.com")

    def _maybe(self, place):
        if self.where == place:
            raise self.error

    def words(self, user):
        self._maybe("words")
        return ""

    def form(self, user):
        self._maybe("form")
        return AngryForm if self.where == "clean" else None

    def decide(self, user, data):
        self._maybe("decide")
        return Verdict(approved=True)


class AngryForm(forms.Form):
    def clean(self):
        raise Broken.error


class Careless(Verifier):
    """Says something that is no verdict."""

    says: object = True

    def decide(self, user, data):
        return self.says


class NoVerifier:
    pass
