const TOAST_MS = 8000;
const MOST_TOASTS = 3;
const AFTER_MS = 3000; // that a toast stays when the pointer or the focus has left it
const NAME = "name"; // of whoever sits here, kept in this browser
const NAMELESS = "dashboard"; // who has seen an alert, where nobody gave a name, as the server keeps it
const NOTIFY = "notify"; // "on": asked for in alert_rules.js

export default {
  mixins: [visitors.Steady],
  props: { initial: Array, acknowledges: Boolean },
  emits: ["acknowledge", "listen"],
  template: `
    <div class="alerts">
      <button type="button" class="icon-button" popovertarget="alerts-list" :aria-label="label" :title="label">
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2a4 4 0 0 0-4 4v3l-1 2h10l-1-2V6a4 4 0 0 0-4-4zM6.5 13a1.5 1.5 0 0 0 3 0"/></svg>
        <span v-if="unseen.length" class="badge" aria-hidden="true">{{ unseen.length }}</span>
      </button>
      <div id="alerts-list" ref="list" popover class="popover alerts-list"  role="region" :aria-label="t('Alerts')">
        <header class="panel-head">
          <h2>{{ t("Alerts") }}</h2>
          <button v-if="news" type="button" class="quiet-button" @click="letGo">{{ t("{n} new", { n: news }) }}</button>
          <button v-if="acknowledges && unseen.length > 1" type="button" class="quiet-button" @click="acknowledge(unseen)">{{ t("Mark all as seen") }}</button>
          <button type="button" class="icon-button small" :aria-label="t('Rules, sounds and notifications')" :title="t('Rules, sounds and notifications')" @click="settings">
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 4.5h7M13 4.5h1M2 11.5h1M7 11.5h7"/><circle cx="11" cy="4.5" r="1.8"/><circle cx="5" cy="11.5" r="1.8"/></svg>
          </button>
        </header>
        <ul v-if="rows.length" class="rows" tabindex="0" :aria-label="t('Alerts, those that last first')">
          <li v-for="row in rows" :key="row.key" class="alert" :class="[row.level, { active: row.active, seen: row.seen }]">
            <component :is="row.cause ? 'button' : 'div'" class="alert-body" v-bind="attributes(row)" @click="filter(row)">
              <strong>{{ words(row.text) }}</strong>
              <span v-if="row.why" class="alert-why">{{ words(row.why) }}</span>
              <span class="quiet"><time :title="exact(row.at)">{{ row.active ? t("Lasts since {time}", { time: time(row.at) }) : time(row.at) }}</time><template v-if="row.end"> · {{ words(row.end) }}</template></span>
            </component>
            <span v-if="row.seen" class="quiet">{{ t("Seen by") }} <bdi>{{ plain(row.by) }}</bdi>, <time :title="exact(row.seen)">{{ time(row.seen) }}</time></span>
            <button v-else-if="acknowledges" type="button" class="quiet-button" tabindex="-1" @click="acknowledge([row])">{{ t("Mark as seen") }}</button>
          </li>
        </ul>
        <p v-else class="empty">{{ t("No alert yet. What is unusual, a spike of visitors, and the day's milestones show up here.") }}</p>
        <label v-if="acknowledges && rows.length" class="alert-name">{{ t("Your name") }}
          <input v-model="name" type="text" maxlength="64" :placeholder="nameless" autocomplete="name" @change="keepName" />
        </label>
      </div>
      <div class="toasts" role="status" aria-live="polite" @pointerenter="over = true" @pointerleave="left"
          @focusin="over = true" @focusout="left">
        <div v-for="row in toasts" :key="row.key" class="toast" :class="row.level">
          <strong>{{ words(row.text) }}</strong>
          <span>{{ words(row.why) }}</span>
          <button type="button" class="icon-button" :aria-label="t('Dismiss')" @click="dismiss(row)">
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13"/></svg>
          </button>
        </div>
      </div>
    </div>`,
  data() {
    return {
      latest: this.initial, // as they were sent
      rows: this.initial, // as they are shown; held, they keep their places
      toasts: [],
      over: false,
      nameless: NAMELESS,
      name: localStorage.getItem(NAME) ?? "",
      chosen: visitors.chosen(),
    };
  },
  mounted() {
    this.stop = visitors.everySecond(this.tick);
    window.addEventListener("visitors:chosen", this.mark);
    window.addEventListener("visitors:notify", this.listen);
    this.$nextTick(this.listen);
  },
  unmounted() {
    this.stop();
    window.removeEventListener("visitors:chosen", this.mark);
    window.removeEventListener("visitors:notify", this.listen);
  },
  created() {
    this.known = new Set(this.rows.map((row) => row.key));
  },
  computed: {
    news() {
      const shown = new Set(this.rows.map((row) => row.key));
      return this.latest.filter((row) => !shown.has(row.key)).length;
    },
    // For all viewers: what nobody has seen.
    unseen() {
      return this.latest.filter((row) => !row.seen);
    },
    label() {
      const active = this.latest.filter((row) => row.active).length;
      // Translators: how many alerts nobody has seen
      const unseen = this.unseen.length && visitors.t("{n} not seen", { n: this.unseen.length });
      return [visitors.t("Alerts"), unseen, active && visitors.t("{n} active", { n: active })].filter(Boolean).join(", ");
    },
  },
  methods: {
    // A held row keeps its place, and says what has become of it.
    show(rows) {
      const fresh = rows.filter((row) => !this.known.has(row.key));
      this.known = new Set(rows.map((row) => row.key));
      this.latest = rows;
      const byKey = new Map(rows.map((row) => [row.key, row]));
      if (this.held && rows.length) this.rows = this.rows.map((row) => byKey.get(row.key) ?? row);
      else this.release();
      this.toast(fresh);
      for (const row of fresh) window.dispatchEvent(new CustomEvent("visitors:sound", { detail: row.level }));
      this.notify(fresh);
    },
    release() {
      this.rows = this.latest;
    },
    // New ones come below, so that those above keep their places. Under the pointer none leaves; what
    // has no room then is in the list.
    toast(fresh) {
      const until = Date.now() + TOAST_MS;
      const toasts = [...this.toasts, ...fresh.map((row) => ({ ...row, until })).reverse()];
      this.toasts = this.over ? toasts.slice(0, MOST_TOASTS) : toasts.slice(-MOST_TOASTS);
    },
    // The newest alone: a page that comes back may hear of many.
    notify([row]) {
      if (!row || !this.isNotified()) return;
      const notice = new Notification(visitors.words(row.text), { body: visitors.words(row.why), tag: "visitors" });
      notice.onclick = () => window.focus();
    },
    isNotified() {
      return localStorage.getItem(NOTIFY) === "on" && window.Notification?.permission === "granted";
    },
    // Tell the server whether a hidden tab wants to know of alerts.
    listen() {
      if (this.isNotified() || this.listens) this.$emit("listen", this.isNotified());
      this.listens = this.isNotified();
    },
    tick() {
      if (this.over || !this.toasts.length) return;
      const staying = this.toasts.filter((toast) => toast.until > Date.now());
      if (staying.length < this.toasts.length) this.toasts = staying;
    },
    left() {
      this.over = false;
      const least = Date.now() + AFTER_MS;
      this.toasts = this.toasts.map((toast) => ({ ...toast, until: Math.max(toast.until, least) }));
    },
    dismiss(row) {
      this.toasts = this.toasts.filter((toast) => toast.key !== row.key);
      if (!this.toasts.length) this.over = false;
    },
    acknowledge(rows) {
      this.$emit("acknowledge", { ids: rows.map((row) => row.id), by: this.name });
    },
    keepName() {
      localStorage.setItem(NAME, this.name);
    },
    settings() {
      this.$refs.list.hidePopover();
      visitors.run("alert rules");
    },
    mark() {
      this.chosen = visitors.chosen();
    },
    isChosen({ cause: [field, name] }) {
      return this.chosen[field] === name;
    },
    attributes(row) {
      if (!row.cause) return {};
      const does = this.isChosen(row) ? visitors.t("Take off the filter") : visitors.t("Filter by {name}", { name: visitors.named(...row.cause) });
      return { type: "button", tabindex: -1, "aria-pressed": this.isChosen(row), title: does };
    },
    // A second click takes the filter off.
    filter(row) {
      if (!row.cause) return;
      const [field, name] = row.cause;
      visitors.filterBy(field, this.isChosen(row) ? "" : name);
      this.$refs.list.hidePopover();
    },
    plain: (text) => visitors.plain(text),
    exact: (at) => visitors.exact(at),
    time: (at) => visitors.minute(at),
  },
};
