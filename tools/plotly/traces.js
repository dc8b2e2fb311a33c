// Traces of the charts; "scatter" is always part of the core.
const Plotly = require("plotly.js/lib/core");

Plotly.register([
  require("plotly.js/lib/bar"),
  require("plotly.js/lib/choropleth"),
  require("plotly.js/lib/scattergeo"),
  require("plotly.js/lib/sankey"),
]);

window.Plotly = Plotly; // a module has no other global name
