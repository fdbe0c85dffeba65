// The network, the image, and what the one says of the other.

import { computeLogits } from "../network.js";
import { likeliest, softmax } from "../saliency.js";
import { paintImage } from "./painting.js";
import { makeSketch } from "./sketch.js";
import { networkChoice } from "./stage.js";
import { announcement, button, gallery, h, percent, picture, slider, toggle } from "./widgets.js";

/** @import { Stage } from "./stage.js" */

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 */
export function makeCleverHans(root, stage) {
  const sheet = picture(stage.size, "", "");
  sheet.canvas.tabIndex = 0;
  sheet.canvas.setAttribute("role", "application"); // it takes the arrow keys
  const frame = h("div", { className: "pg-sheet" });
  sheet.canvas.replaceWith(frame);
  frame.append(sheet.canvas);
  sheet.canvas.setAttribute("aria-describedby", "pg-how-to-draw");
  const colour = h("input", { type: "color", value: "#f2d23c" });
  const ground = h("input", { type: "color", value: "#34506b" });
  const brush = slider("brush", { least: 0.5, most: 6, value: 1.5, step: 0.5 });
  makeSketch(sheet.canvas, {
    pixels: () => stage.unstamped,
    colour: () => fromHex(colour.value),
    radius: () => brush.value,
    done: (unstamped) => stage.draw(unstamped),
  });

  const thumbnails = stage.samples.map(({ image, label }, i) => {
    const canvas = h("canvas", { width: stage.size, height: stage.size });
    paintImage(canvas, image);
    return { picture: canvas, words: `image ${i + 1}, a ${label}` };
  });
  const samples = gallery("Images to pick", thumbnails, (place) => stage.pick(place));
  const stamps = h(
    "div",
    { className: "pg-row", role: "group", "aria-label": "Stamps" },
    "Stamp on it: ",
  );
  for (const stamp of stage.stamps) {
    stamps.append(
      toggle(stamp.name, (on) => {
        stamp.on = on;
        stage.set({});
      }),
    );
  }
  const empty = button("New sheet", () => {
    const unstamped = new Float32Array(stage.unstamped.length);
    const [red, green, blue] = fromHex(ground.value);
    for (let i = 0; i < unstamped.length; i += 3) unstamped.set([red, green, blue], i);
    stage.draw(unstamped);
  });
  const drawing = h(
    "div",
    { className: "pg-row", role: "group", "aria-label": "Drawing" },
    h("label", {}, "colour ", colour),
    brush,
    h("label", {}, "ground ", ground),
    empty,
  );
  const help = h(
    "p",
    { className: "pg-help", id: "pg-how-to-draw" },
    "Draw on the large image with mouse or finger. By keyboard: Tab to it, move with the arrow keys, paint with the space bar, and hold Shift to paint while moving.",
  );
  const bars = makeBars(stage.classes);
  const verdict = announcement();
  root.append(
    networkChoice(stage),
    h("div", { className: "pg-stage" }, sheet, h("div", {}, verdict, bars)),
    samples,
    stamps,
    drawing,
    help,
  );

  stage.watch(() => {
    const image = stage.image;
    paintImage(sheet.canvas, image);
    const p = softmax(computeLogits(stage.network, image));
    bars.show(p);
    const best = likeliest(p);
    const truth = stage.truth ? ` It is a ${stage.truth}.` : "";
    const seen = `${stage.classes[best]}, ${percent(p[best])}`;
    verdict.say(`The ${stage.networkName} network sees a ${seen}.${truth}`);
    samples.press(stage.sample);
    const on = stage.stamps.filter((stamp) => stamp.on).map((stamp) => stamp.name);
    const what = stage.truth ? `a ${stage.truth}` : "your sheet";
    const words = on.length ? `${what}, with ${on.join(" and ")}` : what;
    sheet.describe(`The image, a sheet to draw on: ${words}`, words);
  });
}

/** @type {(hex: string) => number[]} */
const fromHex = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);

/**
 * A bar for the probability of each class.
 *
 * @param {string[]} names
 */
export function makeBars(names) {
  const rows = names.map((name) => {
    const bar = h("i", {});
    const value = h("span", {});
    return { bar, value, row: h("li", {}, h("span", {}, name), h("b", {}, bar), value) };
  });
  const element = h("ul", { className: "pg-bars" }, ...rows.map(({ row }) => row));
  element.setAttribute("aria-label", "Probabilities");
  const show = (/** @type {Float32Array} */ probabilities) => {
    rows.forEach(({ bar, value }, k) => {
      bar.style.width = `${100 * probabilities[k]}%`;
      value.textContent = percent(probabilities[k]);
    });
  };
  return Object.assign(element, { show });
}
