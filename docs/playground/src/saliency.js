// Chapter 1.1 in the page: the functions of solutions/saliency.py, for one image.

import { blur } from "./images.js";
import { differentiate } from "./network.js";

/** @import { Network } from "./network.js" */

/** @typedef {"logit" | "softmax"} Output what of a class is explained. */

/**
 * The probabilities of the classes.
 *
 * @param {Float32Array} logits
 */
export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Float32Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * The class with the largest logit, or the largest probability.
 *
 * @param {Float32Array} values
 */
export const likeliest = (values) => values.indexOf(Math.max(...values));

/**
 * The value that is explained: the logit or the probability of a class.
 *
 * @param {Float32Array} logits
 * @param {number} classIndex
 * @param {Output} [output]
 */
export function selectOutput(logits, classIndex, output = "logit") {
  if (output === "logit") return logits[classIndex];
  if (output === "softmax") return softmax(logits)[classIndex];
  throw new RangeError(`output must be "logit" or "softmax", not "${output}"`);
}

/**
 * The gradient of the value that is explained with respect to the logits.
 *
 * @param {Float32Array} logits
 * @param {number} classIndex
 * @param {Output} [output]
 */
export function outputGradient(logits, classIndex, output = "logit") {
  const p = selectOutput(logits, classIndex, output);
  /** @param {number} k */
  const one = (k) => (k === classIndex ? 1 : 0);
  if (output === "logit") return Float32Array.from(logits, (_, k) => one(k));
  return softmax(logits).map((other, k) => p * (one(k) - other));
}

/**
 * Differentiate the explained value with respect to the image; the sign is kept.
 *
 * @param {Network} network
 * @param {Float32Array} image
 * @param {number} classIndex
 * @param {Output} [output]
 * @returns {{logits: Float32Array, gradient: Float32Array}}
 */
export function gradientSaliency(network, image, classIndex, output = "logit") {
  return differentiate(network, image, (logits) => outputGradient(logits, classIndex, output));
}

/**
 * One number per pixel: the signed sum over the three channels.
 *
 * @param {Float32Array} saliency
 */
export function toHeatmap(saliency) {
  const heatmap = new Float32Array(saliency.length / 3);
  for (let i = 0; i < saliency.length; i++) heatmap[Math.floor(i / 3)] += saliency[i];
  return heatmap;
}

/** Blur a heat map; sigma 0 changes nothing. */
export const smooth = blur;

/**
 * The v for which a diverging colour map over [−v, v] shows zero as its neutral colour.
 *
 * @param {Float32Array} heatmap
 */
export function symmetricLimit(heatmap) {
  return heatmap.reduce((limit, value) => Math.max(limit, Math.abs(value)), 0);
}

/**
 * The saliency of a class, or of the likeliest, which is known only halfway: after the pass forward.
 *
 * @param {Network} network
 * @param {Float32Array} image
 * @param {number} asked the class; negative for the likeliest.
 * @param {Output} output
 * @returns {{classIndex: number, logits: Float32Array, heatmap: Float32Array}}
 */
export function explain(network, image, asked, output) {
  let classIndex = asked;
  const { logits, gradient } = differentiate(network, image, (found) => {
    if (asked < 0) classIndex = likeliest(found);
    return outputGradient(found, classIndex, output);
  });
  return { classIndex, logits, heatmap: toHeatmap(gradient) };
}
