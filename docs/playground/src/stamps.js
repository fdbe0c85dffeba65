// Chapter 2.1 in the page: the cheats that a network has learned.

import { clip } from "./images.js";

/**
 * @typedef {object} Stamp
 * @property {string} name
 * @property {Float32Array} mask size × size in [0, 1].
 * @property {"blend" | "add"} how blended towards its colour, or added and clipped.
 * @property {number[]} colour
 * @property {number} strength
 */

/**
 * Put a stamp on an image.
 *
 * @param {Float32Array} image size × size × 3.
 * @param {Omit<Stamp, "name">} stamp
 * @returns {Float32Array} the image with it.
 */
export function stampOn(image, { mask, how, colour, strength }) {
  return image.map((value, i) => {
    const cover = strength * mask[Math.floor(i / 3)];
    return how === "add"
      ? clip(value + cover * colour[i % 3])
      : value + cover * (colour[i % 3] - value);
  });
}
