// Names in visitors' data as the page shows them: countries in the viewer's language, by CLDR, with a
// flag where the platform has flags. Filters and searches on the server go by the name that was sent.
(() => {
  const UNKNOWN = "Unknown";
  const OTHER = "(other)";
  const FIRST_LETTER = 0x1f1e6 - 65; // a flag is its country's code in letters of their own
  const { places } = window.visitors; // the names of each code, from state/countries.py
  const codes = new Map(Object.entries(places).flatMap(([code, names]) => names.map((name) => [name, code])));
  const CLDR = new Intl.DisplayNames([visitors.locale], { type: "region" });
  const VISITORS = { new: visitors.tc("visitor", "new"), returning: visitors.tc("visitor", "returning") };
  const shownByCode = new Map(Object.keys(places).map((code) => [code, CLDR.of(code)]));
  const canFlag = hasFlags();

  // Where a platform has none it draws letters, in the colour of the text.
  function hasFlags() {
    const canvas = Object.assign(document.createElement("canvas"), { width: 16, height: 16 });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.font = "12px sans-serif";
    context.fillText(flagOf("DE"), 0, 12);
    const { data } = context.getImageData(0, 0, 16, 16);
    return data.some((each, place) => place % 4 < 3 && each > 40);
  }
  function flagOf(code) {
    return String.fromCodePoint(...[...code].map((letter) => letter.charCodeAt(0) + FIRST_LETTER));
  }

  const codeOf = (name) => codes.get(name.trim().toLowerCase().replaceAll("ß", "ss"));

  // A name that is no country stays as it was sent.
  function country(name) {
    if (name === UNKNOWN) return visitors.t("Unknown");
    return shownByCode.get(codeOf(name)) ?? visitors.plain(name);
  }
  // Null where there is none. As an attribute ``data-flag`` it stands before an element (lists.css).
  function flag(name) {
    const code = canFlag && codeOf(name);
    return code ? flagOf(code) : null;
  }

  const isPage = (field) => field === "page" || field === "on";
  // A name in a field of filters.
  function named(field, name) {
    if (field === "country") return country(name);
    if (field === "returning") return VISITORS[name] ?? visitors.plain(name);
    return name === UNKNOWN && !isPage(field) ? visitors.t("Unknown") : visitors.plain(name);
  }
  // A row of a list of a kind: its name may stand for several, or for none.
  function rowName(kind, name) {
    if (name === "") return visitors.t("no page");
    if (name === OTHER) return visitors.t("(other)");
    return named({ country: "country", visitor: "returning", path: "page" }[kind], name);
  }
  // The codes of countries with a text in their shown names, by which the server finds what was sent.
  function codesWith(text) {
    const looked = visitors.folded(text.trim());
    if (!looked) return [];
    return [...shownByCode].filter(([, name]) => visitors.folded(name).includes(looked)).map(([code]) => code);
  }

  Object.assign(visitors, { country, flag, named, rowName, codesWith, OTHER });
})();
