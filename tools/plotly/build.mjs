// Write ui/assets/plotly.min.js from traces.js, with the options of plotly.js's own build:
//
//     cd tools/plotly && npm ci --ignore-scripts && npm run build
//
// A new version of plotly.py needs the version of plotly.js that it ships in package.json; a test
// compares the two.
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(at("node_modules/plotly.js/package.json")));
const license = readFileSync(at("node_modules/plotly.js/LICENSE"), "utf8");

// plotly.js imports the styles of traces that aren't among ours.
const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, () => ({ contents: "", loader: "js" }));
  },
};

await build({
  entryPoints: [at("traces.js")],
  outfile: at("../../ui/assets/plotly.min.js"),
  format: "iife",
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "eof",
  plugins: [styles],
  alias: { stream: "stream-browserify" },
  define: { global: "window", "define.amd": "false", "process.env.NODE_DEBUG": "false" },
  target: "es2020",
  logLevel: "info",
  banner: { js: `/*! plotly.js ${version}, with some of its traces.\n\n${license}*/` },
});
