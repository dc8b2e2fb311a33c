const LEAST_LATITUDE = -55; // nobody visits from Antarctica
const MOST_LATITUDE = 84;

export default {
  mixins: [visitors.Plot],
  props: { shapes: String },
  template: `
    <section class="panel plot plot-map" tabindex="-1" aria-labelledby="map-title">
      <header class="panel-head"><h2 id="map-title">{{ t("Map") }}</h2><span v-if="content" class="quiet of">{{ people }}</span></header>
      <p v-if="!content || content.counting" class="empty">{{ t("Counting…") }}</p>
      <div v-show="content && !content.counting" ref="plot" class="plotted" role="img" :aria-label="label"></div>
      <div v-if="content?.unplaced?.length" class="unplaced">
        <span class="quiet">{{ t("Not on the map:") }}</span>
        <button v-for="[name, people] in content.unplaced" :key="name" type="button" class="quiet-button" :title="t('Filter by {name}', { name: country(name) })"
            @click="filter(name)"><bdi>{{ country(name) }}</bdi> {{ count(people) }}</button>
        <span v-if="content.more" class="quiet">{{ t("and {n} more", { n: content.more }) }}</span>
      </div>
    </section>`,
  computed: {
    people() {
      if (this.content.counting) return "";
      return visitors.tn("1 person here now", "{n} people here now", this.content.total);
    },
    label() {
      const most = (this.content?.places ?? []).slice(0, 8).map(([, name, people]) => `${visitors.country(name)} ${visitors.count(people)}`);
      return visitors.t("Map of the people here by country: {names}", { names: most.join(", ") || visitors.t("nobody") });
    },
  },
  methods: {
    // The scale is logarithmic: else one large country leaves all others pale.
    figure(colour) {
      const places = this.content.places ?? [];
      const shown = {
        type: "choropleth",
        locationmode: "ISO-3",
        locations: places.map(([code]) => code),
        z: places.map(([, , people]) => Math.log10(people + 1)),
        zmin: 0,
        zmax: Math.max(1, ...places.map(([, , people]) => Math.log10(people + 1))),
        customdata: places.map(([, name, people]) => [name, escaped(visitors.country(name)), visitors.count(people)]),
        hovertemplate: `%{customdata[1]}: ${visitors.tc("people", "{n} here", { n: "%{customdata[2]}" })}<extra></extra>`,
        hoverlabel: { bgcolor: colour("text"), bordercolor: colour("text"), font: { color: colour("bg"), family: "system-ui, sans-serif" } },
        colorscale: [[0, colour("accent-soft")], [1, colour("accent")]],
        showscale: false,
        marker: { line: { color: colour("bg"), width: 0.5 } },
      };
      const geo = {
        projection: { type: "miller" },
        lataxis: { range: [LEAST_LATITUDE, MOST_LATITUDE] },
        lonaxis: { range: [-170, 190] },
        bgcolor: "rgba(0,0,0,0)",
        showframe: false,
        showcoastlines: false,
        showland: true,
        landcolor: colour("line"),
      };
      // plotly appends the name of the file, which the parameters of the address swallow.
      return { data: [shown], layout: { geo, dragmode: false }, config: { topojsonURL: `${this.shapes}&file=`, scrollZoom: false } };
    },
    clicked({ customdata }) {
      this.filter(customdata[0]);
    },
    // A second click takes the filter off.
    filter(name) {
      visitors.filterBy("country", visitors.chosen().country === name ? "" : name);
    },
    country: (name) => visitors.country(name),
    count: (number) => visitors.count(number),
  },
};

// plotly reads a kind of HTML.
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
