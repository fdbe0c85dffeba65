// Bring the page to life, or say kindly why it stays still.

import { NoWebAssemblyError, startBackend } from "../backend.js";
import { makeActivationMaximization } from "./activation_maximization.js";
import { makeCleverHans } from "./clever_hans.js";
import { makeInputOptimization } from "./input_optimization.js";
import { makeNaturalImages } from "./natural_images.js";
import { makePhoto } from "./photo.js";
import { makeSaliency } from "./saliency.js";
import { makeSealed } from "./sealed.js";
import { Stage } from "./stage.js";
import { h, messageOf } from "./widgets.js";

// By the module of the course that each is about; the sealed network is about all of them.
const PARTS = {
  clever_hans: makeCleverHans,
  saliency: makeSaliency,
  activation_maximization: makeActivationMaximization,
  natural_images: makeNaturalImages,
  input_optimization: makeInputOptimization,
  sealed: makeSealed,
};

/**
 * @param {URL} folder where the weights and the .wasm files lie.
 */
export async function bringToLife(folder) {
  /** @type {NodeListOf<HTMLElement>} */
  const found = document.querySelectorAll("[data-playground]");
  const places = Object.fromEntries([...found].map((place) => [place.dataset.playground, place]));
  try {
    await startBackend(folder);
    const stage = await Stage.load(folder);
    for (const [name, make] of Object.entries(PARTS)) {
      places[name].replaceChildren();
      make(places[name], stage, folder);
    }
    places.photo.replaceChildren();
    makePhoto(places.photo, folder);
  } catch (error) {
    const kindly = error instanceof NoWebAssemblyError;
    if (!kindly) console.error(error);
    const note = kindly
      ? "This page computes with WebAssembly, which this browser does not have or has switched off, as some do in their strictest settings. Another browser will show it. The chapters need nothing of the kind: they show the same with pictures."
      : `This page could not load what it computes with: ${messageOf(error)}. Is the network connection gone? Loading the page anew may help.`;
    for (const place of Object.values(places)) place.replaceChildren();
    places.clever_hans.append(h("p", { className: "pg-sorry", role: "alert" }, note));
  }
  document.documentElement.dataset.playgroundReady = "";
}
