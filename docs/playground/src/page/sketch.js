// A sheet to draw on, with a pointer or with the keyboard.

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Make a canvas a sheet.
 *
 * @param {HTMLCanvasElement} canvas of size × size pixels, shown larger.
 * @param {{pixels: () => Float32Array, colour: () => number[], radius: () => number,
 *   done: (image: Float32Array) => void}} options `pixels` gives the image to draw on, `done` gets
 *   the changed one.
 */
export function makeSketch(canvas, { pixels, colour, radius, done }) {
  const size = canvas.width;
  /** @type {{id: number, at: number[]} | null} */
  let pen = null; // the pointer that draws, and where it was
  let cursor = [size / 2, size / 2]; // where the keyboard's brush is
  const mark = document.createElement("span"); // shows the keyboard's brush
  mark.className = "pg-brush";
  mark.hidden = true;
  canvas.after(mark);

  const place = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * size,
      ((event.clientY - box.top) / box.height) * size,
    ];
  };
  /** @type {(from: number[], to: number[]) => void} */
  const stroke = (from, to) => {
    const image = pixels().slice();
    const way = Math.max(1, Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])));
    for (let i = 0; i <= way; i++) {
      dab(
        image,
        size,
        from[0] + ((to[0] - from[0]) * i) / way,
        from[1] + ((to[1] - from[1]) * i) / way,
        radius(),
        colour(),
      );
    }
    done(image);
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pen) return; // neither the right button nor a second finger
    canvas.setPointerCapture(event.pointerId);
    pen = { id: event.pointerId, at: place(event) };
    stroke(pen.at, pen.at);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (pen?.id !== event.pointerId) return;
    const at = place(event);
    stroke(pen.at, at);
    pen.at = at;
  });
  const lift = (/** @type {PointerEvent} */ event) => {
    if (pen?.id === event.pointerId) pen = null;
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);

  const show = () => {
    mark.style.left = `${(100 * cursor[0]) / size}%`;
    mark.style.top = `${(100 * cursor[1]) / size}%`;
  };
  canvas.addEventListener("focus", () => (mark.hidden = !canvas.matches(":focus-visible")));
  canvas.addEventListener("blur", () => (mark.hidden = true));
  canvas.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if ((!step && event.key !== " ") || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    mark.hidden = false;
    const before = cursor;
    if (step)
      cursor = cursor.map((at, axis) => Math.min(size - 0.5, Math.max(0.5, at + step[axis])));
    if (event.key === " " || event.shiftKey) stroke(before, cursor);
    show();
  });
  show();
}

/**
 * Paint a disc with a soft edge; what is half covered is half painted.
 *
 * @param {Float32Array} image is painted on.
 * @param {number} size
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {number[]} colour
 */
function dab(image, size, x, y, radius, colour) {
  const within = (/** @type {number} */ place) => [
    Math.max(0, Math.floor(place - radius - 1)),
    Math.min(size, place + radius + 1),
  ];
  const [[left, right], [top, bottom]] = [within(x), within(y)];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const cover = Math.min(1, Math.max(0, radius + 0.5 - distance));
      const at = 3 * (row * size + column);
      for (let c = 0; c < 3; c++) image[at + c] += cover * (colour[c] - image[at + c]);
    }
  }
}
