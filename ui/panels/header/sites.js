const FIND_FROM = 10; // sites, from which on a search is worth its place

export default {
  props: { initial: Object, site: String },
  template: `
    <div v-if="content.sites.length" class="site-switcher">
      <button ref="opener" type="button" class="site-button" popovertarget="site-list" :aria-label="t('Site {site}: change', { site })">
        <span class="site-name">{{ site }}</span>
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 6.5l4 4 4-4" /></svg>
      </button>
      <div id="site-list" ref="list" popover class="popover site-list" role="navigation" :aria-label="t('Sites')" @beforetoggle="placed">
        <input v-if="content.sites.length >= findFrom" v-model="sought" type="search" class="site-search" :placeholder="t('Find a site')" :aria-label="t('Find a site')" autofocus />
        <a v-for="[name, active] in shown" :key="name" :href="'?site=' + encodeURIComponent(name)" class="site-row" :aria-current="name === site ? 'page' : null">
          <span class="site-name">{{ name }}</span>
          <span class="site-active" :class="{ none: !active }">{{ count(active) }}</span>
        </a>
        <p v-if="!shown.length" class="quiet">{{ t("No site of that name") }}</p>
      </div>
    </div>`,
  data() {
    return { content: this.initial, sought: "", findFrom: FIND_FROM };
  },
  computed: {
    shown() {
      const text = this.sought.trim().toLowerCase();
      return this.content.sites.filter(([name]) => name.includes(text));
    },
  },
  methods: {
    show(content) {
      this.content = content;
    },
    count: (number) => visitors.count(number),
    // Below its button, inside the page.
    placed({ newState }) {
      if (newState !== "open") return;
      const { left, bottom } = this.$refs.opener.getBoundingClientRect();
      this.$refs.list.style.inset = `${bottom + 6}px auto auto ${Math.max(16, Math.min(left, innerWidth - 296))}px`;
    },
  },
};
