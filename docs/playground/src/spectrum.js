// Images as sums of waves, as in chapter 1.4. A Fourier transform is a multiplication by a matrix, and
// the way back of a gradient one by the transposed matrix.

import { tf } from "./backend.js";
import { bothWays, filled } from "./dream.js";

/** @import { Basis } from "./dream.js" */

/**
 * The real and the imaginary parts of spectra, (2, 3, S, F), with F = S / 2 + 1 frequencies along the
 * width.
 *
 * @param {number} size of the images, S, an even number.
 * @returns {Basis}
 */
export function makeWaves(size) {
  const many = size / 2 + 1;
  const turn = (/** @type {number} */ k) => (2 * Math.PI * (k % size)) / size;
  const scale = filled(size, many, (u, v) => {
    const frequency = Math.hypot(Math.min(u, size - u), v) / size;
    return 1 / Math.max(frequency, 1 / size) / size; // size is √(height · width)
  });
  // The transform along the columns, real parts first.
  const columns = bothWays(2 * size, 2 * size, (from, to) => {
    const angle = turn((from % size) * (to % size));
    if (from < size === to < size) return Math.cos(angle);
    return from < size ? Math.sin(angle) : -Math.sin(angle);
  });
  // The transform along the rows, of which the real part is kept.
  const rows = bothWays(2 * many, size, (from, to) => {
    const v = from % many;
    const twice = v === 0 || v === size / 2 ? 1 : 2; // for the waves that are not written down
    const angle = turn(v * to);
    return twice * (from < many ? Math.cos(angle) : -Math.sin(angle));
  });
  return {
    size,
    length: 2 * 3 * size * many,
    tensors: [scale, ...columns, ...rows],
    toPlanes(parts) {
      const waves = tf.mul(tf.tensor(parts, [2, 3, size, many]), scale);
      const upright = tf.reshape(tf.transpose(waves, [1, 3, 0, 2]), [3 * many, 2 * size]);
      const halfway = tf.reshape(tf.matMul(upright, columns[0]), [3, many, 2, size]);
      const lying = tf.reshape(tf.transpose(halfway, [0, 3, 2, 1]), [3 * size, 2 * many]);
      return tf.reshape(tf.matMul(lying, rows[0]), [3, size, size]);
    },
    fromPlanes(planes) {
      const lying = tf.matMul(tf.reshape(planes, [3 * size, size]), rows[1]);
      const halfway = tf.transpose(tf.reshape(lying, [3, size, 2, many]), [0, 3, 2, 1]);
      const upright = tf.matMul(tf.reshape(halfway, [3 * many, 2 * size]), columns[1]);
      const waves = tf.transpose(tf.reshape(upright, [3, many, 2, size]), [2, 0, 3, 1]);
      return tf.mul(waves, scale);
    },
  };
}
