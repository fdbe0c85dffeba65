// Images as flat arrays: size × size pixels, row by row, with their channels side by side.

/**
 * Roll an image: what leaves on one side comes in on the other.
 *
 * @param {Float32Array} image
 * @param {number} size
 * @param {number} down in pixels.
 * @param {number} right in pixels.
 */
export function roll(image, size, down, right) {
  const rolled = new Float32Array(image.length);
  const channels = image.length / (size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const from = (row * size + column) * channels;
      const to = (modulo(row + down, size) * size + modulo(column + right, size)) * channels;
      for (let c = 0; c < channels; c++) rolled[to + c] = image[from + c];
    }
  }
  return rolled;
}

/** @type {(n: number, m: number) => number} */
const modulo = (n, m) => ((n % m) + m) % m;

/**
 * Blur an image, each channel on its own, as scipy.ndimage.gaussian_filter does with its mode
 * "reflect" (d c b a | a b c d | d c b a).
 *
 * @param {Float32Array} image
 * @param {number} size
 * @param {number} sigma in pixels.
 */
export function blur(image, size, sigma) {
  if (sigma < 0) throw new RangeError(`sigma must not be negative, but is ${sigma}`);
  const radius = Math.floor(4 * sigma + 0.5);
  if (radius === 0) return image.slice();
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const channels = image.length / (size * size);
  /** @type {(from: Float32Array, along: number, across: number) => Float32Array} */
  const pass = (from, along, across) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < size; line++) {
      for (let place = 0; place < size; place++) {
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let x = -radius; x <= radius; x++) {
            sum += weights[x + radius] * from[line * across + mirror(place + x, size) * along + c];
          }
          to[line * across + place * along + c] = sum / total;
        }
      }
    }
    return to;
  };
  return pass(pass(image, size * channels, channels), channels, size * channels);
}

/**
 * @param {number} place
 * @param {number} size
 */
function mirror(place, size) {
  const folded = modulo(place, 2 * size);
  return folded < size ? folded : 2 * size - 1 - folded;
}

/**
 * The sum of the absolute differences of neighbours, as tf.image.total_variation.
 *
 * @param {Float32Array} image
 * @param {number} size
 */
export function totalVariation(image, size) {
  let sum = 0;
  eachDifference(image, size, (difference) => (sum += Math.abs(difference)));
  return sum;
}

/**
 * The gradient of the total variation with respect to the image.
 *
 * @param {Float32Array} image
 * @param {number} size
 */
export function totalVariationGradient(image, size) {
  const gradient = new Float32Array(image.length);
  eachDifference(image, size, (difference, here, next) => {
    gradient[next] += Math.sign(difference);
    gradient[here] -= Math.sign(difference);
  });
  return gradient;
}

/**
 * @param {Float32Array} image
 * @param {number} size
 * @param {(difference: number, here: number, next: number) => void} visit
 */
function eachDifference(image, size, visit) {
  const channels = image.length / (size * size);
  const line = size * channels;
  for (let i = 0; i < image.length; i++) {
    if (i % line < line - channels) visit(image[i + channels] - image[i], i, i + channels);
    if (i + line < image.length) visit(image[i + line] - image[i], i, i + line);
  }
}

/** @type {(value: number, least?: number, most?: number) => number} */
export const clip = (value, least = 0, most = 1) => Math.min(most, Math.max(least, value));
