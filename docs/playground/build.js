// Bundle the page's script, and put beside it what it loads.

import { copyFile } from "node:fs/promises";
import { build } from "esbuild";

const folder = "../assets/playground";
const binaries = "node_modules/@tensorflow/tfjs-backend-wasm/wasm-out";

await build({
  entryPoints: ["src/playground.js"],
  outfile: `${folder}/playground.js`,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "external",
});
for (const name of ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"]) {
  await copyFile(`${binaries}/${name}`, `${folder}/${name}`);
}
