"""Countries by the names that visitors' events have for them: ISO 3166 codes, English names."""

import gettext
from functools import cache

import pycountry

LANGUAGES = ("de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "tr")
"""Languages in which a country may be named, besides English; in the first ones first."""

ALSO = {
    "uk": "GBR",
    "great britain": "GBR",
    "england": "GBR",
    "scotland": "GBR",
    "wales": "GBR",
    "america": "USA",
    "united states of america": "USA",
    "u.s.": "USA",
    "u.s.a.": "USA",
    "russia": "RUS",
    "turkey": "TUR",
    "ivory coast": "CIV",
    "czech republic": "CZE",
    "holland": "NLD",
    "burma": "MMR",
    "swaziland": "SWZ",
    "macedonia": "MKD",
    "cape verde": "CPV",
    "east timor": "TLS",
    "democratic republic of the congo": "COD",
    "dr congo": "COD",
    "republic of the congo": "COG",
    "palestine": "PSE",
    "vatican": "VAT",
    "brunei": "BRN",
    "micronesia": "FSM",
    "kosovo": "XKX",
    "xk": "XKX",
}
"""What people call a country, and no standard does."""

SHORT = {
    "COD": "DR Congo",
    "COG": "Congo",
    "FSM": "Micronesia",
    "LAO": "Laos",
    "PRK": "North Korea",
    "PSE": "Palestine",
    "RUS": "Russia",
    "SYR": "Syria",
    "TZA": "Tanzania",
    "TUR": "Turkey",
    "VAT": "Vatican",
    "VGB": "British Virgin Islands",
    "VIR": "U.S. Virgin Islands",
    "XKX": "Kosovo",
}
"""English short names where the standard has a formal one."""

BEYOND_ISO = {"XKX": "XK"}
"""Codes that are in use and not in ISO 3166."""


def code_of(name: str) -> str | None:
    """The code of a country by its name, or by a code of two or three letters; None where it isn't
    known."""
    return _codes().get(name.strip().casefold())


def english_name(code: str) -> str:
    """The English short name of a country by its code of three letters: "South Korea" and not
    "Korea, Republic of"."""
    return _english().get(code, code)


@cache
def _english() -> dict[str, str]:
    names = {each.alpha_3: getattr(each, "common_name", each.name) for each in pycountry.countries}
    return names | SHORT


def names_by_code() -> dict[str, list[str]]:
    """All names that ``code_of`` knows, folded, by the code of two letters."""
    letters = {each.alpha_3: each.alpha_2 for each in pycountry.countries} | BEYOND_ISO
    names: dict[str, list[str]] = {}
    for name, code in _codes().items():
        names.setdefault(letters[code], []).append(name)
    return names


@cache
def _codes() -> dict[str, str]:
    """Codes by folded name. A name of several countries in other languages means what it does in
    English, or in the first of these."""
    codes: dict[str, str] = {}
    countries = list(pycountry.countries)
    for each in countries:
        for key in ("alpha_2", "alpha_3", "name", "common_name", "official_name"):
            if name := getattr(each, key, None):
                codes.setdefault(name.casefold(), each.alpha_3)
    codes |= ALSO
    for language in LANGUAGES:
        words = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        for each in countries:
            for name in (each.name, getattr(each, "common_name", each.name)):
                codes.setdefault(words.gettext(name).casefold(), each.alpha_3)
    return codes
