const TOAST_MS = 8000;
const MOST_TOASTS = 3;
const AFTER_MS = 3000; // that a toast stays when the pointer or the focus has left it

export default {
  mixins: [visitors.Steady],
  props: { initial: Array },
  template: `
    <div class="alerts">
      <button type="button" class="icon-button" popovertarget="alerts-list" :aria-label="label" :title="label">
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2a4 4 0 0 0-4 4v3l-1 2h10l-1-2V6a4 4 0 0 0-4-4zM6.5 13a1.5 1.5 0 0 0 3 0"/></svg>
        <span v-if="unread" class="badge" aria-hidden="true">{{ unread }}</span>
      </button>
      <div id="alerts-list" popover class="popover" role="region" aria-label="Alerts" @toggle="toggled">
        <header class="panel-head">
          <h2>Alerts</h2>
          <button v-if="waiting" type="button" class="quiet-button" @click="letGo">{{ news }} new</button>
        </header>
        <ul v-if="rows.length" class="rows">
          <li v-for="row in rows" :key="row.key" class="alert" :class="row.level">
            <strong>{{ row.text }}</strong>
            <span>{{ row.why }}</span>
            <time class="quiet" :title="exact(row.at)">{{ time(row.at) }}</time>
          </li>
        </ul>
        <p v-else class="empty">No alert yet. A spike of visitors and the day's milestones show up here.</p>
      </div>
      <div class="toasts" role="status" aria-live="polite" @pointerenter="over = true" @pointerleave="left"
          @focusin="over = true" @focusout="left">
        <div v-for="row in toasts" :key="row.key" class="toast" :class="row.level">
          <strong>{{ row.text }}</strong>
          <span>{{ row.why }}</span>
          <button type="button" class="icon-button" aria-label="Dismiss" @click="dismiss(row)">
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13"/></svg>
          </button>
        </div>
      </div>
    </div>`,
  data() {
    return { rows: this.initial, toasts: [], over: false, unread: 0, waiting: null };
  },
  mounted() {
    this.stop = visitors.everySecond(this.tick);
  },
  unmounted() {
    this.stop();
  },
  created() {
    this.known = new Set(this.rows.map((row) => row.key));
  },
  computed: {
    news() {
      const shown = new Set(this.rows.map((row) => row.key));
      return this.waiting.filter((row) => !shown.has(row.key)).length;
    },
    label() {
      return this.unread ? `Alerts, ${this.unread} new` : "Alerts";
    },
  },
  methods: {
    show(rows) {
      const fresh = rows.filter((row) => !this.known.has(row.key));
      this.known = new Set(rows.map((row) => row.key));
      this.waiting = rows;
      if (!this.held || !rows.length) this.release();
      this.unread = rows.length ? this.unread + fresh.length : 0;
      this.toast(fresh);
      if (fresh.length) window.dispatchEvent(new CustomEvent("visitors:sound", { detail: "alert" }));
    },
    release() {
      if (this.waiting) this.rows = this.waiting;
      this.waiting = null;
    },
    // New ones come below, so that those above keep their places. Under the pointer none leaves; what
    // has no room then is in the list.
    toast(fresh) {
      const until = Date.now() + TOAST_MS;
      const toasts = [...this.toasts, ...fresh.map((row) => ({ ...row, until })).reverse()];
      this.toasts = this.over ? toasts.slice(0, MOST_TOASTS) : toasts.slice(-MOST_TOASTS);
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
    toggled(event) {
      if (event.newState === "open") this.unread = 0;
    },
    exact: (at) => visitors.exact(at),
    time: (at) => visitors.time(at),
  },
};
