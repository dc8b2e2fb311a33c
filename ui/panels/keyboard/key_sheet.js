const NAMES = { Escape: "Esc", "Ctrl+k": "Ctrl K" };

export default {
  template: `
    <dialog ref="dialog" class="dialog" aria-labelledby="keys-title" @click.self="$refs.dialog.close()">
      <div class="dialog-body">
        <header class="panel-head">
          <h2 id="keys-title">Keys</h2>
          <button type="button" class="icon-button" aria-label="Close" autofocus @click="$refs.dialog.close()">
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
    this.forget = visitors.offer({ id: "keys", title: "Show the keys", run: () => this.$refs.dialog.showModal() });
  },
  unmounted() {
    this.forget();
  },
  methods: {
    name: (key) => NAMES[key] ?? key,
  },
};
