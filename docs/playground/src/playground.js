// The page's script. What it computes with is exported as well, so that tests can call it.

import { bringToLife } from "./page/index.js";

export * from "./ascent.js";
export * from "./backend.js";
export * from "./dream.js";
export * from "./half.js";
export * from "./images.js";
export * from "./loading.js";
export * from "./network.js";
export * from "./octaves.js";
export * from "./optimization.js";
export * from "./saliency.js";
export * from "./spectrum.js";
export * from "./stamps.js";
export * from "./views.js";

const folder = new URL("./", import.meta.url);
if (document.querySelector("[data-playground]")) bringToLife(folder);
