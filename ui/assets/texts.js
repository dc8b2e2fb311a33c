// The texts of the page in the viewer's language. The id of a text is the English one.
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

  // An id may stand for a text and for the first of two forms.
  const formOf = (texts, rules, n) => (typeof texts === "string" ? texts : (texts[rules.select(n)] ?? texts.other));

  function value(each) {
    if (typeof each === "number") return visitors.count(each);
    if (Array.isArray(each)) return words(each);
    return typeof each === "object" ? visitors.named(each.field, each.name) : visitors.plain(String(each));
  }
  // A percent sign stays with its number.
  const filled = (text, values) =>
    text.replaceAll("} %", "}\u202f%").replace(HOLE, (hole, name) => (name in values ? value(values[name]) : hole));

  const t = (id, values = {}) => filled(formOf(catalogue[id] ?? id.replace(CONTEXT, ""), forms, NaN), values);
  // Where one English text needs several in another language.
  const tc = (context, id, values) => t(`${context}\u0004${id}`, values);
  function tn(one, many, n, values = {}) {
    const texts = catalogue[one];
    const text = texts ? formOf(texts, forms, n) : formOf({ one, other: many }, englishForms, n);
    return filled(text, { n, ...values });
  }
  // A text that the server has made (ui/texts/text.py): [id, values] or [one, values, many, n].
  function words(text) {
    if (text === null || typeof text === "string") return text ?? "";
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

  // NiceGUI's own words, which come with the page in English.
  const popup = [
    t("Message too long"),
    t("The content you are trying to send to the server is too long. Please refresh and try again."),
  ];
  document.addEventListener("DOMContentLoaded", () => {
    const spans = document.querySelectorAll("#too_long_message_popup span");
    spans.forEach((each, place) => (each.textContent = popup[place]));
  });
})();
