export default {
  emits: ["confirm"],
  template: `
    <div>
      <button type="button" class="menu-item" @click="ask">
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3"/></svg>
        {{ t("Reset the numbers") }}
      </button>
      <dialog ref="dialog" class="dialog" aria-labelledby="reset-title" @click.self="$refs.dialog.close()">
        <div class="dialog-body">
          <h2 id="reset-title">{{ t("Reset all numbers?") }}</h2>
          <p>{{ t("Sessions, today's counts, the feed and the chart start at zero, on every dashboard. This can't be undone.") }}</p>
          <div class="actions">
            <button type="button" class="button" autofocus @click="$refs.dialog.close()">{{ t("Keep them") }}</button>
            <button type="button" class="button danger" @click="confirm">{{ t("Reset") }}</button>
          </div>
        </div>
      </dialog>
    </div>`,
  mounted() {
    this.forget = visitors.offer({ id: "reset", title: visitors.t("Reset the numbers"), run: this.ask });
  },
  unmounted() {
    this.forget();
  },
  methods: {
    // The menu around is closed when a key or the palette asks.
    ask() {
      const menu = this.$el.closest("[popover]");
      if (menu && !menu.matches(":popover-open")) menu.showPopover();
      this.$refs.dialog.showModal();
    },
    confirm() {
      this.$refs.dialog.close();
      this.$emit("confirm");
    },
  },
};
