"""Which site an event belongs to."""

import pytest

from state.settings.site_names import SiteNames, check_sites
from state.sites.keys import SiteKeys


def keys(*items: str, most: int = 3) -> SiteKeys:
    return SiteKeys(SiteNames.of(items, most))


NAMED = ("shop=shop.example+www.shop.example", "blog=Blog.example", "docs")


@pytest.mark.parametrize(
    ("site", "host", "key"),
    [
        (None, "", "shop"),
        ("", "", "shop"),
        ("blog", "", "blog"),
        ("docs", "shop.example", "docs"),
        (None, "blog.example", "blog"),
        (None, "elsewhere.example", "shop"),
        ("nope", "blog.example", None),
        ("default", "", None),
        ("Blog", "", None),
    ],
)
def test_a_site_is_the_one_named_else_that_of_the_host_else_the_first(
    site: str | None, host: str, key: str | None
):
    assert keys(*NAMED).find(site, host) == key


@pytest.mark.parametrize("site", [None, "", "default", "nope", "../x"])
def test_without_the_setting_every_event_is_of_the_one_site(site: str | None):
    assert keys().find(site, "shop.example") == ""


@pytest.mark.parametrize(
    ("site", "host", "key"),
    [
        (None, "", ""),
        ("default", "", ""),
        ("new", "", "new"),
        (None, "shop.example", "shop.example"),
        (None, "[::1]", ""),
        ("No", "", None),
        ("a/b", "", None),
        ("x" * 64, "", "x" * 64),
        ("x" * 65, "", None),
    ],
)
def test_with_a_star_a_key_is_what_it_says_or_the_host(
    site: str | None, host: str, key: str | None
):
    assert keys("*").find(site, host) == key


def test_with_a_star_no_more_sites_than_allowed_begin():
    of = keys("*", most=3)
    of.add("one")
    assert of.find("two") == "two", "asking begins nothing"
    assert of.find("other") == "other"
    of.add("two")
    assert of.find("three") is None
    assert of.find("one") == "one"
    assert of.find(None, "new.example") == "", "an event that names none isn't refused"
    assert "at most 3 sites" in of.allowed


@pytest.mark.parametrize(
    "items",
    [
        ("Shop",),
        ("a b",),
        ("",),
        ("=x.example",),
        ("shop", "shop=x.example"),
        ("shop=x.example", "blog=www.x.example"),
        ("*", "shop"),
        ("shop=x.example/path",),
        ("x" * 65,),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(items: tuple[str, ...]):
    with pytest.raises(ValueError, match="should"):
        check_sites(items)


@pytest.mark.parametrize("items", [(), ("*",), NAMED, ("a=x.example+x.example",)])
def test_a_setting_that_can_be_used_is_not(items: tuple[str, ...]):
    check_sites(items)
