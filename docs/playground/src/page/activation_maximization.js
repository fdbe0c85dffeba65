// "What would it like to see?": activation maximization, step by step.

import { ascentStep, startOfAscent } from "../ascent.js";
import { computeLogits } from "../network.js";
import { selectOutput, softmax } from "../saliency.js";
import { curve, paintImage } from "./painting.js";
import { makePlayer } from "./player.js";
import { networkChoice } from "./stage.js";
import { button, choice, h, list, percent, picture, slider, steps } from "./widgets.js";

/** @import { Place } from "../ascent.js" */
/** @import { Network } from "../network.js" */
/** @import { Stage } from "./stage.js" */

const MOST = 2000; // steps, so that the curve stays a curve

// Where the sliders stand: all regularizers off, or such that shapes come out.
const PLAIN = { stepSize: 0.1, tvWeight: 0, l2Weight: 0, blurSigma: 0, maxShift: 0 };
const NATURAL = { stepSize: 1, tvWeight: 0.02, l2Weight: 0, blurSigma: 0.4, maxShift: 2 };

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 */
export function makeActivationMaximization(root, stage) {
  const image = picture(stage.size, "The image that climbs");
  const scores = curve("The score");
  const classes = list("class", stage.classes, () => player.restart());
  classes.select.value = String(stage.classes.indexOf("star"));
  const start = choice("from", ["noise", "grey", ["image", "the image"]], () => player.restart());
  const output = choice("up the", ["logit", "softmax"], () => player.restart());
  const keep = choice(
    "kept valid by",
    [
      ["clip", "clipping"],
      ["sigmoid", "a sigmoid"],
    ],
    () => player.restart(),
  );
  const strong = { least: 0.0001, most: 1, log: true, zero: true };
  const sliders = {
    stepSize: slider("step size", { least: 0.001, most: 10, value: PLAIN.stepSize, log: true }),
    tvWeight: slider("total variation", { ...strong, value: PLAIN.tvWeight }),
    l2Weight: slider("distance from grey", { ...strong, value: PLAIN.l2Weight }),
    blurSigma: slider("blur σ", { least: 0, most: 1.5, value: PLAIN.blurSigma, step: 0.05 }),
    maxShift: slider("jitter, pixels", { least: 0, most: 6, value: PLAIN.maxShift, step: 1 }),
  };
  /** @typedef {keyof typeof sliders} Name */
  const names = /** @type {Name[]} */ (Object.keys(sliders));
  const set = (/** @type {Record<Name, number>} */ values) =>
    names.forEach((name) => sliders[name].set(values[name]));
  const player = makePlayer({ step, isDone, show, restart: begin });
  root.append(
    networkChoice(stage),
    h("div", { className: "pg-row" }, classes, start, output, keep),
    player.buttons,
    h("div", { className: "pg-pictures" }, image, h("div", {}, scores, player.words)),
    h("div", { className: "pg-sliders" }, ...Object.values(sliders)),
    h(
      "div",
      { className: "pg-row" },
      "Sliders: ",
      button("plain", () => set(PLAIN)),
      button("towards natural images", () => set(NATURAL)),
    ),
  );

  /** @type {Place} */
  let at;
  /** @type {number[]} */
  let history;
  let probability = 0;

  function score() {
    const logits = computeLogits(stage.network, at.image);
    const classIndex = Number(classes.select.value);
    probability = softmax(logits)[classIndex];
    history.push(selectOutput(logits, classIndex, output.value));
  }
  function begin() {
    const size = stage.size * stage.size * 3;
    const from = {
      noise: () => Float32Array.from({ length: size }, Math.random),
      grey: () => new Float32Array(size).fill(0.5),
      image: () => stage.image,
    }[start.value]();
    at = startOfAscent(from, keep.value);
    history = [];
    score();
  }
  function step() {
    const values = Object.fromEntries(names.map((name) => [name, sliders[name].value]));
    const { maxShift, ...way } = /** @type {Record<Name, number>} */ (values);
    const roll = () => Math.floor(Math.random() * (2 * maxShift + 1)) - maxShift;
    at = ascentStep(stage.network, at, Number(classes.select.value), {
      ...way,
      output: output.value,
      shift: [roll(), roll()],
    });
    score();
  }
  function isDone() {
    return history.length > MOST;
  }
  function show() {
    paintImage(image.canvas, at.image);
    scores.show(history);
    const name = stage.classes[Number(classes.select.value)];
    const after = steps(history.length - 1);
    image.describe(
      `What the ${stage.networkName} network likes to see as a ${name}, after ${after}`,
      `${name}, after ${after}`,
    );
    const value = history[history.length - 1].toPrecision(3).replace("-", "−");
    const end = isDone() ? "; the curve ends here" : "";
    return `${output.value} ${value}, probability ${percent(probability)}${end}`;
  }
  /** @type {Network | undefined} */
  let network;
  stage.watch(() => {
    if (network === stage.network && start.value !== "image") return; // it begins elsewhere
    network = stage.network;
    player.restart(false);
  });
}
