// The tracker: tells the server which pages are viewed, what is clicked and how long people read.
// `npm run build-tracker` makes tracker.min.js of it.
//
// Attributes of its script element: data-site, data-key (sent as they are), data-hash (the fragment
// tells pages apart), data-exclude (paths by comma, * is any text), data-storage="session" (an id in
// sessionStorage), data-endpoint (the door's address, relative to the script's), data-local (counts
// on this machine, too). window.visitors(name, metadata) tells an event of the page's own.
//
// It is a guest on somebody's page: nothing in it may throw there, wait there, or change what the
// page does. So every entry from the page goes through `safely`, and nothing listens to `unload`.
(() => {
  const HEARTBEAT_MS = 30000;
  const LEAVE_AFTER_MS = 300000; // hidden for so long, a tab is left
  const ACTIVE_MS = 300000; // heartbeats stop so long after the last sign of a person
  const ENGAGED_MS = 5000; // a person reads on for so long after a sign
  const MOST_WAITING = 50; // events
  const MOST_AT_ONCE = 10; // events of one request; the server takes 20, and 16 KiB
  const LONGEST_EVENT = 16384;
  const LOCAL = /^$|localhost$|^127\.|^\[::1/; // an empty name is that of file:
  const FILES = /\.(7z|apk|csv|dmg|docx?|epub|exe|gz|iso|mp[34]|msi|pdf|pptx?|rar|xlsx?|zip)$/i;

  const script = document.currentScript;
  const early = window.visitors;

  const safely = (run) => (given) => {
    try {
      run(given);
    } catch (_) {
      // The page must not notice.
    }
  };
  const listen = (types, run) => {
    for (const type of types.split(" "))
      addEventListener(type, safely(run), true);
  };
  const now = () => performance.now();
  const newId = () => crypto.getRandomValues(new Uint32Array(3)).join(""); // at most 30 digits
  // What the server takes: no control characters, no half of a pair at the cut.
  const plain = (text, longest) =>
    text
      .replace(/[\0-\x1f\x7f]+/g, " ")
      .slice(0, longest)
      .replace(/[\ud800-\udbff]$/, "");

  const start = () => {
    const { endpoint, exclude, hash, key, site, storage } = script.dataset;
    const door = new URL(endpoint || "/api/track", script.src || location).href;
    const excluded = (exclude || "")
      .split(",")
      .map((glob) => glob.trim().replace(/[^\w*]/g, "\\$&").replace(/\*+/g, ".*"))
      .map((pattern) => new RegExp("^" + pattern + "$"));
    const tab = newId();
    const waiting = []; // events as JSON; the first one is on its way while `isSending`
    let isSending = false;
    let sessionId;
    let seen; // the address of the page
    let isCounted = false; // the page is none that is excluded
    let isOpen = false; // the server has heard of this tab since it was left
    let isVisible = !document.hidden;
    let leaving; // the timer of a hidden tab
    let usedAt = now();
    let countedTo = usedAt;
    let engagedMs = 0;
    let scroll = 0;

    // The address as it is told apart from others: with the fragment only if asked for.
    const address = () => location.href.replace(hash === undefined ? /#.*/ : "", "");
    const pathOf = (url) => url.replace(/\?[^#]*/, "");

    // Resolves to true if the server has what is sent, or will never take it.
    const post = async (body) => {
      try {
        if (!("keepalive" in Request.prototype)) return navigator.sendBeacon(door, body);
        const sent = { method: "POST", body, keepalive: true, credentials: "omit" };
        const { status } = await fetch(door, sent);
        return status < 500 && status !== 429;
      } catch (_) {
        return false;
      }
    };

    // Sends what waits, one by one, so that a journey keeps its order.
    const flush = async () => {
      if (isSending || !waiting[0]) return;
      isSending = true;
      const isDone = await post(waiting[0]);
      isSending = false;
      if (isDone) {
        waiting.shift();
        flush();
      }
    };

    const describe = (url, type, more) => {
      isOpen = true;
      watch();
      return JSON.stringify(
        Object.assign(
          {
            type,
            url: url.slice(0, 4096),
            eventId: newId(),
            tab,
            sessionId,
            site,
            key,
            timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
            language: navigator.language,
            screen: screen.width + "x" + screen.height,
            automated: navigator.webdriver,
            dnt: navigator.doNotTrack,
            gpc: navigator.globalPrivacyControl,
          },
          more,
        ),
      );
    };
    const send = (type, more) => {
      if (!isCounted || waiting.length >= MOST_WAITING) return;
      const body = describe(seen, type, more);
      if (body.length < LONGEST_EVENT) waiting.push(body);
      flush();
    };

    // Adds the time since the last call in which the tab was visible and used.
    const count = () => {
      const before = countedTo;
      countedTo = now();
      if (isVisible) engagedMs += Math.max(0, Math.min(countedTo, usedAt + ENGAGED_MS) - before);
    };
    const use = () => {
      count();
      usedAt = countedTo;
    };
    const measure = () => {
      const part = (scrollY + innerHeight) / document.documentElement.scrollHeight;
      scroll = Math.max(scroll, Math.min(100, Math.round(part * 100)));
    };
    // A signal about `url`: how long it was read since the last one.
    const signal = (url, type) => {
      count();
      const body = describe(url, type, { engagedMs: Math.round(engagedMs), scroll });
      engagedMs = 0;
      return body;
    };
    const beat = (url = seen) => {
      if (!isCounted) return;
      count();
      const told = engagedMs;
      post(signal(url, "heartbeat")).then((isDone) => {
        if (!isDone) engagedMs += told;
      });
    };

    // Hands over what still waits, and closes the tab. What the server has twice it counts once.
    const leave = (url = seen) => {
      if (!isOpen) return;
      const last = [...waiting.slice(+isSending), signal(url, "leave")];
      isOpen = false;
      watch();
      while (last[0]) post("[" + last.splice(0, MOST_AT_ONCE) + "]");
    };
    const watch = () => {
      clearTimeout(leaving);
      if (!isVisible && isOpen) leaving = setTimeout(safely(leave), LEAVE_AFTER_MS);
    };

    // A page is seen: at load, by history, or from the browser's cache of pages.
    const view = (referrer) => {
      const before = seen;
      seen = address();
      use();
      const path = pathOf(seen).slice(location.origin.length);
      isCounted = !excluded.some((pattern) => pattern.test(path));
      if (!isCounted) leave(before);
      else if (isOpen && engagedMs) beat(before);
      scroll = 0;
      measure();
      send("pageview", { title: plain(document.title, 512), referrer });
    };
    const move = (how) => {
      const url = address();
      if (how === "replaceState" ? pathOf(url) !== pathOf(seen) : url !== seen) view();
      else seen = url;
    };

    const custom = (name, metadata) => {
      if (!name) return; // what is no text has no `replace`, and ends here as well
      const isObject = typeof metadata === "object" && !Array.isArray(metadata);
      send("custom", { name: plain(name, 64), metadata: isObject ? metadata : undefined });
    };
    const click = ({ target, type, button }) => {
      const named = target.closest("[data-track]:not(form)");
      if (named && type === "click") send("click", { element: plain(named.dataset.track, 256) });
      const link = target.closest("a[href]");
      if (!link || button > 1 || !/^http/.test(link.href)) return;
      const isFile = link.hasAttribute("download") || FILES.test(link.pathname);
      if (isFile || link.host !== location.host)
        custom(isFile ? "download" : "outbound", { url: link.href.split(/[?#]/)[0] });
    };

    safely(() => {
      if (storage !== "session") return;
      const kept = sessionStorage.visitors || newId();
      sessionStorage.visitors = kept;
      sessionId = kept;
    })();
    for (const name of ["pushState", "replaceState"]) {
      const original = history[name];
      history[name] = function () {
        const result = original.apply(this, arguments);
        safely(move)(name);
        return result;
      };
    }
    listen("popstate hashchange", move);
    listen("pageshow", ({ persisted }) => persisted && view());
    listen("pagehide", () => leave());
    listen("online", flush);
    listen("visibilitychange", () => {
      count();
      isVisible = !document.hidden;
      watch();
      if (!isVisible) return;
      use();
      if (!isOpen) beat();
    });
    listen("pointerdown pointermove keydown scroll", use);
    listen("scroll", measure);
    listen("click auxclick", click);
    listen("submit", ({ target }) => {
      if (target.matches("form[data-track]")) custom(target.dataset.track || "submit");
    });
    setInterval(
      safely(() => {
        flush();
        if (isVisible && now() - usedAt < ACTIVE_MS) beat();
      }),
      HEARTBEAT_MS,
    );

    view(document.referrer.slice(0, 4096));
    window.visitors = (name, metadata) => safely(() => custom(name, metadata))();
    window.visitors.isTracker = true;
    if (early) for (const given of early.q) window.visitors(...given);
  };

  safely(() => {
    if (early && early.isTracker) return;
    if (LOCAL.test(location.hostname) && !("local" in script.dataset))
      window.visitors = () => {};
    else if (document.prerendering) listen("prerenderingchange", start);
    else start();
  })();
})();
