// Chapter 2.3 in the page: the smallest change that turns an answer, one step at a time.

import { clip, totalVariation, totalVariationGradient } from "./images.js";
import { differentiate } from "./network.js";
import { softmax } from "./saliency.js";

/** @import { Network } from "./network.js" */

/** @typedef {"l2" | "l1" | "tv"} Penalty what of a change is kept small. */

/**
 * How far an image was changed: "l2", "l1" or "tv", each a mean over the image's numbers.
 *
 * @param {Float32Array} image
 * @param {Float32Array} original
 * @param {number} size
 * @param {Penalty} [kind]
 */
export function changePenalty(image, original, size, kind = "l2") {
  const change = image.map((value, i) => value - original[i]);
  /** @param {(value: number) => number} of */
  const mean = (of) => change.reduce((sum, value) => sum + of(value), 0) / change.length;
  if (kind === "l2") return mean((value) => value * value);
  if (kind === "l1") return mean(Math.abs);
  if (kind === "tv") return totalVariation(change, size) / change.length;
  throw new RangeError(`kind must be "l2", "l1" or "tv", not "${kind}"`);
}

/**
 * @param {Float32Array} image
 * @param {Float32Array} original
 * @param {number} size
 * @param {Penalty} kind
 */
function penaltyGradient(image, original, size, kind) {
  const change = image.map((value, i) => value - original[i]);
  const n = change.length;
  if (kind === "l2") return change.map((value) => (2 * value) / n);
  if (kind === "l1") return change.map((value) => Math.sign(value) / n);
  return totalVariationGradient(change, size).map((value) => value / n);
}

/**
 * Go down one step: cross-entropy towards the target + weight · penalty, then clip.
 *
 * @param {Network} network
 * @param {Float32Array} image
 * @param {Float32Array} original
 * @param {number} target the class to reach.
 * @param {{stepSize: number, weight: number, penalty?: Penalty}} way
 * @returns {Float32Array} the image after it.
 */
export function optimizeStep(
  network,
  image,
  original,
  target,
  { stepSize, weight, penalty = "l2" },
) {
  /** @param {Float32Array} logits */
  const seed = (logits) => softmax(logits).map((p, k) => p - (k === target ? 1 : 0));
  const { gradient } = differentiate(network, image, seed);
  const pull = penaltyGradient(image, original, network.size, penalty);
  return image.map((value, i) => clip(value - stepSize * (gradient[i] + weight * pull[i])));
}
