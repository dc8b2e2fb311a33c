"""Find the texts of the page in its code, and bring the catalogues in line with them.

    python -m tools.texts [LANGUAGE ...]

A language without a catalogue gets a new one. Texts that are new are left empty, those that are
gone are dropped. Prints how many texts of each language aren't translated yet."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from ui.texts.catalogue import is_translated, languages, path_of, read

ROOT = Path(__file__).parents[1]
PLACES = ("ui", "state/alert_rules")
KEYWORDS = {
    "mark": None,
    "text": None,
    "Allowed": None,
    "text_in": ((1, "c"), 2),
    "plural": (1, 2),
}
"""The functions of ``ui/texts/text.py`` that take ids, and what ``state`` says of rules."""

STRING = r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
CALL = re.compile(rf"(?<![\w$])(t|tc|tn)\(\s*{STRING}(?:\s*,\s*{STRING})?")
"""The functions of ``texts.js``, also inside the templates of components, which are strings."""

HEADER = r"""# The texts of the page: docs/translating.md says how this file is made.
msgid ""
msgstr ""
"Language: {language}\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: {forms}\n"

"""

COMMENT = "Translators:"
NOTE = re.compile(rf"// {COMMENT} (.*)\n[^\n]*\Z")
"""A comment for translators on the line before the one that a text is in."""

Found = tuple[str, int, str | tuple[str, str], str | None, list[str]]
"""A file, a line, an id or its two forms, its context, and comments for translators."""


def main(arguments: list[str]) -> int:
    for language in arguments or languages():
        catalog = read(language) if path_of(language).exists() else Catalog(locale=language)
        catalog.update(template(), no_fuzzy_matching=True)
        write(language, catalog)
        missing = sum(1 for each in catalog if each.id and not is_translated(each))
        print(f"{language}: {len(catalog)} texts, {missing} not translated")
    return 0


def template() -> Catalog:
    """A catalogue of all texts in the code, none of them translated."""
    catalog = Catalog(header_comment="")
    for file, _, id_, context, notes in found():
        catalog.add(id_, locations=[(file, None)], auto_comments=notes, context=context)
    return catalog


def found() -> Iterator[Found]:
    """All texts in the code, in the order of files and lines."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*.py")):
            yield from in_python(path)
        for path in sorted((ROOT / place).rglob("*.js")):
            if not path.name.endswith(".min.js"):
                yield from in_script(path)


def in_python(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        for line, ids, notes, context in extract("python", file, KEYWORDS, (COMMENT,)):
            yield name_of(path), line, ids, context, notes


def in_script(path: Path) -> Iterator[Found]:
    source = path.read_text()
    for call in CALL.finditer(source):
        function, first, second = call.groups()
        line = source.count("\n", 0, call.start()) + 1
        notes = NOTE.findall(source[: call.start()])
        if function == "t":
            yield name_of(path), line, plain(first), None, notes
        elif function == "tn" and second is not None:
            yield name_of(path), line, (plain(first), plain(second)), None, notes
        elif second is not None:
            yield name_of(path), line, plain(second), plain(first), notes


def plain(literal: str) -> str:
    """The text of a string literal."""
    return re.sub(r"\\(.)", r"\1", literal[1:-1])


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def write(language: str, catalog: Catalog) -> None:
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(language=language, forms=catalog.plural_forms).encode())
        write_po(
            file,
            catalog,
            width=100,
            omit_header=True,
            sort_by_file=True,
            ignore_obsolete=True,
            include_lineno=False,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
