export default {
  components: { NameText: visitors.Path },
  props: { initial: Object, isWall: Boolean },
  template: `
    <p class="sentence" :class="'is-' + content.state">
      <template v-if="content.text">
        <component :is="content.state === 'usual' ? 'span' : 'strong'" class="sentence-difference" :title="t(content.basis)">{{ words(content.text) }}</component>
        <span v-if="content.because.length" class="sentence-dot" aria-hidden="true">·</span>
        <span class="sentence-causes">
          <template v-for="each in content.because" :key="each.field + each.name">
            <span class="sentence-words">{{ words(each.words) }}</span>
            <name-text v-if="isWall" :text="named(each)" />
            <button v-else type="button" class="sentence-name" :title="t('Filter by {name}', { name: named(each) })" @click="filter(each)">
              <name-text :text="named(each)" /></button>
          </template>
        </span>
      </template>
      <span v-if="content.bots && !isWall" class="sentence-bots" :title="botNames">{{ words(content.bots.text) }}</span>
    </p>`,
  data() {
    return { content: this.initial };
  },
  computed: {
    botNames() {
      return this.content.bots.names.map(([name, number]) => `${visitors.plain(name)} ${visitors.count(number)}`).join("\n");
    },
  },
  methods: {
    show(content) {
      this.content = content;
    },
    filter: ({ field, name }) => visitors.filterBy(field, name),
    named: ({ field, name }) => visitors.named(field, name),
  },
};
