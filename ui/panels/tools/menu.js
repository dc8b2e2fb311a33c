export default {
  template: `
    <div>
      <button type="button" class="icon-button" popovertarget="menu" :aria-label="t('Menu')" :title="t('Menu')">
        <svg viewBox="0 0 16 16" aria-hidden="true" class="dots"><circle cx="3" cy="8" r="1.3"/><circle cx="8" cy="8" r="1.3"/><circle cx="13" cy="8" r="1.3"/></svg>
      </button>
      <div id="menu" ref="menu" popover class="popover menu" role="group" :aria-label="t('Menu')" @close.capture="$refs.menu.hidePopover()">
        <slot></slot>
        <button type="button" class="menu-item" @click="open('settings')">
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6"/><circle cx="10" cy="4.5" r="1.8"/><circle cx="6" cy="11.5" r="1.8"/></svg>
          {{ settings }} <kbd>,</kbd>
        </button>
        <button type="button" class="menu-item" @click="open('alert rules')">
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2a4 4 0 0 0-4 4v3l-1 2h10l-1-2V6a4 4 0 0 0-4-4zM6.5 13a1.5 1.5 0 0 0 3 0"/></svg>
          {{ t("Alerts …") }}
        </button>
        <button type="button" class="menu-item" @click="open('palette')">
          <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.2" /><path d="M10.2 10.2L14 14" /></svg>
          {{ t("Find a command") }} <kbd>k</kbd>
        </button>
        <button type="button" class="menu-item" @click="open('keys')">
          <svg viewBox="0 0 16 16" aria-hidden="true"><rect x="1.5" y="4" width="13" height="8" rx="1.5"/><path d="M4 7h.01M8 7h.01M12 7h.01M5 9.5h6"/></svg>
          {{ t("Keys") }} <kbd>?</kbd>
        </button>
      </div>
    </div>`,
  data: () => ({ settings: visitors.t("Settings …") }),
  methods: {
    open(command) {
      this.$refs.menu.hidePopover();
      visitors.run(command);
    },
  },
};
