// The real thing: EfficientNet-Lite0, on the reader's own photo.

import { readPhoto } from "../loading.js";
import { explain, smooth, softmax, symmetricLimit } from "../saliency.js";
import { colourBar, paintImage, paintMap } from "./painting.js";
import { realNetwork } from "./real_network.js";
import { choice, gallery, h, percent, picture, slider, toggle } from "./widgets.js";

/** @import { Loaded } from "../loading.js" */

/**
 * @param {HTMLElement} root
 * @param {URL} folder where the network and the photos lie.
 */
export function makePhoto(root, folder) {
  const { load, state } = realNetwork(folder, (loaded) => {
    root.replaceChildren();
    makeLooking(root, state, loaded, folder);
  });
  root.append(load, state);
}

/**
 * @param {HTMLElement} root
 * @param {ReturnType<typeof realNetwork>["state"]} state
 * @param {Loaded} loaded
 * @param {URL} folder
 */
function makeLooking(root, state, { network, classes, photos }, folder) {
  const { size } = network;
  const image = picture(size, "The photo");
  const map = picture(size, "The saliency");
  const bar = colourBar();
  map.canvas.after(bar);
  const thumbnails = photos.map(({ name, shows }) => {
    const src = new URL(`photos/${name}.jpg`, folder).href;
    return { picture: h("img", { src, alt: shows, width: 64, height: 64 }), words: "" };
  });
  const bundled = gallery("Photos to pick", thumbnails, (place) => useBundled(place));
  const file = h("input", { type: "file", accept: "image/*" });
  const options = classes.map((name) => h("option", { value: name }));
  const names = h("datalist", { id: "pg-imagenet" }, ...options);
  const wanted = h("input", { type: "text", list: names.id, placeholder: "the likeliest" });
  const output = choice("of the", ["logit", "softmax"], () => look());
  const best = h("ol", { className: "pg-best" });
  const sigma = slider("smoothing σ", { least: 0, most: 10, value: 4, step: 0.5 }, () => draw());
  const overlay = toggle("over the image", () => draw());
  root.append(
    bundled,
    h("div", { className: "pg-row" }, h("label", {}, "Your own photo: ", file)),
    h("p", { className: "pg-help" }, "It is not sent anywhere: the network has come to it."),
    h(
      "div",
      { className: "pg-row" },
      h("label", { className: "pg-list" }, h("span", {}, "for the class"), wanted, names),
      output,
    ),
    state,
    h("div", { className: "pg-pictures" }, image, map, best),
    h("div", { className: "pg-sliders" }, sigma),
    overlay,
  );

  let asked = -1; // the class to explain, or −1 for the likeliest
  /** @type {Float32Array | undefined} */
  let photo;
  /** @type {{heatmap: Float32Array, what: string} | undefined} */
  let found; // the saliency, and the words for what it is of
  let latest = 0; // the number of the photo that was chosen last

  /** @param {number} place */
  function useBundled(place) {
    const { src, alt } = thumbnails[place].picture;
    return use(src, alt, place);
  }
  file.addEventListener("change", async () => {
    const [own] = file.files ?? [];
    if (!own) return;
    const address = URL.createObjectURL(own);
    await use(address, "your photo", -1);
    URL.revokeObjectURL(address);
  });
  /**
   * @param {string} address
   * @param {string} words
   * @param {number} place among the photos that are offered, or −1.
   */
  async function use(address, words, place) {
    const turn = ++latest;
    const read = await readPhoto(address, size).catch(() => undefined);
    if (turn !== latest) return; // another one was chosen meanwhile
    if (!read) {
      state.say("This is no image that the browser can read, or it could not be loaded.");
      return;
    }
    photo = read;
    bundled.press(place);
    paintImage(image.canvas, photo);
    image.describe(words);
    ask("");
    await look();
  }

  // Picking from the list counts at once; what was typed counts when it is done.
  wanted.addEventListener(
    "input",
    () => classes.includes(wanted.value) && ask(wanted.value) && look(),
  );
  wanted.addEventListener("change", () => ask(wanted.value) && look());
  /** @param {string} name */
  function ask(name) {
    const lower = name.trim().toLowerCase();
    const place = classes.findIndex((known) => known.toLowerCase() === lower);
    const isClass = lower === "" || place >= 0;
    wanted.setAttribute("aria-invalid", String(!isClass));
    if (!isClass) {
      state.say(`There is no class “${name}”: pick one of the list.`);
      return false;
    }
    const isNews = asked !== place;
    asked = place;
    wanted.value = name;
    return isNews;
  }
  async function look() {
    if (!photo) return; // it is still on its way
    state.say("Computing …", false);
    const turn = latest;
    await new Promise((resolve) => setTimeout(resolve, 30)); // let the words appear first
    if (turn !== latest) return;
    const began = performance.now();
    const { classIndex, logits, heatmap } = explain(network, photo, asked, output.value);
    const milliseconds = Math.round(performance.now() - began);
    const p = softmax(logits);
    const order = [...p.keys()].sort((a, b) => p[b] - p[a]).slice(0, 5);
    best.replaceChildren(...order.map((k) => h("li", {}, `${classes[k]} ${percent(p[k])}`)));
    found = { heatmap, what: `${output.value} of ${classes[classIndex]}` };
    draw();
    const seen = `${classes[order[0]]}, ${percent(p[order[0]])}`;
    state.say(`The network sees: ${seen}. One pass forward and backward took ${milliseconds} ms.`);
  }
  function draw() {
    if (!found) return;
    const smoothed = smooth(found.heatmap, size, sigma.value);
    const limit = symmetricLimit(smoothed);
    paintMap(map.canvas, smoothed, limit, overlay.pressed ? photo : undefined);
    bar.show(limit);
    map.describe(
      `Saliency for the ${found.what}`,
      `where lighter pixels would raise (red) or lower (blue) the ${found.what}`,
    );
  }
  useBundled(0);
  bundled.querySelector("button")?.focus();
}
