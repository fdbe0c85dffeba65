// The real thing: EfficientNet-Lite0, on the reader's own photo.

import { fromHalf } from "../half.js";
import { makeNetwork } from "../network.js";
import { smooth, softmax, symmetricLimit } from "../saliency.js";
import { explain } from "./look.js";
import { colourBar, paintImage, paintMap } from "./painting.js";
import { fetched } from "./stage.js";
import { announcement, button, choice, h, percent, picture, slider, toggle } from "./widgets.js";

/**
 * @param {HTMLElement} root
 * @param {URL} folder where efficientnet-lite0.json and .f16 lie.
 */
export function makePhoto(root, folder) {
  const progress = h("progress", {
    max: 1,
    value: 0,
    hidden: true,
    "aria-label": "Loading the network",
  });
  const state = announcement();
  const load = button("Load the network (10 MB)", async () => {
    load.disabled = true;
    progress.hidden = false;
    try {
      const loaded = await loadNetwork(folder, (share) => (progress.value = share));
      load.remove();
      progress.remove();
      state.textContent = "";
      await makeLooking(root, state, loaded, folder);
    } catch (error) {
      load.disabled = false;
      progress.hidden = true;
      state.textContent = `The network could not be loaded: ${error.message}. Try again.`;
    }
  });
  root.append(load, progress, state);
}

/** Fetch a network with weights of 16 bits, telling how far it is. */
export async function loadNetwork(folder, onProgress) {
  const described = await (await fetched(new URL("efficientnet-lite0.json", folder))).json();
  const answer = await fetched(new URL("efficientnet-lite0.f16", folder));
  const halves = new Uint8Array(2 * described.numbers);
  let there = 0;
  for await (const part of parts(answer.body)) {
    halves.set(part, there);
    there += part.length;
    onProgress?.(there / halves.length);
  }
  if (there !== halves.length) throw new Error("the weights are incomplete");
  const network = makeNetwork(described, fromHalf(new Uint16Array(halves.buffer)));
  return { network, classes: described.classes, photos: described.photos };
}

async function* parts(body) {
  const reader = body.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read())
    yield value;
}

async function makeLooking(root, state, { network, classes, photos }, folder) {
  const { size } = network;
  const image = picture(size, "The photo");
  const map = picture(size, "The saliency");
  const bar = colourBar();
  map.canvas.after(bar);
  const file = h("input", { type: "file", accept: "image/*" });
  const names = h(
    "datalist",
    { id: "pg-imagenet" },
    ...classes.map((name) => h("option", { value: name })),
  );
  const wanted = h("input", { type: "text", list: names.id, placeholder: "the likeliest" });
  const best = h("ol", { className: "pg-best" });
  const output = choice(
    "of the",
    [
      ["logit", "logit"],
      ["softmax", "softmax"],
    ],
    () => look(),
  );
  const sigma = slider("smoothing σ", { least: 0, most: 10, value: 4, step: 0.5 }, () => draw());
  const overlay = toggle("over the image", () => draw());
  const bundled = h("div", {
    className: "pg-samples",
    role: "group",
    "aria-label": "Photos to pick",
  });
  for (const { name, shows } of photos) {
    const thumbnail = h("img", {
      src: new URL(`photos/${name}.jpg`, folder),
      alt: shows,
      width: 64,
      height: 64,
    });
    const pick = h("button", { type: "button", className: "pg-sample" }, thumbnail);
    pick.addEventListener("click", () => use(thumbnail.src));
    bundled.append(pick);
  }
  root.prepend(
    bundled,
    h("div", { className: "pg-row" }, h("label", {}, "Your own photo: ", file)),
    h("p", { className: "pg-help" }, "It is not sent anywhere: the network has come to it."),
    h(
      "div",
      { className: "pg-row" },
      h("label", { className: "pg-list" }, h("span", {}, "for the class"), wanted, names),
      output,
    ),
    h("div", { className: "pg-pictures" }, image, map, best),
    h("div", { className: "pg-sliders" }, sigma),
    overlay,
  );

  let shown;
  let heatmap;
  let what;
  file.addEventListener("change", () => file.files[0] && use(URL.createObjectURL(file.files[0])));
  // Picking from the list counts at once; what was typed counts when it is done.
  wanted.addEventListener("input", () => asked() >= 0 && look());
  wanted.addEventListener("change", () => asked() < 0 && look());

  const asked = () => {
    const name = wanted.value.trim().toLowerCase();
    return classes.findIndex((known) => known.toLowerCase() === name);
  };
  async function use(address) {
    try {
      shown = await readPhoto(address, size);
    } catch {
      state.textContent = "This file is no image that the browser can read.";
      return;
    }
    paintImage(image.canvas, shown);
    wanted.value = "";
    await look();
  }
  async function look() {
    if (!shown) return;
    state.textContent = "Computing …";
    await new Promise((resolve) => setTimeout(resolve, 30)); // let the words appear first
    const classAsked = asked();
    if (wanted.value.trim() && classAsked < 0) {
      state.textContent = `There is no class “${wanted.value}”: pick one of the list.`;
      return;
    }
    const began = performance.now();
    const {
      classIndex,
      logits,
      heatmap: found,
    } = explain(network, shown, classAsked, output.value);
    const milliseconds = Math.round(performance.now() - began);
    const p = softmax(logits);
    const order = [...p.keys()].sort((a, b) => p[b] - p[a]).slice(0, 5);
    best.replaceChildren(...order.map((k) => h("li", {}, `${classes[k]} ${percent(p[k])}`)));
    heatmap = found;
    what = `${output.value} of ${classes[classIndex]}`;
    draw();
    state.textContent = `The network sees: ${classes[order[0]]}, ${percent(p[order[0]])}. One pass forward and backward took ${milliseconds} ms.`;
  }
  function draw() {
    if (!heatmap) return;
    const smoothed = smooth(heatmap, size, sigma.value);
    const limit = symmetricLimit(smoothed);
    paintMap(map.canvas, smoothed, limit, overlay.pressed ? shown : undefined);
    bar.show(limit);
    map.describe(
      `Saliency for the ${what}`,
      `where lighter pixels would raise (red) or lower (blue) the ${what}`,
    );
  }
  await use(new URL(`photos/${photos[0].name}.jpg`, folder));
}

/** Read a photo, cut to its middle and scaled. */
export async function readPhoto(address, size) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext("2d");
  const side = Math.min(image.naturalWidth, image.naturalHeight);
  const [left, top] = [(image.naturalWidth - side) / 2, (image.naturalHeight - side) / 2];
  context.fillStyle = "white"; // what is transparent lies on white
  context.fillRect(0, 0, size, size);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, left, top, side, side, 0, 0, size, size);
  const { data } = context.getImageData(0, 0, size, size);
  return Float32Array.from(
    { length: size * size * 3 },
    (_, i) => data[4 * Math.floor(i / 3) + (i % 3)] / 255,
  );
}
