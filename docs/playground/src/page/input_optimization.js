// "What would have to change?": the smallest change to another class, step by step.

import { computeLogits } from "../network.js";
import { changePenalty, optimizeStep } from "../optimization.js";
import { likeliest, softmax } from "../saliency.js";
import { paintChange, paintImage } from "./painting.js";
import { makePlayer } from "./player.js";
import { networkChoice } from "./stage.js";
import { h, list, percent, picture, short, slider, steps } from "./widgets.js";

/** @import { Penalty } from "../optimization.js" */
/** @import { Stage } from "./stage.js" */

/** @type {Penalty[]} */
const KINDS = ["l2", "l1", "tv"];
const MOST = 1000; // steps

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 */
export function makeInputOptimization(root, stage) {
  const before = picture(stage.size, "Before");
  const after = picture(stage.size, "After");
  const change = picture(stage.size, "The change");
  const classes = list("make it a", stage.classes, () => player.restart());
  const penalty = list(
    "what is small",
    ["l2: mean square", "l1: mean absolute", "tv: total variation"],
    () => player.restart(),
  );
  const weight = slider("weight of the penalty", {
    least: 1,
    most: 1000,
    value: 0,
    log: true,
    zero: true,
  });
  const stepSize = slider("step size", { least: 0.0001, most: 1, value: 0.002, log: true });
  const player = makePlayer({ step, isDone, show, restart: begin });
  root.append(
    networkChoice(stage),
    h("div", { className: "pg-row" }, classes, penalty),
    h("div", { className: "pg-sliders" }, weight, stepSize),
    player.buttons,
    h("div", { className: "pg-pictures" }, before, after, change),
    player.words,
  );

  let original = stage.image;
  let image = original;
  let taken = 0;
  const target = () => Number(classes.select.value);
  const kind = () => KINDS[Number(penalty.select.value)];

  function begin() {
    original = stage.image;
    image = original;
    taken = 0;
  }
  function step() {
    const way = { stepSize: stepSize.value, weight: weight.value, penalty: kind() };
    image = optimizeStep(stage.network, image, original, target(), way);
    taken += 1;
  }
  function isDone() {
    return taken >= MOST || likeliest(computeLogits(stage.network, image)) === target();
  }
  function show() {
    paintImage(before.canvas, original);
    paintImage(after.canvas, image);
    const [was, is] = [original, image].map((one) => softmax(computeLogits(stage.network, one)));
    const [from, to] = [likeliest(was), likeliest(is)];
    before.describe(`before: ${stage.classes[from]}, ${percent(was[from])}`);
    after.describe(`after: ${stage.classes[to]}, ${percent(is[to])}`);
    const difference = image.map((value, i) => value - original[i]);
    const largest = difference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const factor = largest > 0 ? 0.5 / largest : 0;
    paintChange(change.canvas, difference, factor);
    change.describe(
      largest > 0 ? `the change, ${factor.toPrecision(2)} times as strong` : "the change: none yet",
    );
    const rms = 255 * Math.sqrt(changePenalty(image, original, stage.size));
    const wanted = stage.classes[target()];
    if (taken === 0 && to === target()) return `It is a ${wanted} already: choose another class.`;
    const size = `${short(rms)} of 255 grey levels (root mean square), ${short(255 * largest)} at most`;
    const end = taken >= MOST && to !== target() ? " It gives up here." : "";
    return `${steps(taken)}: ${wanted} at ${percent(is[target()])}; changed by ${size}.${end}`;
  }
  stage.watch(() => {
    const logits = computeLogits(stage.network, stage.image);
    const first = likeliest(logits);
    // The second likeliest class is the nearest other answer.
    const second = likeliest(logits.map((z, k) => (k === first ? -Infinity : z)));
    classes.select.value = String(second);
    player.restart(false);
  });
}
