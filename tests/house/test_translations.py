"""Every text can be translated, is translated into each of our languages, and shows."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import django
import polib
import pytest
from django.utils import timezone, translation

from auth0_password.templatetags.auth0_password import ago

PACKAGE = Path(__file__).parents[2] / "auth0_password"
LANGUAGES = ["de", "es", "fr"]
TEMPLATES = sorted(path for path in (PACKAGE / "templates").rglob("*.*") if path.suffix in {".html", ".txt"})
WORDS = {
    "sign-in service": {"de": "Anmeldedienst", "es": "servicio de inicio de sesión", "fr": "service de connexion"},
    "new password": {"de": r"neue\w* Passw[oö]rt", "es": "contraseñas? nueva", "fr": "nouveaux? mots? de passe"},
    "link": {"de": "Link|verknüpft", "es": "enlace|vinculada", "fr": "lien|lié"},
    "session": {"de": "Sitzung", "es": "sesión|sesiones", "fr": "session"},
}
"""The same term for the same thing everywhere."""
TOO_FAMILIAR = {
    "de": r"\b(du|dich|dir|dein\w*)\b",
    "es": r"\b(tú|tu|tus|te|contigo)\b",
    "fr": r"\b(tu|te|toi|ton|ta|tes)\b",
}


def catalog(language, folder=PACKAGE):
    return polib.pofile(str(folder / "locale" / language / "LC_MESSAGES" / "django.po"))


def key(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def said(entry):
    """The translations of an entry, each with the English that it stands for."""
    plural = sorted(entry.msgstr_plural.items())
    return [(entry.msgid_plural if n else entry.msgid, text) for n, text in plural] or [(entry.msgid, entry.msgstr)]


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """A copy of the package, whose catalogs were brought up to date as `make messages` does it."""
    if not shutil.which("xgettext"):
        if os.environ.get("CI"):
            pytest.fail("CI is set, and there is no xgettext (package gettext)")
        pytest.skip("no xgettext on this machine: whether the catalogs are complete is not known")
    copy = tmp_path_factory.mktemp("messages") / "auth0_password"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "django", "makemessages", "--no-wrap", "--no-obsolete", "--no-location"]
    subprocess.run([*command, *(f"-l{one}" for one in LANGUAGES)], cwd=copy, check=True, capture_output=True)
    return copy


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalog_has_every_text_and_no_other(collected, language):
    """Red? `make messages`, then translate what is new."""
    ours, fresh = catalog(language), catalog(language, collected)
    assert len(ours) > 300
    assert {key(entry) for entry in ours} ^ {key(entry) for entry in fresh} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language):
    for entry in catalog(language):
        assert entry.translated(), entry.msgid
        assert not entry.obsolete, entry.msgid


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_what_is_no_word(language):
    """Names of values, tags, and the space around."""
    for entry in catalog(language):
        for english, text in said(entry):
            for kept in (r"%\(\w+\)[a-z]", r"</?\w+>", r"^\s*", r"\s*$"):
                assert sorted(re.findall(kept, text)) == sorted(re.findall(kept, english)), text
            assert not set(re.sub(r"</?\w+>", "", text)) & set('"<>&'), text  # templates put it into HTML as it is


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("english", WORDS)
def test_the_same_term_everywhere(language, english):
    entries = [entry for entry in catalog(language) if re.search(rf"\b{english}s?\b", entry.msgid)]
    assert entries
    assert [
        entry.msgid for entry in entries if not re.search(WORDS[english][language], said(entry)[0][1], re.IGNORECASE)
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tone(language):
    texts = [text for entry in catalog(language) for _, text in said(entry)]
    assert [text for text in texts if re.search(TOO_FAMILIAR[language], text) or "!" in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_djangos_own_words_stay_as_they_are(language):
    """Catalogs are merged: a message that Django has, too, would change its pages."""
    theirs = {}
    for path in Path(django.__file__).parent.rglob(f"locale/{language}/LC_MESSAGES/django.po"):
        theirs |= {(entry.msgctxt, entry.msgid): entry.msgstr for entry in polib.pofile(str(path))}
    shared = [entry for entry in catalog(language) if theirs.get((entry.msgctxt, entry.msgid))]
    assert shared
    assert {entry.msgid: entry.msgstr for entry in shared} == {
        entry.msgid: theirs[entry.msgctxt, entry.msgid] for entry in shared
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    path = PACKAGE / "locale" / language / "LC_MESSAGES" / "django.mo"
    compiled = {key(entry): said(entry) for entry in polib.mofile(str(path))}
    assert compiled == {key(entry): said(entry) for entry in catalog(language)}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE / "templates")))
def test_templates_hold_no_words_outside_messages(path):
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{% blocktranslate.*?endblocktranslate %}", "", text, flags=re.DOTALL)
    text = re.sub(r"{% block (bodyclass|width) %}.*?{% endblock %}", "", text)  # names for the style sheet
    text = re.sub(r"{%.*?%}|{{.*?}}|&\w+;|<!doctype html>", "", text)
    named = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*[a-z][^"]*)"', text)
    assert named == []
    assert re.findall(r"[a-z]{2,}", re.sub(r"<[^>]*>", "", text), re.IGNORECASE) == []


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_translated_while_modules_are_loaded(path):
    """There it would be said in the language of the first visitor, or of nobody."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    eager = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in {"gettext", "ngettext", "pgettext", "npgettext"}
    }
    later = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

    def calls(node):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, later):
                continue
            if isinstance(child, ast.Call) and getattr(child.func, "id", "") in eager:
                yield child.lineno
            yield from calls(child)

    assert list(calls(tree)) == []


def test_lengths_of_time_are_declined():
    at = timezone.now() - timedelta(days=100)
    with translation.override("de"):
        assert ago(at) == "vor 3\xa0Monaten"
    with translation.override("en"):
        assert ago(at) == "3\xa0months ago"
