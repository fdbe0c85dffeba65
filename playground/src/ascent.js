// Chapters 1.2 and 1.+ in the page: activation maximization, one step at a time.

import { blur, clip, roll, totalVariationGradient } from "./images.js";
import { differentiate } from "./network.js";
import { outputGradient, selectOutput } from "./saliency.js";

/**
 * @typedef {object} Way how to climb; what is left out is off.
 * @property {number} stepSize
 * @property {"logit" | "softmax"} [output]
 * @property {"clip" | "sigmoid"} [keep] how the image is kept in [0, 1].
 * @property {number} [tvWeight] weight of the total variation.
 * @property {number} [l2Weight] weight of the squared distance from mid-grey.
 * @property {number} [blurSigma] of the blur after each step, in pixels.
 * @property {[number, number]} [shift] of this step's jitter: down, right.
 */

/** Where an ascent begins: for a sigmoid at the z whose sigmoid is the image. */
export function startOfAscent(image, keep = "clip") {
  if (keep === "clip") return { image, z: undefined };
  const z = image.map((value) => {
    const inside = clip(value, 1e-3, 1 - 1e-3);
    return Math.log(inside / (1 - inside));
  });
  return { image: z.map(sigmoid), z };
}

const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/**
 * Climb one step.
 *
 * @param {import("./network.js").Network} network
 * @param {{image: Float32Array, z?: Float32Array}} at as `startOfAscent` or this function gave it.
 * @param {number} classIndex
 * @param {Way} way
 * @returns {{image: Float32Array, z?: Float32Array, score: number}} and the explained value of the
 *   (jittered) image *before* the step, which comes for free.
 */
export function ascentStep(network, at, classIndex, way) {
  const { stepSize, output = "logit", blurSigma = 0 } = way;
  const { logits, gradient } = penalizedGradient(network, at.image, classIndex, way);
  const score = selectOutput(logits, classIndex, output);
  let image;
  let z;
  if (at.z) {
    z = at.z.map((value, i) => value + stepSize * gradient[i] * at.image[i] * (1 - at.image[i]));
    image = z.map(sigmoid);
  } else {
    image = at.image.map((value, i) => clip(value + stepSize * gradient[i]));
  }
  if (blurSigma) {
    image = blur(image, network.size, blurSigma);
    if (z) ({ z } = startOfAscent(image, "sigmoid"));
  }
  return { image, z, score };
}

/** The gradient of: output of the jittered image − penalties of the image itself. */
function penalizedGradient(network, image, classIndex, way) {
  const { output = "logit", tvWeight = 0, l2Weight = 0, shift = [0, 0] } = way;
  const [down, right] = shift;
  const { size } = network;
  const seed = (logits) => outputGradient(logits, classIndex, output);
  let { logits, gradient } = differentiate(network, roll(image, size, down, right), seed);
  gradient = roll(gradient, size, -down, -right);
  if (tvWeight) {
    const rough = totalVariationGradient(image, size);
    gradient = gradient.map((value, i) => value - tvWeight * rough[i]);
  }
  if (l2Weight) gradient = gradient.map((value, i) => value - 2 * l2Weight * (image[i] - 0.5));
  return { logits, gradient };
}
