// The texts of the page in the viewer's language, and names of countries. An id is the English text.
(() => {
  const CHOICE = "language"; // in this browser
  const SYSTEM = "system";
  const ENGLISH = "en";
  const HOLE = /\{(\w+)\}/g;
  const CONTEXT = /^.*\u0004/; // as gettext joins a context and an id
  const { catalogues } = window.visitors; // by language, from ui/texts
  const LANGUAGES = [ENGLISH, ...Object.keys(catalogues)];

  const base = (tag) => tag.toLowerCase().split("-")[0];
  const chosenLanguage = () => {
    const stored = localStorage.getItem(CHOICE);
    return LANGUAGES.includes(stored) ? stored : SYSTEM;
  };
  // The first language of the browser that we have.
  function find() {
    const chosen = chosenLanguage();
    if (chosen !== SYSTEM) return chosen;
    return navigator.languages.map(base).find((each) => LANGUAGES.includes(each)) ?? ENGLISH;
  }

  const language = find();
  // As the browser's person writes it: de-AT rather than de.
  const locale = navigator.languages.find((tag) => base(tag) === language) ?? language;
  const catalogue = catalogues[language] ?? {};
  const forms = new Intl.PluralRules(language);
  const englishForms = new Intl.PluralRules(ENGLISH);

  const formOf = (texts, rules, n) => texts[rules.select(n)] ?? texts.other;

  function value(each) {
    if (typeof each === "number") return visitors.count(each);
    return Array.isArray(each) ? words(each) : visitors.plain(String(each));
  }
  const filled = (text, values) => text.replace(HOLE, (hole, name) => (name in values ? value(values[name]) : hole));

  const t = (id, values = {}) => filled(catalogue[id] ?? id.replace(CONTEXT, ""), values);
  // Where one English text needs several in another language.
  const tc = (context, id, values) => t(`${context}\u0004${id}`, values);
  function tn(one, many, n, values = {}) {
    const texts = catalogue[one];
    const text = texts ? formOf(texts, forms, n) : formOf({ one, other: many }, englishForms, n);
    return filled(text, { n, ...values });
  }
  // A text that the server has made (ui/texts/text.py): [id, values] or [one, values, many, n].
  function words(text) {
    if (!text) return "";
    const [id, values, many, n] = text;
    return many === undefined ? t(id, values) : tn(id, many, n, values);
  }

  document.documentElement.lang = language; // before the first paint

  Object.assign(visitors, {
    ...{ t, tc, tn, words, locale, chosenLanguage },
    languages: LANGUAGES,
    language: () => language,
    setLanguage(choice) {
      localStorage.setItem(CHOICE, choice);
      location.reload();
    },
    // Templates of all components have these by name (ui/page.py).
    install(app) {
      Object.assign(app.config.globalProperties, { t, tc, tn, words });
    },
  });
})();
