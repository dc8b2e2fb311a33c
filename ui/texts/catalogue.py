"""The catalogues of the page's texts, one gettext file a language, as its scripts read them."""

from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from ui.texts.text import CONTEXT_END

FOLDER = Path(__file__).parent / "locale"
NAME = "visitors.po"
FORMS = ("zero", "one", "two", "few", "many", "other")
"""The names of plural forms, in the order in which gettext numbers those of a language."""

Translated = str | dict[str, str]
"""A text, or its plural forms by their names in ``Intl.PluralRules``."""


def languages() -> list[str]:
    """The languages besides English."""
    return sorted(path.name for path in FOLDER.iterdir())


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / NAME


def read(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language, domain=Path(NAME).stem, abort_invalid=True)


def translations(catalog: Catalog) -> dict[str, Translated]:
    """The texts by id, the context of one before it, without those that aren't translated yet."""
    assert catalog.locale is not None
    forms = form_names(catalog.locale)
    return {_key(each): _translated(each, forms) for each in catalog if is_translated(each)}


def form_names(locale: Locale) -> list[str]:
    """The names of a language's plural forms."""
    tags = locale.plural_form.tags | {"other"}
    return [form for form in FORMS if form in tags]


def catalogues() -> dict[str, dict[str, Translated]]:
    """All translations, by language."""
    return {language: translations(read(language)) for language in languages()}


def is_translated(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else message.string or [""]
    return bool(message.id) and all(strings)


def _key(message: Message) -> str:
    id_ = message.id if isinstance(message.id, str) else message.id[0]
    return f"{message.context}{CONTEXT_END}{id_}" if message.context else id_


def _translated(message: Message, forms: list[str]) -> Translated:
    if isinstance(message.string, str):
        return message.string
    return dict(zip(forms, message.string, strict=True))
