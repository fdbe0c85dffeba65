// "What does it dream of?": ascent in waves or octaves, in the colours of photos, by ever new views.

import { dreamStep, makePainter, paint, startOfDream } from "../dream.js";
import { computeLogits } from "../network.js";
import { makeOctaves } from "../octaves.js";
import { softmax } from "../saliency.js";
import { makeWaves } from "../spectrum.js";
import { randomView } from "../views.js";
import { curve, paintImage } from "./painting.js";
import { makePlayer } from "./player.js";
import { realNetwork } from "./real_network.js";
import { networkChoice } from "./stage.js";
import { button, choice, h, list, percent, picture, slider, steps } from "./widgets.js";

/** @import { Network } from "../network.js" */
/** @import { Dream, Painter } from "../dream.js" */
/** @import { Stage } from "./stage.js" */

const BASES = { waves: makeWaves, octaves: makeOctaves };

const NO_COLOURS = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** @typedef {"small" | "real"} Which of the networks dreams. */
/** @typedef {{network: Network, name: string, classes: string[]}} Dreamer */

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 * @param {URL} folder where the real network lies.
 */
export function makeNaturalImages(root, stage, folder) {
  const image = picture(stage.size, "The dream");
  const scores = curve("The score");
  const small = networkChoice(stage);
  const which = choice(
    "who dreams",
    /** @type {[Which, string][]} */ ([
      ["small", "a small network"],
      ["real", "EfficientNet-Lite0"],
    ]),
    change,
  );
  const { load, state } = realNetwork(folder, (loaded) => {
    real = { ...loaded, name: "EfficientNet-Lite0" };
    loading.replaceWith(which);
    which.pick("real");
    classes.focus();
    change();
  });
  const loading = h("div", { className: "pg-row" }, "EfficientNet-Lite0 dreams too: ", load, state);
  const classes = h("select", {});
  classes.addEventListener("change", () => player.restart());
  const length = choice("steps", ["64", "128", "256"], () => player.restart());
  length.pick("128");
  const basis = choice(
    "made of",
    /** @type {[keyof typeof BASES, string][]} */ ([
      ["waves", "waves"],
      ["octaves", "a pyramid of octaves"],
    ]),
    () => player.restart(),
  );
  const colours = choice(
    "colours",
    [
      ["photos", "of photos"],
      ["free", "each on its own"],
    ],
    () => player.restart(),
  );
  const sliders = {
    shift: slider("shift, % of width", { least: 0, most: 20, value: 7, step: 1 }),
    angle: slider("turn, degrees", { least: 0, most: 45, value: 15, step: 1 }),
    zoom: slider("zoom, %", { least: 0, most: 50, value: 20, step: 1 }),
    stepSize: slider("step size", { least: 0.001, most: 1, value: 0.05, log: true }),
  };
  const views = (/** @type {number[]} */ [shift, angle, zoom]) => {
    sliders.shift.set(shift);
    sliders.angle.set(angle);
    sliders.zoom.set(zoom);
  };
  const player = makePlayer({ step, isDone, show, restart: begin });
  root.append(
    loading,
    small,
    h(
      "div",
      { className: "pg-row" },
      h("label", { className: "pg-list" }, h("span", {}, "class"), classes),
      length,
      basis,
      colours,
    ),
    player.buttons,
    h("div", { className: "pg-pictures" }, image, h("div", {}, scores, player.words)),
    h("div", { className: "pg-sliders" }, ...Object.values(sliders)),
    h(
      "div",
      { className: "pg-row" },
      "Views: ",
      button("none", () => views([0, 0, 0])),
      button("as in the chapter", () => views([7, 15, 20])),
    ),
  );

  /** @type {Dreamer | undefined} */
  let real;
  /** @type {Dreamer} */
  let dreamer;
  /** @type {Painter} */
  let painter;
  /** @type {Dream} */
  let dream;
  /** @type {Float32Array} */
  let painted;
  /** @type {number[]} */
  let history;
  let probability = 0;

  const classIndex = () => Number(classes.value);
  const total = () => Number(length.value);

  function change() {
    const isReal = which.value === "real" && real !== undefined;
    small.hidden = isReal;
    const before = dreamer?.classes;
    dreamer =
      isReal && real
        ? real
        : {
            network: stage.network,
            name: `the ${stage.networkName} network`,
            classes: stage.classes,
          };
    if (dreamer.classes !== before) {
      const options = dreamer.classes.map((name, k) => h("option", { value: k }, name));
      classes.replaceChildren(...options);
      const first = dreamer.classes.findIndex((name) => name === "star" || name === "goldfish");
      classes.value = String(Math.max(first, 0));
      sliders.stepSize.set(isReal ? 0.02 : 0.05);
    }
    player.restart(false);
  }
  function begin() {
    const { size } = dreamer.network;
    const mixed = colours.value === "photos" ? stage.colours : NO_COLOURS;
    painter = makePainter(BASES[basis.value](size), mixed, painter);
    dream = startOfDream(painter.basis);
    painted = paint(painter, dream.parts);
    history = [];
    probability = softmax(computeLogits(dreamer.network, painted))[classIndex()];
  }
  function step() {
    const { size } = dreamer.network;
    const { shift, angle, zoom, stepSize } = sliders;
    const logits = dreamStep(dreamer.network, painter, dream, painted, classIndex(), {
      stepSize: stepSize.value * (1 - dream.step / total()), // it falls to 0, and the dream settles
      view: randomView(size, {
        maxShift: (shift.value / 100) * size,
        maxAngle: angle.value,
        maxZoom: zoom.value / 100,
      }),
    });
    painted = paint(painter, dream.parts);
    history.push(logits[classIndex()]);
    probability = softmax(logits)[classIndex()];
    if (isDone()) probability = softmax(computeLogits(dreamer.network, painted))[classIndex()];
  }
  function isDone() {
    return dream.step >= total();
  }
  function show() {
    image.canvas.width = image.canvas.height = dreamer.network.size;
    paintImage(image.canvas, painted);
    if (history.length) scores.show(history);
    const name = dreamer.classes[classIndex()];
    const after = steps(dream.step);
    image.describe(
      `What ${dreamer.name} dreams of as a ${name}, after ${after}`,
      `${name}, after ${after}`,
    );
    const seen = percent(probability);
    if (isDone()) return `It has settled: ${dreamer.name} sees a ${name}, ${seen}.`;
    return `Step ${dream.step} of ${total()}: ${name} at ${seen}, as the last view shows it.`;
  }
  stage.watch(() => {
    if (which.value === "real" && real) return;
    if (dreamer?.network !== stage.network) change();
  });
}
