// The example site's own script: the current page in the menu, a subscription, and a page of three
// views whose addresses are made by history.pushState.
for (const link of document.querySelectorAll("nav a")) {
  if (link.pathname === location.pathname.replace(/index\.html$/, "")) link.setAttribute("aria-current", "page");
}

const letters = document.getElementById("letters");
letters?.addEventListener("click", () => {
  window.visitors?.("signup", { plan: "letters" });
  letters.textContent = "Thank you";
  letters.disabled = true;
});

const finder = document.getElementById("finder");
const HOME = "/example/finder.html";
const VIEWS = {
  "": ["Is it morning or evening?", ["morning", "evening"]],
  morning: ["Then it is Morning, or Noon for the quiet.", []],
  evening: ["Then it is Dusk, or Night without caffeine.", []],
};

function show() {
  const name = location.pathname.slice(HOME.length + 1);
  const [text, ways] = VIEWS[name] ?? VIEWS[""];
  const heading = document.createElement("h2");
  heading.textContent = text;
  const buttons = (ways.length ? ways : [""]).map((way) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = way || "Ask again";
    button.style.margin = "12px 12px 0 0";
    button.addEventListener("click", () => {
      history.pushState(null, "", way ? `${HOME}/${way}` : HOME);
      show();
    });
    return button;
  });
  finder.replaceChildren(heading, ...buttons);
}

if (finder) {
  addEventListener("popstate", show);
  show();
}
