// Write ingest/tracking/script/tracker.min.js from tracker.js beside it: `npm run build-tracker`.
// With the argument `-` it goes to stdout, where a test compares it with the file.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minify } from "terser";

const at = (name) =>
  fileURLToPath(new URL(`../../ingest/tracking/script/${name}`, import.meta.url));

const { code } = await minify(readFileSync(at("tracker.js"), "utf8"), {
  ecma: 2017,
  compress: { passes: 3, unsafe: true, unsafe_arrows: true },
  mangle: true, // names of variables alone: names on the wire stay
  format: { ascii_only: true },
});
if (process.argv[2] === "-") process.stdout.write(code + "\n");
else writeFileSync(at("tracker.min.js"), code + "\n");
