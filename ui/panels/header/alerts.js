const TOAST_MS = 8000;
const MOST_TOASTS = 3;

export default {
  props: { initial: Array },
  template: `
    <div class="alerts">
      <button type="button" class="icon-button" popovertarget="alerts-list" :aria-label="label" :title="label">
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2a4 4 0 0 0-4 4v3l-1 2h10l-1-2V6a4 4 0 0 0-4-4zM6.5 13a1.5 1.5 0 0 0 3 0"/></svg>
        <span v-if="unread" class="badge" aria-hidden="true">{{ unread }}</span>
      </button>
      <div id="alerts-list" popover class="popover" role="region" aria-label="Alerts" @toggle="toggled">
        <h2>Alerts</h2>
        <ul v-if="rows.length">
          <li v-for="row in rows" :key="row.key" class="alert" :class="row.level">
            <strong>{{ row.text }}</strong>
            <span>{{ row.why }}</span>
            <time class="quiet" :title="exact(row.at)">{{ time(row.at) }}</time>
          </li>
        </ul>
        <p v-else class="empty">No alert yet. A spike of visitors and the day's milestones show up here.</p>
      </div>
      <div class="toasts" role="status" aria-live="polite">
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
    return { rows: this.initial, toasts: [], unread: 0 };
  },
  created() {
    this.known = new Set(this.rows.map((row) => row.key));
  },
  computed: {
    label() {
      return this.unread ? `Alerts, ${this.unread} new` : "Alerts";
    },
  },
  methods: {
    show(rows) {
      const fresh = rows.filter((row) => !this.known.has(row.key));
      this.known = new Set(rows.map((row) => row.key));
      this.rows = rows;
      this.unread = rows.length ? this.unread + fresh.length : 0;
      this.toasts = [...fresh, ...this.toasts].slice(0, MOST_TOASTS);
      for (const row of fresh) setTimeout(() => this.dismiss(row), TOAST_MS);
      if (fresh.length) window.dispatchEvent(new CustomEvent("visitors:sound", { detail: "alert" }));
    },
    dismiss(row) {
      this.toasts = this.toasts.filter((toast) => toast.key !== row.key);
    },
    toggled(event) {
      if (event.newState === "open") this.unread = 0;
    },
    exact: (at) => visitors.exact(at),
    time: (at) => visitors.time(at),
  },
};
