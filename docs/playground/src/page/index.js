// Bring the page to life, or say kindly why it stays still.

import { NoWebAssemblyError, startBackend } from "../backend.js";
import { makeChange } from "./change.js";
import { makeChoose } from "./choose.js";
import { makeClimb } from "./climb.js";
import { makeLook } from "./look.js";
import { makePhoto } from "./photo.js";
import { Stage } from "./stage.js";
import { h } from "./widgets.js";

const PARTS = { choose: makeChoose, look: makeLook, climb: makeClimb, change: makeChange };

/**
 * @param {URL} folder where the weights and the .wasm files lie.
 */
export async function bringToLife(folder) {
  const places = Object.fromEntries(
    [...document.querySelectorAll("[data-playground]")].map((place) => [
      place.dataset.playground,
      place,
    ]),
  );
  try {
    await startBackend(folder);
    const stage = await Stage.load(folder);
    for (const [name, make] of Object.entries(PARTS)) {
      places[name].replaceChildren();
      make(places[name], stage);
    }
    places.photo.replaceChildren();
    makePhoto(places.photo, folder);
  } catch (error) {
    const kindly = error instanceof NoWebAssemblyError;
    if (!kindly) console.error(error);
    const note = kindly
      ? "This page computes with WebAssembly, which this browser does not have or has switched off, as some do in their strictest settings. Another browser will show it. The chapters need nothing of the kind: they show the same with pictures."
      : `This page could not load what it computes with: ${error.message}. Is the network connection gone? Loading the page anew may help.`;
    for (const place of Object.values(places)) place.replaceChildren();
    places.choose.append(h("p", { className: "pg-sorry", role: "alert" }, note));
  }
  document.documentElement.dataset.playgroundReady = "";
}
