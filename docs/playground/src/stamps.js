// Chapter 2.1 in the page: the cheats that a network has learned.

import { clip } from "./images.js";

/**
 * Put a stamp on an image.
 *
 * @param {Float32Array} image size × size × 3.
 * @param {{mask: Float32Array, how: "blend" | "add", colour: number[], strength: number}} stamp
 *   `mask` size × size in [0, 1]; blended towards its colour, or added and clipped.
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
