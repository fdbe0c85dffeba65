// What all parts of the page share: the networks, and the one network and image that are chosen.

import { fetched } from "../loading.js";
import { makeNetwork } from "../network.js";
import { stampOn } from "../stamps.js";
import { choice } from "./widgets.js";

/** @import { Described, Network } from "../network.js" */
/** @import { Stamp } from "../stamps.js" */

/**
 * @typedef {object} Contents of networks.json.
 * @property {number} size
 * @property {number[][]} colours of photos: what mixes an image's channels, in chapter 1.4.
 * @property {string[]} classes
 * @property {{name: string, numbers: number, layers: Described[]}[]} networks
 * @property {Omit<Stamp, "mask">[]} stamps
 * @property {string[]} samples the class of each.
 */

export class Stage extends EventTarget {
  /**
   * Load the networks.
   *
   * @param {URL} folder where networks.json, networks.f32 and networks-samples.u8 lie.
   */
  static async load(folder) {
    const [described, numbers, pixels] = await Promise.all([
      fetched(new URL("networks.json", folder)).then((answer) => answer.json()),
      fetched(new URL("networks.f32", folder)).then((answer) => answer.arrayBuffer()),
      fetched(new URL("networks-samples.u8", folder)).then((answer) => answer.arrayBuffer()),
    ]);
    return new Stage(described, new Float32Array(numbers), new Uint8Array(pixels));
  }

  /**
   * @param {Contents} described
   * @param {Float32Array} numbers the networks' weights and the stamps' masks.
   * @param {Uint8Array} pixels of the samples.
   */
  constructor({ size, colours, classes, networks, stamps, samples }, numbers, pixels) {
    super();
    this.size = size;
    this.colours = colours;
    this.classes = classes;
    let offset = 0;
    const take = (/** @type {number} */ count) => numbers.slice(offset, (offset += count));
    /** @type {Record<string, Network>} */
    this.networks = Object.fromEntries(
      networks.map(({ name, numbers: count, layers }) => [
        name,
        makeNetwork({ size, layers }, take(count)),
      ]),
    );
    this.stamps = stamps.map((stamp) => ({ ...stamp, mask: take(size * size), on: false }));
    const length = size * size * 3;
    this.samples = samples.map((label, i) => ({
      label,
      image: Float32Array.from(
        pixels.subarray(i * length, (i + 1) * length),
        (value) => value / 255,
      ),
    }));
    this.networkName = networks[0].name;
    this.sample = 0;
    /** @type {Float32Array} */
    this.unstamped = this.samples[0].image;
  }

  /**
   * Put one of the samples on the sheet.
   *
   * @param {number} sample
   */
  pick(sample) {
    this.set({ sample, unstamped: this.samples[sample].image });
  }

  /**
   * Put something else on the sheet.
   *
   * @param {Float32Array} unstamped
   */
  draw(unstamped) {
    this.set({ sample: -1, unstamped });
  }

  /** What is on the sheet, if it is a sample: its class. */
  get truth() {
    return this.samples[this.sample]?.label;
  }

  get network() {
    return this.networks[this.networkName];
  }

  /** The image as the network sees it: with its stamps. */
  get image() {
    const on = this.stamps.filter((stamp) => stamp.on);
    return on.reduce(stampOn, this.unstamped);
  }

  /**
   * Change something, and tell everyone.
   *
   * @param {{networkName?: string, sample?: number, unstamped?: Float32Array}} changes
   */
  set(changes) {
    Object.assign(this, changes);
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Call a function now, and whenever something changes.
   *
   * @param {() => void} listener
   */
  watch(listener) {
    this.addEventListener("change", listener);
    listener();
  }
}

/**
 * The choice of the network, which every part of the page offers, and which changes them all.
 *
 * @param {Stage} stage
 */
export function networkChoice(stage) {
  const element = choice("network", Object.keys(stage.networks), (networkName) =>
    stage.set({ networkName }),
  );
  stage.watch(() => element.pick(stage.networkName));
  return element;
}
