const NAMES = {
  Escape: "Esc",
  "Ctrl+k": visitors.tc("key", "Ctrl K"),
  Tab: "Tab",
  Home: visitors.tc("key", "Home"),
  End: visitors.tc("key", "End"),
  Enter: visitors.tc("key", "Enter"),
};

export default {
  template: `
    <dialog ref="dialog" class="dialog" aria-labelledby="keys-title" @click.self="$refs.dialog.close()">
      <div class="dialog-body">
        <header class="panel-head">
          <h2 id="keys-title">{{ t("Keys") }}</h2>
          <button type="button" class="icon-button" :aria-label="t('Close')" autofocus @click="$refs.dialog.close()">
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13"/></svg>
          </button>
        </header>
        <dl class="keys">
          <div v-for="each in keys" :key="each.does">
            <dt><kbd v-for="key in each.keys" :key="key">{{ name(key) }}</kbd></dt>
            <dd>{{ each.does }}</dd>
          </div>
        </dl>
      </div>
    </dialog>`,
  data: () => ({ keys: visitors.KEYS }),
  mounted() {
    this.forget = visitors.offer({ id: "keys", title: visitors.t("Show the keys"), run: () => this.$refs.dialog.showModal() });
  },
  unmounted() {
    this.forget();
  },
  methods: {
    name: (key) => NAMES[key] ?? key,
  },
};
