"""The texts of the page: all of them are marked, and every catalogue has them all."""

import json
import re
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Message

from state.countries import code_of, names_by_code
from tests.support import ROOT
from tools.texts import in_script, template
from ui.bundle import WORDS, Bundle
from ui.texts.catalogue import form_names, is_translated, languages, read, translations
from ui.texts.text import named, plural, text, text_in

HOLE = re.compile(r"\{(\w+)\}")
TEMPLATE = re.compile(r"template: (`[^`]*`|\"[^\"]*\")")
SHOWN = re.compile(r">([^<>]*)<")
"""What stands between the tags of a template."""

SAID = re.compile(r"\s(?:aria-label|title|placeholder|alt)=\"([^\"]*)\"")
"""An attribute that somebody reads or hears, if it has no colon before it."""

LETTERS = re.compile(r"[^\W\d_]{2}")
Key = tuple[str | None, str | tuple[str, ...]]


def key(message: Message) -> Key:
    return message.context, message.id if isinstance(message.id, str) else tuple(message.id)


def texts(message: Message, of: str) -> list[str]:
    """The forms of the ids or of the strings of a message."""
    value = getattr(message, of)
    return [value] if isinstance(value, str) else list(value)


@pytest.mark.parametrize("language", languages())
def test_a_catalogue_has_the_texts_of_the_code_and_no_others(language: str) -> None:
    marked = {key(each) for each in template() if each.id}
    assert {key(each) for each in read(language) if each.id} == marked


@pytest.mark.parametrize("language", languages())
def test_every_text_is_translated_with_its_values(language: str) -> None:
    for message in read(language):
        if not message.id:
            continue
        assert is_translated(message), message.id
        wanted = set().union(*(HOLE.findall(each) for each in texts(message, "id")))
        for string in texts(message, "string"):
            missing = wanted ^ set(HOLE.findall(string))
            assert missing <= ({"n"} if message.pluralizable else set()), (message.id, string)


def test_german_is_a_language_of_the_page() -> None:
    german = translations(read("de"))
    assert german["People"] == "Personen"
    assert german["1 person"] == {"one": "1 Person", "other": "{n} Personen"}
    assert german["alert\x04above"] == "mehr"


@pytest.mark.parametrize("path", sorted((ROOT / "ui").rglob("*.js")), ids=lambda path: path.name)
def test_a_template_shows_no_words_of_its_own(path: Path) -> None:
    for source in TEMPLATE.findall(path.read_text()):
        bare = re.sub(r"<kbd>.*?</kbd>|{{.*?}}", "", source, flags=re.DOTALL)
        quoted = re.sub(r"(:|@|v-)([\w.:-]+)=\"[^\"]*\"", "", bare)
        words = [*SHOWN.findall(quoted), *SAID.findall(quoted)]
        assert [each.strip() for each in words if LETTERS.search(each)] == []


def test_texts_are_found_in_scripts_and_in_their_templates() -> None:
    path = ROOT / "ui" / "panels" / "lists" / "sessions.js"
    found = {(ids, context) for _, _, ids, context, _ in in_script(path)}
    assert ("Search people", None) in found
    assert ("left", "session") in found
    chart = ROOT / "ui" / "panels" / "numbers" / "chart.js"
    assert ("1 person", "{n} people") in {ids for _, _, ids, _, _ in in_script(chart)}


@pytest.mark.parametrize(
    ("language", "forms"),
    [("de", ["one", "other"]), ("ja", ["other"]), ("pl", ["one", "few", "many", "other"])],
)
def test_plural_forms_have_the_names_that_browsers_give_them(
    language: str, forms: list[str]
) -> None:
    assert form_names(Locale(language)) == forms


def test_a_text_is_a_list_for_the_browser() -> None:
    assert text("today") == ("today",)
    assert text("{n} s", n=3) == ("{n} s", {"n": 3})
    assert text_in("source", "from") == ("source\x04from",)
    assert plural("1 person", "{n} people", 2) == ("1 person", {}, "{n} people", 2)
    assert named("country", "India") == {"field": "country", "name": "India"}


def test_the_script_has_all_catalogues_and_the_names_of_countries() -> None:
    script = Bundle().files[WORDS].decode()
    content = json.loads(script.removeprefix("window.visitors = ").removesuffix(";\n"))
    assert content["catalogues"]["de"]["People"] == "Personen"
    assert "deutschland" in content["places"]["DE"]
    assert "kosovo" in content["places"]["XK"]


def test_a_country_has_each_of_its_names_once() -> None:
    by_code = names_by_code()
    names = [name for names in by_code.values() for name in names]
    assert len(names) == len(set(names))
    assert all(
        code_of(name) == code_of(by_code[code][0]) for code in by_code for name in by_code[code]
    )
