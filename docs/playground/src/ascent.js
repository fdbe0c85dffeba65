// Chapters 1.2 and 1.3 in the page: activation maximization, one step at a time.

/** @import { Network } from "./network.js" */
/** @import { Output } from "./saliency.js" */

import { blur, clip, roll, totalVariationGradient } from "./images.js";
import { differentiate } from "./network.js";
import { outputGradient } from "./saliency.js";

/**
 * @typedef {object} Way how to climb; what is left out is off.
 * @property {number} stepSize
 * @property {Output} [output]
 * @property {number} [tvWeight] weight of the total variation.
 * @property {number} [l2Weight] weight of the squared distance from mid-grey.
 * @property {number} [blurSigma] of the blur after each step, in pixels.
 * @property {[number, number]} [shift] of this step's jitter: down, right.
 */

/** @typedef {{image: Float32Array, z?: Float32Array}} Place where an ascent has come to. */

/**
 * Where an ascent begins; it also says how the image is kept in [0, 1] on the way.
 *
 * @param {Float32Array} image
 * @param {"clip" | "sigmoid"} [keep] by a sigmoid: then there is a z, and the image is its sigmoid.
 * @returns {Place}
 */
export function startOfAscent(image, keep = "clip") {
  if (keep === "clip") return { image, z: undefined };
  const z = image.map((value) => {
    const inside = clip(value, 1e-3, 1 - 1e-3);
    return Math.log(inside / (1 - inside));
  });
  return { image: z.map(sigmoid), z };
}

/** @type {(z: number) => number} */
const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/**
 * Climb one step.
 *
 * @param {Network} network
 * @param {Place} at as `startOfAscent` or this function gave it.
 * @param {number} classIndex
 * @param {Way} way
 * @returns {Place}
 */
export function ascentStep(network, at, classIndex, way) {
  const { stepSize, blurSigma = 0 } = way;
  const gradient = penalizedGradient(network, at.image, classIndex, way);
  let next;
  if (at.z) {
    const slope = at.image.map((value) => value * (1 - value)); // of the sigmoid
    const z = at.z.map((value, i) => value + stepSize * gradient[i] * slope[i]);
    next = { image: z.map(sigmoid), z };
  } else {
    next = { image: at.image.map((value, i) => clip(value + stepSize * gradient[i])) };
  }
  if (!blurSigma) return next;
  return startOfAscent(blur(next.image, network.size, blurSigma), at.z ? "sigmoid" : "clip");
}

/**
 * The gradient of: output of the jittered image − penalties of the image itself.
 *
 * @param {Network} network
 * @param {Float32Array} image
 * @param {number} classIndex
 * @param {Way} way
 */
function penalizedGradient(network, image, classIndex, way) {
  const { output = "logit", tvWeight = 0, l2Weight = 0, shift = [0, 0] } = way;
  const [down, right] = shift;
  const { size } = network;
  /** @param {Float32Array} logits */
  const seed = (logits) => outputGradient(logits, classIndex, output);
  const jittered = differentiate(network, roll(image, size, down, right), seed).gradient;
  let gradient = roll(jittered, size, -down, -right);
  if (tvWeight) {
    const rough = totalVariationGradient(image, size);
    gradient = gradient.map((value, i) => value - tvWeight * rough[i]);
  }
  if (l2Weight) gradient = gradient.map((value, i) => value - 2 * l2Weight * (image[i] - 0.5));
  return gradient;
}
