"""What a German page must not say: the English words of the catalogue."""

import re

from playwright.sync_api import Page

from ui.texts.catalogue import read

HOLE = re.compile(r"\\\{\w+\\\}")
WORD = re.compile(r"[A-Za-z]{3}")
SAID = """() => {
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT);
    for (let each = walker.nextNode(); each; each = walker.nextNode()) {
        if (["SCRIPT", "STYLE", "CODE", "PRE"].includes(each.tagName)) continue;
        if (each.closest(".brand, #esm-fallback, #popup")) continue;
        for (const node of each.childNodes) if (node.nodeType === 3) found.add(node.data);
        for (const name of ["aria-label", "title", "placeholder", "aria-valuetext"])
            if (each.hasAttribute(name)) found.add(each.getAttribute(name));
    }
    found.add(document.title.replace(" · Visitors", ""));
    return [...found];
}"""
"""All that is shown, told on hovering, or read aloud; not what has no language: paths and ids."""

PARTS = re.compile(r"\n| · |, ")
"""What texts are joined by."""


def english_words() -> list[re.Pattern[str]]:
    """One pattern for each English text that is another one in German."""
    found = []
    for message in read("de"):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for id_ in ids:
            if id_ not in strings and WORD.search(HOLE.sub("", re.escape(id_))):
                found.append(re.compile(HOLE.sub(".+", re.escape(id_))))
    return found


def english_on(page: Page) -> list[str]:
    """The English texts on a page."""
    patterns = english_words()
    said = {text.strip() for text in page.evaluate(SAID)}
    parts = said | {part.strip() for text in said for part in PARTS.split(text)}
    return sorted(part for part in parts if any(each.fullmatch(part) for each in patterns))
