"""The catalogues of the page's texts, one gettext file a language, as its scripts read them."""

from pathlib import Path

import msgspec
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locale"
NAME = "visitors.po"
CONTEXT_END = "\N{END OF TRANSMISSION}"
FORMS = ("zero", "one", "two", "few", "many", "other")
"""The names of plural forms, in the order in which gettext numbers those of a language."""

Translated = str | dict[str, str]
"""A text, or its plural forms by their names in ``Intl.PluralRules``."""


def languages() -> list[str]:
    """The languages besides English."""
    return sorted(path.name for path in FOLDER.iterdir())


def read(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / NAME).open("rb") as file:
        return read_po(file, locale=language, domain=Path(NAME).stem, abort_invalid=True)


def translations(catalog: Catalog) -> dict[str, Translated]:
    """The texts by id, the context of one before it, without those that aren't translated yet."""
    assert catalog.locale is not None
    forms = form_names(catalog.locale)
    return {_key(each): _translated(each, forms) for each in catalog if _is_translated(each)}


def form_names(locale: Locale) -> list[str]:
    """The names of a language's plural forms."""
    tags = locale.plural_form.tags | {"other"}
    return [form for form in FORMS if form in tags]


def script() -> bytes:
    """The script with all catalogues, which comes before ``texts.js``."""
    catalogues = {language: translations(read(language)) for language in languages()}
    return b"window.visitors = { catalogues: %s };\n" % msgspec.json.encode(catalogues)


def _is_translated(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else message.string
    return bool(message.id) and all(strings)


def _key(message: Message) -> str:
    id_ = message.id if isinstance(message.id, str) else message.id[0]
    return f"{message.context}{CONTEXT_END}{id_}" if message.context else id_


def _translated(message: Message, forms: list[str]) -> Translated:
    if isinstance(message.string, str):
        return message.string
    return dict(zip(forms, message.string, strict=True))
