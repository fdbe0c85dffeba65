// Chapter 1.4 in the page: an ascent in what an image is made of (waves or octaves), by ever new views.

import { tf } from "./backend.js";
import { differentiate } from "./network.js";
import { outputGradient } from "./saliency.js";
import { seenBy, takenBack } from "./views.js";

/** @import { Network } from "./network.js" */
/** @import { View } from "./views.js" */

/**
 * @typedef {object} Basis what images of one size are made of: numbers, from which planes, that is
 *   images of any sign, are computed by multiplying with matrices.
 * @property {number} size of the images, S.
 * @property {number} length how many numbers.
 * @property {tf.Tensor[]} tensors to be freed when it is given up.
 * @property {(parts: Float32Array) => tf.Tensor} toPlanes (3, S, S).
 * @property {(planes: tf.Tensor) => tf.Tensor} fromPlanes the way back of a gradient.
 */

/**
 * @typedef {object} Painter what turns numbers into valid images.
 * @property {Basis} basis
 * @property {Both} colours (3, 3): mixes the channels of every pixel.
 */

/**
 * @typedef {[tf.Tensor, tf.Tensor]} Both a matrix, and its transpose. The backend is slow with a
 *   transposed matrix: so each is there both ways, the second for the gradient.
 */

/**
 * @typedef {object} Dream where an ascent has come to.
 * @property {Float32Array} parts the numbers of the basis.
 * @property {Float32Array} mean Adam's mean of the gradients,
 * @property {Float32Array} square and of their squares.
 * @property {number} step how many steps have been taken.
 */

/**
 * @param {number} height
 * @param {number} width
 * @param {(i: number, j: number) => number} value
 * @returns {tf.Tensor}
 */
export function filled(height, width, value) {
  const matrix = new Float32Array(height * width);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) matrix[i * width + j] = value(i, j);
  }
  return tf.tensor(matrix, [height, width]);
}

/**
 * @param {number} height
 * @param {number} width
 * @param {(i: number, j: number) => number} value
 * @returns {Both}
 */
export function bothWays(height, width, value) {
  const matrix = filled(height, width, value);
  return [matrix, tf.transpose(matrix)];
}

/**
 * @param {Basis} basis
 * @param {number[][]} colours the matrix A.
 * @param {Painter} [former] is given up: its memory is freed.
 * @returns {Painter}
 */
export function makePainter(basis, colours, former) {
  if (former) tf.dispose([...former.basis.tensors, ...former.colours]);
  return { basis, colours: bothWays(3, 3, (from, to) => colours[to][from]) };
}

/**
 * Paint: σ(A · planes), always valid.
 *
 * @param {Painter} painter
 * @param {Float32Array} parts
 * @returns {Float32Array} size × size × 3.
 */
export function paint({ basis, colours }, parts) {
  const { size } = basis;
  const image = tf.tidy(() => {
    const planes = basis.toPlanes(parts);
    const pixels = tf.reshape(tf.transpose(planes, [1, 2, 0]), [size * size, 3]);
    return tf.sigmoid(tf.matMul(pixels, colours[0])).dataSync();
  });
  return /** @type {Float32Array} */ (image);
}

/**
 * Take a gradient back from the painted image: the same steps in reverse.
 *
 * @param {Painter} painter
 * @param {Float32Array} image as it was painted.
 * @param {Float32Array} gradient with respect to the image.
 * @returns {Float32Array} with respect to the numbers of the basis.
 */
export function paintGradient({ basis, colours }, image, gradient) {
  const { size } = basis;
  const back = tf.tidy(() => {
    const slope = image.map((value, i) => gradient[i] * value * (1 - value)); // of the sigmoid
    const pixels = tf.matMul(tf.tensor(slope, [size * size, 3]), colours[1]);
    const planes = tf.transpose(tf.reshape(pixels, [size, size, 3]), [2, 0, 1]);
    return basis.fromPlanes(planes).dataSync();
  });
  return /** @type {Float32Array} */ (back);
}

/**
 * Faint noise to begin with.
 *
 * @param {Basis} basis
 * @param {() => number} [random] uniform from 0 to 1.
 * @returns {Dream}
 */
export function startOfDream({ length }, random = Math.random) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return dreamFrom(Float32Array.from({ length }, () => 0.01 * normal()));
}

/**
 * Begin with given numbers.
 *
 * @param {Float32Array} parts
 * @returns {Dream}
 */
export const dreamFrom = (parts) => ({
  parts,
  mean: new Float32Array(parts.length),
  square: new Float32Array(parts.length),
  step: 0,
});

/**
 * Climb one step up a class's logit, as one view sees it: Adam.
 *
 * @param {Network} network
 * @param {Painter} painter of the network's size.
 * @param {Dream} dream goes on; its numbers are changed.
 * @param {Float32Array} image what the dream looks like, as `paint` gives it.
 * @param {number} classIndex
 * @param {{stepSize: number, view: View}} way
 * @returns {Float32Array} the logits of the view, before the step.
 */
export function dreamStep(network, painter, dream, image, classIndex, { stepSize, view }) {
  const { size } = network;
  const seed = (/** @type {Float32Array} */ logits) => outputGradient(logits, classIndex);
  const { logits, gradient } = differentiate(network, seenBy(image, size, view), seed);
  const slope = paintGradient(painter, image, takenBack(gradient, size, view));
  dream.step += 1;
  const { parts, mean, square, step } = dream;
  const [toMean, toSquare] = [1 / (1 - 0.9 ** step), 1 / (1 - 0.999 ** step)];
  for (let i = 0; i < parts.length; i++) {
    mean[i] = 0.9 * mean[i] + 0.1 * slope[i];
    square[i] = 0.999 * square[i] + 0.001 * slope[i] * slope[i];
    parts[i] += (stepSize * mean[i] * toMean) / (Math.sqrt(square[i] * toSquare) + 1e-7);
  }
  return logits;
}
