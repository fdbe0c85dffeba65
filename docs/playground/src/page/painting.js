// From numbers to pixels and curves.

import { h, steps } from "./widgets.js";

// ColorBrewer's "RdBu" (Brewer, 2003), from −1 (blue) over 0 (white) to 1 (red), as matplotlib draws
// "RdBu_r".
const RED_BLUE = [
  "053061",
  "2166ac",
  "4393c3",
  "92c5de",
  "d1e5f0",
  "f7f7f7",
  "fddbc7",
  "f4a582",
  "d6604d",
  "b2182b",
  "67001f",
].map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

/**
 * The colour of a value in [−1, 1]: red, green and blue, 0 to 255.
 *
 * @param {number} value
 */
export function diverging(value) {
  const place = ((Math.min(1, Math.max(-1, value)) + 1) / 2) * (RED_BLUE.length - 1);
  const low = Math.min(Math.floor(place), RED_BLUE.length - 2);
  return RED_BLUE[low].map((from, c) => from + (place - low) * (RED_BLUE[low + 1][c] - from));
}

/**
 * Paint an image with values in [0, 1].
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} image
 */
export function paintImage(canvas, image) {
  paint(canvas, (i) => [255 * image[3 * i], 255 * image[3 * i + 1], 255 * image[3 * i + 2]]);
}

/**
 * Paint a signed map over [−limit, limit]; over an image, a third of which shines through.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} heatmap
 * @param {number} limit
 * @param {Float32Array} [image]
 */
export function paintMap(canvas, heatmap, limit, image) {
  paint(canvas, (i) => {
    const colour = diverging(limit > 0 ? heatmap[i] / limit : 0);
    return image ? colour.map((value, c) => 0.65 * value + 0.35 * 255 * image[3 * i + c]) : colour;
  });
}

/**
 * Paint a change in colour: grey where nothing was changed, `factor` times as strong as it is.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} change
 * @param {number} factor
 */
export function paintChange(canvas, change, factor) {
  paint(canvas, (i) => [0, 1, 2].map((c) => 255 * (0.5 + factor * change[3 * i + c])));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(pixel: number) => number[]} colourOf red, green and blue, 0 to 255.
 */
function paint(canvas, colourOf) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no canvas to paint on");
  const data = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    data.data.set(colourOf(i).map(Math.round), 4 * i); // a clamped array: too large becomes 255
    data.data[4 * i + 3] = 255;
  }
  context.putImageData(data, 0, 0);
}

/** A bar that explains a signed map's colours, with its limits. */
export function colourBar() {
  const stops = [-1, -0.5, 0, 0.5, 1].map((v) => `rgb(${diverging(v).map(Math.round).join(" ")})`);
  const [least, most] = [h("span"), h("span")];
  const colours = h("i");
  colours.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const element = h("div", { className: "pg-colour-bar" }, least, colours, most);
  const show = (/** @type {number} */ limit) => {
    most.textContent = limit.toPrecision(2);
    least.textContent = `−${most.textContent}`;
  };
  return Object.assign(element, { show });
}

/**
 * A curve in the colour of the text, with its last value and its range.
 *
 * @param {string} label
 */
export function curve(label) {
  const element = h("div", { className: "pg-curve" });
  element.innerHTML =
    '<svg viewBox="0 0 300 90" preserveAspectRatio="none" role="img"><path fill="none" vector-effect="non-scaling-stroke"/></svg><span></span><span></span>';
  const [svg, most, least] = element.children;
  svg.setAttribute("aria-label", label);
  const show = (/** @type {number[]} */ values) => {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const x = (/** @type {number} */ i) => (300 * i) / Math.max(1, values.length - 1);
    const y = (/** @type {number} */ v) => 86 - (82 * (v - low)) / (high - low || 1);
    const points = values.map((v, i) => `${x(i).toFixed(1)} ${y(v).toFixed(1)}`);
    svg.children[0].setAttribute("d", `M${points.join("L")}`);
    const words = [high, low].map((v) => v.toPrecision(3).replace("-", "−"));
    [most.textContent, least.textContent] = words;
    const taken = steps(values.length - 1);
    svg.setAttribute("aria-label", `${label}: ${taken}, from ${words[1]} to ${words[0]}`);
  };
  return Object.assign(element, { show });
}
