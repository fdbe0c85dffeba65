// What all parts of the page share: the networks, and the one network and image that are chosen.

import { fetched } from "../loading.js";
import { makeNetwork } from "../network.js";
import { stampOn } from "../stamps.js";
import { choice } from "./widgets.js";

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

  constructor({ size, classes, networks, stamps, samples }, numbers, pixels) {
    super();
    this.size = size;
    this.classes = classes;
    let offset = 0;
    const take = (count) => numbers.slice(offset, (offset += count));
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
    this.unstamped = this.samples[0].image;
  }

  /** Put one of the samples on the sheet. */
  pick(sample) {
    this.set({ sample, unstamped: this.samples[sample].image });
  }

  /** Put something else on the sheet. */
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

  /** Change something, and tell everyone. */
  set(changes) {
    Object.assign(this, changes);
    this.dispatchEvent(new Event("change"));
  }

  /** Call a function now, and whenever something changes. */
  watch(listener) {
    this.addEventListener("change", listener);
    listener();
  }
}

/** The choice of the network, which every part of the page offers, and which changes them all. */
export function networkChoice(stage) {
  const element = choice("network", Object.keys(stage.networks), (networkName) =>
    stage.set({ networkName }),
  );
  stage.watch(() => element.pick(stage.networkName));
  return element;
}
