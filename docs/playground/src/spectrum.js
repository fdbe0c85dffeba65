// Chapter 1.4 in the page: images as sums of waves, and the ascent in them. A Fourier transform is a
// multiplication by a matrix, and the way back of a gradient one by the transposed matrix.

import { tf } from "./backend.js";
import { differentiate } from "./network.js";
import { outputGradient } from "./saliency.js";
import { seenBy, takenBack } from "./views.js";

/** @import { Network } from "./network.js" */
/** @import { View } from "./views.js" */

/**
 * @typedef {object} Painter what turns spectra of one size into images. The backend is slow with a
 *   transposed matrix: so each is there both ways, the second for the gradient.
 * @property {number} size of the images, S; there are F = S / 2 + 1 frequencies along the width.
 * @property {tf.Tensor} scale (S, F): every wave divided by its frequency.
 * @property {Both} columns (2 S, 2 S): the transform along the columns, real parts first.
 * @property {Both} rows (2 F, S): the transform along the rows, of which the real part is kept.
 * @property {Both} colours (3, 3): mixes the channels of every pixel.
 */

/** @typedef {[tf.Tensor, tf.Tensor]} Both a matrix, and its transpose. */

/**
 * @typedef {object} Dream where an ascent in the spectrum has come to.
 * @property {Float32Array} parts (2, 3, S, F): the real and the imaginary parts of the spectrum.
 * @property {Float32Array} mean Adam's mean of the gradients,
 * @property {Float32Array} square and of their squares.
 * @property {number} step how many steps have been taken.
 */

/**
 * @param {number} size of the images, an even number.
 * @param {number[][]} colours the matrix A.
 * @param {Painter} [former] is given up: its memory is freed.
 * @returns {Painter}
 */
export function makePainter(size, colours, former) {
  if (former) tf.dispose([former.scale, former.columns, former.rows, former.colours].flat());
  const many = size / 2 + 1;
  /** @type {(height: number, width: number, value: (i: number, j: number) => number) => tf.Tensor} */
  const filled = (height, width, value) => {
    const number = (/** @type {unknown} */ _, /** @type {number} */ k) =>
      value(Math.floor(k / width), k % width);
    return tf.tensor(Float32Array.from({ length: height * width }, number), [height, width]);
  };
  /** @type {(height: number, width: number, value: (i: number, j: number) => number) => Both} */
  const both = (height, width, value) => [
    filled(height, width, value),
    filled(width, height, (i, j) => value(j, i)),
  ];
  const turn = (/** @type {number} */ k) => (2 * Math.PI * (k % size)) / size;
  return {
    size,
    scale: filled(size, many, (u, v) => {
      const frequency = Math.hypot(Math.min(u, size - u), v) / size;
      return 1 / Math.max(frequency, 1 / size) / size; // size is √(height · width)
    }),
    columns: both(2 * size, 2 * size, (from, to) => {
      const angle = turn((from % size) * (to % size));
      if (from < size === to < size) return Math.cos(angle);
      return from < size ? Math.sin(angle) : -Math.sin(angle);
    }),
    rows: both(2 * many, size, (from, to) => {
      const v = from % many;
      const twice = v === 0 || v === size / 2 ? 1 : 2; // for the waves that are not written down
      const angle = turn(v * to);
      return twice * (from < many ? Math.cos(angle) : -Math.sin(angle));
    }),
    colours: both(3, 3, (from, to) => colours[to][from]),
  };
}

/**
 * Paint a spectrum: σ(A · waves), always valid.
 *
 * @param {Painter} painter
 * @param {Float32Array} parts
 * @returns {Float32Array} size × size × 3.
 */
export function paintSpectrum({ size, scale, columns, rows, colours }, parts) {
  const many = size / 2 + 1;
  const image = tf.tidy(() => {
    const waves = tf.mul(tf.tensor(parts, [2, 3, size, many]), scale);
    const upright = tf.reshape(tf.transpose(waves, [1, 3, 0, 2]), [3 * many, 2 * size]);
    const halfway = tf.reshape(tf.matMul(upright, columns[0]), [3, many, 2, size]);
    const lying = tf.reshape(tf.transpose(halfway, [0, 3, 2, 1]), [3 * size, 2 * many]);
    const planes = tf.reshape(tf.matMul(lying, rows[0]), [3, size, size]);
    const pixels = tf.reshape(tf.transpose(planes, [1, 2, 0]), [size * size, 3]);
    return tf.sigmoid(tf.matMul(pixels, colours[0])).dataSync();
  });
  return /** @type {Float32Array} */ (image);
}

/**
 * Take a gradient back from the painted image to the spectrum: the same steps in reverse.
 *
 * @param {Painter} painter
 * @param {Float32Array} image as it was painted.
 * @param {Float32Array} gradient with respect to the image.
 * @returns {Float32Array} with respect to the real and the imaginary parts.
 */
export function spectrumGradient({ size, scale, columns, rows, colours }, image, gradient) {
  const many = size / 2 + 1;
  const back = tf.tidy(() => {
    const slope = image.map((value, i) => gradient[i] * value * (1 - value)); // of the sigmoid
    const pixels = tf.matMul(tf.tensor(slope, [size * size, 3]), colours[1]);
    const planes = tf.transpose(tf.reshape(pixels, [size, size, 3]), [2, 0, 1]);
    const lying = tf.matMul(tf.reshape(planes, [3 * size, size]), rows[1]);
    const halfway = tf.transpose(tf.reshape(lying, [3, size, 2, many]), [0, 3, 2, 1]);
    const upright = tf.matMul(tf.reshape(halfway, [3 * many, 2 * size]), columns[1]);
    const waves = tf.transpose(tf.reshape(upright, [3, many, 2, size]), [2, 0, 3, 1]);
    return tf.mul(waves, scale).dataSync();
  });
  return /** @type {Float32Array} */ (back);
}

/**
 * Faint noise to begin with.
 *
 * @param {number} size of the images.
 * @param {() => number} [random] uniform from 0 to 1.
 * @returns {Dream}
 */
export function startOfDream(size, random = Math.random) {
  const length = 2 * 3 * size * (size / 2 + 1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return dreamFrom(Float32Array.from({ length }, () => 0.01 * normal()));
}

/**
 * Begin with a spectrum.
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
 * Climb one step up a class's logit, as one view sees it: Adam in the spectrum.
 *
 * @param {Network} network
 * @param {Painter} painter of the network's size.
 * @param {Dream} dream goes on; its numbers are changed.
 * @param {Float32Array} image what the dream looks like, as `paintSpectrum` gives it.
 * @param {number} classIndex
 * @param {{stepSize: number, view: View}} way
 * @returns {Float32Array} the logits of the view, before the step.
 */
export function dreamStep(network, painter, dream, image, classIndex, { stepSize, view }) {
  const { size } = network;
  const seed = (/** @type {Float32Array} */ logits) => outputGradient(logits, classIndex);
  const { logits, gradient } = differentiate(network, seenBy(image, size, view), seed);
  const slope = spectrumGradient(painter, image, takenBack(gradient, size, view));
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
