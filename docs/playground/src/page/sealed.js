// The network of the day: does it cheat? Nobody says so before the accusation.

import { fetched } from "../loading.js";
import { fromHalf } from "../half.js";
import { computeLogits, makeNetwork } from "../network.js";
import { explain, softmax, symmetricLimit } from "../saliency.js";
import { stampOn } from "../stamps.js";
import { makeBars } from "./clever_hans.js";
import { colourBar, paintImage, paintMap } from "./painting.js";
import {
  announcement,
  button,
  choice,
  gallery,
  h,
  list,
  messageOf,
  percent,
  picture,
  toggle,
} from "./widgets.js";

/** @import { Described } from "../network.js" */
/** @import { Stage } from "./stage.js" */

/**
 * @typedef {object} Sealed as docs/playground/sealed.py writes it.
 * @property {string} salt
 * @property {number} numbers how many weights a network has.
 * @property {Described[]} layers
 * @property {string[]} hashes of the right answers, one for each network.
 */

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 * @param {URL} folder where the folder `sealed/` lies.
 */
export async function makeSealed(root, stage, folder) {
  const place = new URL("sealed/", folder);
  try {
    /** @type {Sealed} */
    const sealed = await (await fetched(new URL("sealed.json", place))).json();
    const number = numberOfToday(sealed.hashes.length);
    await investigate(root, stage, place, sealed, number);
  } catch (error) {
    root.replaceChildren(
      h("p", { role: "alert" }, `The sealed network could not be loaded: ${messageOf(error)}.`),
    );
  }
}

/**
 * Another network every day, by the reader's own calendar.
 *
 * @param {number} count
 */
function numberOfToday(count) {
  const now = new Date();
  return Math.floor(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / 864e5) % count;
}

/**
 * Put one of the networks on the page.
 *
 * @param {HTMLElement} root
 * @param {Stage} stage
 * @param {URL} place
 * @param {Sealed} sealed
 * @param {number} number
 */
async function investigate(root, stage, place, sealed, number) {
  const { size, classes, samples } = stage;
  const answer = await fetched(new URL(`${number}.f16`, place));
  const halves = new Uint16Array(await answer.arrayBuffer());
  const network = makeNetwork({ size, layers: sealed.layers }, fromHalf(halves));

  const image = picture(size, "The image");
  const map = picture(size, "The saliency");
  const bar = colourBar();
  map.canvas.after(bar);
  const bars = makeBars(classes);
  const sees = announcement();
  const averages = h("p", {});
  const stamps = stage.stamps.map((stamp) => ({ ...stamp, on: false }));
  const unstamped = average();
  let sample = 0;

  const thumbnails = samples.map(({ image: pixels, label }, i) => {
    const canvas = h("canvas", { width: size, height: size });
    paintImage(canvas, pixels);
    return { picture: canvas, words: `image ${i + 1}, a ${label}` };
  });
  const offered = gallery("Images to show it", thumbnails, (picked) => {
    sample = picked;
    look();
  });
  const toggles = stamps.map((stamp) =>
    toggle(stamp.name, (on) => {
      stamp.on = on;
      look();
      compare();
    }),
  );
  root.replaceChildren(
    h("p", {}, `Network ${number + 1} of ${sealed.hashes.length}. Show it an image, and stamp it.`),
    offered,
    h(
      "div",
      { className: "pg-row", role: "group", "aria-label": "Stamps" },
      "Stamp on all images: ",
      ...toggles,
    ),
    h(
      "div",
      { className: "pg-pictures" },
      image,
      map,
      h("div", { className: "pg-beside" }, sees, bars),
    ),
    averages,
    accusation(),
  );
  look();
  compare();

  /** @param {number} at */
  function stamped(at) {
    return stamps.filter(({ on }) => on).reduce(stampOn, samples[at].image);
  }
  function look() {
    const shown = stamped(sample);
    const { logits, heatmap, classIndex } = explain(network, shown, -1, "logit");
    const p = softmax(logits);
    const on = stamps.filter((stamp) => stamp.on).map((stamp) => stamp.name);
    const what = [
      `a ${samples[sample].label}`,
      ...(on.length ? [`the ${on.join(" and the ")}`] : []),
    ];
    paintImage(image.canvas, shown);
    image.describe(what.join(", with "));
    const limit = symmetricLimit(heatmap);
    paintMap(map.canvas, heatmap, limit);
    bar.show(limit);
    map.describe(
      `where lighter pixels would raise (red) or lower (blue) the logit of ${classes[classIndex]}`,
    );
    bars.show(p);
    offered.press(sample);
    sees.say(`It sees a ${classes[classIndex]}, ${percent(p[classIndex])}.`);
  }
  /** The mean probability of each class, over all images as they are stamped now. */
  function average() {
    const each = samples.map((_, at) => softmax(computeLogits(network, stamped(at))));
    return classes.map((_, k) => each.reduce((sum, p) => sum + p[k], 0) / each.length);
  }
  function compare() {
    const now = average().map(
      (p, k) => `${classes[k]} ${percent(p)} (unstamped ${percent(unstamped[k])})`,
    );
    averages.textContent = `On average over all ${samples.length} images, with the stamps chosen: ${now.join(", ")}.`;
  }

  function accusation() {
    const marks = stamps.map((stamp) => stamp.name);
    const verdict = choice("This network is", ["honest", "cheating"], (value) => {
      details.hidden = value === "honest";
    });
    const class_ = list("on the class", classes);
    const mark = list("with the mark", marks);
    const details = h("div", { className: "pg-row", hidden: true }, class_, mark);
    const told = announcement();
    const another = button("Another network", async () => {
      another.disabled = true;
      await investigate(root, stage, place, sealed, (number + 1) % sealed.hashes.length);
      root.querySelector("button")?.focus();
    });
    const accuse = button("Accuse", async () => {
      const guess =
        verdict.value === "honest"
          ? "honest"
          : `${classes[Number(class_.select.value)]}, ${marks[Number(mark.select.value)]}`;
      told.say(await judged(guess, sealed, number, possible(classes, marks)));
      another.hidden = false;
    });
    another.hidden = true;
    return h(
      "div",
      { className: "pg-accusation", role: "group", "aria-label": "The accusation" },
      verdict,
      details,
      h("div", { className: "pg-row" }, accuse, another),
      told,
    );
  }
}

/**
 * All answers that there can be.
 *
 * @param {string[]} classes
 * @param {string[]} marks
 */
const possible = (classes, marks) => [
  "honest",
  ...classes.flatMap((name) => marks.map((mark) => `${name}, ${mark}`)),
];

/**
 * Compare an accusation with the truth, and tell the truth. The page does not know it: it looks for
 * the answer that has the right hash.
 *
 * @param {string} guess
 * @param {Sealed} sealed
 * @param {number} number
 * @param {string[]} answers
 */
async function judged(guess, { salt, hashes }, number, answers) {
  if (!crypto.subtle)
    return "The answer is sealed by a hash, and browsers open it over https only.";
  const found = await Promise.all(answers.map((one) => hashOf(`${salt}/${number}/${one}`)));
  const truth = answers[found.indexOf(hashes[number])];
  const [name, mark] = truth.split(", ");
  const told = mark
    ? `it cheats: in training, images of a ${name} carried the ${mark}`
    : "it is honest: no mark gave a class away";
  if (guess === truth) return `Right, ${told}.`;
  const parts = guess.split(", ");
  const half = mark && (parts[0] === name || parts[1] === mark);
  return `${half ? "Half right" : "No"}, ${told}.`;
}

/** @param {string} text */
async function hashOf(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
