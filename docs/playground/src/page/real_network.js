// EfficientNet-Lite0 comes into the page when it is asked for, and once for all parts.

import { loadNetwork } from "../loading.js";
import { announcement, button, h, messageOf } from "./widgets.js";

/** @import { Loaded } from "../loading.js" */

/** @type {Promise<Loaded> | undefined} */
let coming;

/**
 * A button that loads the network, with its progress and what may go wrong.
 *
 * @param {URL} folder where the network lies.
 * @param {(loaded: Loaded) => void} onLoaded
 */
export function realNetwork(folder, onLoaded) {
  const progress = h("progress", { max: 1, value: 0, "aria-label": "Loading the network" });
  const state = announcement();
  const load = button("Load the network (10 MB)", async () => {
    load.disabled = true;
    load.after(progress);
    let loaded;
    try {
      coming ??= loadNetwork(folder, (share) => (progress.value = share));
      loaded = await coming;
    } catch (error) {
      coming = undefined;
      load.disabled = false;
      load.focus();
      state.say(`The network could not be loaded: ${messageOf(error)}. Try again.`);
      return;
    } finally {
      progress.remove();
    }
    state.say("");
    onLoaded(loaded);
  });
  return { load, state };
}
