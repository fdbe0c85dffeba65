// Images as pyramids of octaves: a grid of pixels of the image's size, one of half the size, and so on,
// enlarged and added up. A coarse pixel moves much of the image, as a slow wave does.

import { tf } from "./backend.js";
import { bothWays } from "./dream.js";

/** @import { Basis } from "./dream.js" */

/** An octave weighs as much as one of waves: √(2 · 2π ln 2), for the sum of 1 / f² over its waves. */
export const OCTAVE_WEIGHT = Math.sqrt(4 * Math.PI * Math.LN2);

const SMALLEST = 4;

/**
 * The sizes of the grids: each is half as large as the one before, down to 4 pixels.
 *
 * @param {number} size of the images.
 */
export function octaveSizes(size) {
  const sizes = [];
  for (let side = size; side >= SMALLEST; side = Math.floor(side / 2)) sizes.push(side);
  return sizes;
}

/**
 * The grids one after the other, the largest first: (3, s, s) each.
 *
 * @param {number} size of the images, S.
 * @returns {Basis}
 */
export function makeOctaves(size) {
  const sizes = octaveSizes(size);
  // (s, S): how a row of s pixels becomes one of S, between pixels linearly.
  const enlarge = sizes.map((side) =>
    bothWays(side, size, (from, to) => {
      const place = Math.min(side - 1, Math.max(0, ((to + 0.5) * side) / size - 0.5));
      return Math.max(0, 1 - Math.abs(place - from));
    }),
  );
  /** @type {(planes: tf.Tensor, matrix: tf.Tensor) => tf.Tensor} rows, then columns; turned over. */
  const alongBoth = (planes, matrix) => {
    const [from, to] = /** @type {[number, number]} */ (matrix.shape);
    if (from === to) return tf.transpose(planes, [0, 2, 1]); // the largest grid is not enlarged
    const rows = tf.matMul(tf.reshape(planes, [3 * from, from]), matrix);
    const upright = tf.transpose(tf.reshape(rows, [3, from, to]), [0, 2, 1]);
    return tf.reshape(tf.matMul(tf.reshape(upright, [3 * to, from]), matrix), [3, to, to]);
  };
  const squares = sizes.map((side) => 3 * side * side);
  return {
    size,
    length: squares.reduce((sum, square) => sum + square, 0),
    tensors: enlarge.flat(),
    toPlanes(parts) {
      let start = 0;
      const planes = sizes.map((side, octave) => {
        const own = parts.subarray(start, (start += squares[octave]));
        return alongBoth(tf.tensor(own, [3, side, side]), enlarge[octave][0]);
      });
      const turned = planes.reduce((sum, plane) => tf.add(sum, plane));
      return tf.mul(tf.transpose(turned, [0, 2, 1]), OCTAVE_WEIGHT);
    },
    fromPlanes(planes) {
      const turned = tf.mul(tf.transpose(planes, [0, 2, 1]), OCTAVE_WEIGHT);
      const parts = enlarge.map((both) => tf.reshape(alongBoth(turned, both[1]), [-1]));
      return tf.concat(parts);
    },
  };
}
