// Chapter 1.4 in the page: an image seen from a slightly different place.

/**
 * Where a view's pixels come from: the pixel at column x and row y from column
 * view[0] x + view[1] y + view[2] and row view[3] x + view[4] y + view[5].
 *
 * @typedef {number[]} View
 */

/**
 * Draw a view: shifted, turned and zoomed about the middle, each by an amount of its own.
 *
 * @param {number} size of the image.
 * @param {{maxShift: number, maxAngle: number, maxZoom: number}} limits in pixels, in degrees, and
 *   as a share.
 * @param {() => number} [random] uniform from 0 to 1.
 * @returns {View}
 */
export function randomView(size, { maxShift, maxAngle, maxZoom }, random = Math.random) {
  const drawn = (/** @type {number} */ limit) => (2 * random() - 1) * limit;
  const [down, right] = [drawn(maxShift), drawn(maxShift)];
  const angle = (drawn(maxAngle) * Math.PI) / 180;
  const zoom = 1 + drawn(maxZoom);
  const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
  const middle = (size - 1) / 2;
  return [
    ...[cos, -sin, middle * (1 - cos + sin) + right],
    ...[sin, cos, middle * (1 - sin - cos) + down],
  ];
}

/**
 * See an image by a view: between pixels bilinear, beyond the border mirrored
 * (d c b a | a b c d | d c b a).
 *
 * @param {Float32Array} image size × size × 3.
 * @param {number} size
 * @param {View} view
 */
export function seenBy(image, size, view) {
  const [a, b, c, d, e, f] = view;
  const seen = new Float32Array(image.length);
  for (let row = 0, to = 0; row < size; row++) {
    for (let column = 0; column < size; column++, to += 3) {
      const x = mirrored(a * column + b * row + c, size);
      const y = mirrored(d * column + e * row + f, size);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [toRight, toBottom] = [x - left, y - top];
      const above = top * size;
      const below = Math.min(top + 1, size - 1) * size;
      const right = Math.min(left + 1, size - 1);
      for (let channel = 0; channel < 3; channel++) {
        const at = (/** @type {number} */ pixel) => image[3 * pixel + channel];
        const upper = (1 - toRight) * at(above + left) + toRight * at(above + right);
        const lower = (1 - toRight) * at(below + left) + toRight * at(below + right);
        seen[to + channel] = (1 - toBottom) * upper + toBottom * lower;
      }
    }
  }
  return seen;
}

/**
 * Take a gradient back from a view to the image: seen by the opposite view, as TensorFlow does. (The
 * transpose would differ a little, where the view is zoomed.)
 *
 * @param {Float32Array} gradient size × size × 3.
 * @param {number} size
 * @param {View} view
 */
export function takenBack(gradient, size, [a, b, c, d, e, f]) {
  const area = a * e - b * d;
  const opposite = [e, -b, b * f - c * e, -d, a, c * d - a * f].map((value) => value / area);
  return seenBy(gradient, size, opposite);
}

/**
 * @param {number} place
 * @param {number} size
 */
function mirrored(place, size) {
  const period = 2 * size;
  let folded = place < 0 ? -place - 1 : place;
  folded -= period * Math.floor(folded / period);
  if (folded >= size) folded = period - folded - 1;
  return Math.min(size - 1, Math.max(0, folded));
}
