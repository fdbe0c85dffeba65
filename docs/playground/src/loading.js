// What comes from files: the real network, and photos.

import { fromHalf } from "./half.js";
import { makeNetwork } from "./network.js";

/** @import { Network } from "./network.js" */

/**
 * Fetch a file of this site.
 *
 * @param {URL} address
 */
export async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address.pathname} could not be loaded (${answer.status})`);
  return answer;
}

/**
 * @typedef {object} Loaded the real network, and what comes with it.
 * @property {Network} network
 * @property {string[]} classes
 * @property {{name: string, shows: string}[]} photos
 */

/**
 * Fetch a network with weights of 16 bits.
 *
 * @param {URL} folder where efficientnet-lite0.json and .f16 lie.
 * @param {(share: number) => void} [onProgress] is told how much has come, 0 to 1.
 * @returns {Promise<Loaded>}
 */
export async function loadNetwork(folder, onProgress) {
  const described = await (await fetched(new URL("efficientnet-lite0.json", folder))).json();
  const answer = await fetched(new URL("efficientnet-lite0.f16", folder));
  const halves = new Uint8Array(2 * described.numbers);
  if (!answer.body) throw new Error("the answer is empty");
  const reader = answer.body.getReader();
  let there = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    halves.set(part.value, there);
    there += part.value.length;
    onProgress?.(there / halves.length);
  }
  if (there !== halves.length) throw new Error("the weights are incomplete");
  const network = makeNetwork(described, fromHalf(new Uint16Array(halves.buffer)));
  return { network, classes: described.classes, photos: described.photos };
}

/**
 * Read a photo, cut to its middle and scaled: size × size × 3, in [0, 1].
 *
 * @param {string} address
 * @param {number} size
 */
export async function readPhoto(address, size) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no canvas to read a photo with");
  const side = Math.min(image.naturalWidth, image.naturalHeight);
  const [left, top] = [(image.naturalWidth - side) / 2, (image.naturalHeight - side) / 2];
  context.fillStyle = "white"; // what is transparent lies on white
  context.fillRect(0, 0, size, size);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, left, top, side, side, 0, 0, size, size);
  const { data } = context.getImageData(0, 0, size, size);
  return Float32Array.from(
    { length: size * size * 3 },
    (_, i) => data[4 * Math.floor(i / 3) + (i % 3)] / 255,
  );
}
