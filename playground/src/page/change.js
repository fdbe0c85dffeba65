// "What would have to change?": the smallest change to another class, step by step.

import { computeLogits } from "../network.js";
import { changePenalty, optimizeStep } from "../optimization.js";
import { softmax } from "../saliency.js";
import { likeliest } from "./look.js";
import { paintChange, paintImage } from "./painting.js";
import { makePlayer } from "./player.js";
import { networkChoice } from "./stage.js";
import { h, list, percent, picture, short, slider, steps } from "./widgets.js";

const KINDS = ["l2", "l1", "tv"];
const MOST = 400; // steps

export function makeChange(root, stage) {
  const before = picture(stage.size, "Before");
  const after = picture(stage.size, "After");
  const change = picture(stage.size, "The change");
  const classes = list("make it a", stage.classes, () => player.restart());
  const penalty = list(
    "what is small",
    ["l2: mean square", "l1: mean absolute", "tv: total variation"],
    () => player.restart(),
  );
  const weight = slider(
    "weight of the penalty",
    { least: 1, most: 10000, value: 0, log: true, zero: true },
    () => player.restart(),
  );
  const stepSize = slider("step size", { least: 0.001, most: 1, value: 0.02, log: true });
  const player = makePlayer({ step, show, restart: begin });
  root.append(
    networkChoice(stage),
    h("div", { className: "pg-row" }, classes, penalty),
    h("div", { className: "pg-sliders" }, weight, stepSize),
    player.buttons,
    h("div", { className: "pg-pictures" }, before, after, change),
    player.words,
  );

  let original;
  let image;
  let taken;
  const target = () => Number(classes.select.value);
  const kind = () => KINDS[Number(penalty.select.value)];

  function begin() {
    original = stage.image;
    image = original;
    taken = 0;
  }
  function step() {
    const way = { stepSize: stepSize.value, weight: weight.value, penalty: kind() };
    image = optimizeStep(stage.network, image, original, target(), way).image;
    taken += 1;
    const done = likeliest(computeLogits(stage.network, image)) === target();
    return !done && taken < MOST;
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
    return taken === 0 && to === target()
      ? `It is a ${wanted} already: choose another class.`
      : `${steps(taken)}: ${wanted} at ${percent(is[target()])}; changed by ${short(rms)} of 255 grey levels (root mean square), ${short(255 * largest)} at most.`;
  }
  // The second likeliest class is the nearest other answer.
  let seen;
  stage.watch(() => {
    const image = stage.image;
    const key = `${stage.networkName} ${image.join()}`;
    if (key === seen) return;
    seen = key;
    const logits = computeLogits(stage.network, image);
    const first = likeliest(logits);
    classes.select.value = likeliest(logits.map((z, k) => (k === first ? -Infinity : z)));
    player.restart();
  });
}
