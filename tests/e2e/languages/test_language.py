"""The language of the page: that of the browser, or the one that was chosen."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.support import Running


def said(page: Page, expression: str) -> object:
    return page.evaluate(expression)


def test_a_german_browser_sees_german_and_may_choose_english(
    server: Running, open_page: OpenPage
) -> None:
    page = open_page(server, locale="de-DE")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert said(page, "visitors.t('People')") == "Personen"
    assert said(page, "[visitors.chosenLanguage(), visitors.language()]") == ["system", "de"]
    with page.expect_navigation():
        page.evaluate("visitors.setLanguage('en')")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert said(page, "visitors.t('People')") == "People"
    assert said(page, "[visitors.chosenLanguage(), visitors.language()]") == ["en", "en"]


def test_a_browser_of_another_language_sees_english(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, locale="fr-FR")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert said(page, "visitors.language()") == "en"


def test_texts_have_values_and_plural_forms(server: Running, open_page: OpenPage) -> None:
    page = open_page(server, locale="de-DE")
    people = "n => visitors.tn('1 person', '{n} people', n)"
    assert [page.evaluate(people, n) for n in (1, 1234)] == ["1 Person", "1\u202f234 Personen"]
    both = "n => visitors.tn('{n} new', '{n} new ones', n)"
    assert [page.evaluate(both, n) for n in (1, 2)] == ["1 neu", "2 neu"], "it has one form alone"
    assert said(page, "visitors.t('none {of} this', { of: 12345 })") == "none 12\u202f345 this"
    assert said(page, "visitors.words(['{a}, {b}', { a: ['People'], b: '\u202ex' }])") == (
        "Personen, \N{REPLACEMENT CHARACTER}x"
    )


def test_templates_of_panels_have_the_texts(server: Running, open_page: OpenPage) -> None:
    page = open_page(server)
    names = "Object.keys(mounted_app.$.appContext.config.globalProperties)"
    assert {"t", "tc", "tn", "words"} <= set(page.evaluate(names))
