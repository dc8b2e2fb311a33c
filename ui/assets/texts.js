// A stand-in: texts in English, until the catalogues are merged.
(() => {
  const LANGUAGES = ["system", "en", "de"];
  const filled = (text, values = {}) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const chosen = () => {
    const kept = localStorage.getItem("language");
    return LANGUAGES.includes(kept) ? kept : "system";
  };
  window.visitors = {
    t: filled,
    tn: (one, many, n, values) => filled(n === 1 ? one : many, { n, ...values }),
    language: () => "en",
    chosenLanguage: chosen,
    setLanguage(choice) {
      localStorage.setItem("language", choice);
      location.reload();
    },
  };
})();
