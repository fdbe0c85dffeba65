// A network is a list of layers. Each can go forward, and backward: from the gradient with respect
// to what it put out to the gradient with respect to what was put in. Going backward through all of
// them gives the gradient with respect to the image, which is all that this page needs.

import { tf } from "./backend.js";

/** @typedef {tf.Tensor<any>} Tensor of any number of axes. */

/**
 * @typedef {object} Described a layer as docs/playground/export.py describes it.
 * @property {keyof typeof KINDS} kind
 * @property {number[]} inputs the layers that go into it, by their place; −1 is the image.
 * @property {number[][]} shapes of its weights, the kernel first.
 * @property {number} stride a layer has this and what follows if its kind asks for it.
 * @property {keyof typeof ACTIVATIONS} activation
 * @property {number} size
 * @property {number} scale
 * @property {number} offset
 */

/** @typedef {{kernel: Tensor, bias: Tensor, flipped?: Tensor}} Weights of a layer. */
/** @typedef {Described & Weights} Layer */

/**
 * @typedef {object} Network
 * @property {Layer[]} layers
 * @property {number} size height and width of an image, in pixels; it has three channels.
 */

/**
 * @typedef {object} Passed what is kept of a layer on the way forward.
 * @property {Layer} layer
 * @property {Tensor[]} inputs
 * @property {Tensor} output
 * @property {Tensor} [saved]
 */

/**
 * @typedef {object} Kind how a layer goes forward, and back.
 * @property {(inputs: Tensor[], layer: Layer) => {output: Tensor, saved?: Tensor}} forward
 * @property {(dy: Tensor, layer: Layer, inputs: Tensor[], saved?: Tensor) => Tensor[]} backward
 */

/**
 * Make a network from its description and its weights.
 *
 * @param {{size: number, layers: Described[]}} described
 * @param {Float32Array} weights of all layers, one after the other.
 * @returns {Network}
 */
export function makeNetwork(described, weights) {
  let offset = 0;
  /** @param {number[]} shape */
  const take = (shape) => {
    const length = shape.reduce((product, n) => product * n, 1);
    offset += length;
    return tf.tensor(weights.slice(offset - length, offset), shape);
  };
  const layers = described.layers.map((layer) => {
    const [kernel, bias] = layer.shapes.map(take);
    return { ...layer, kernel, bias, flipped: kernel && flip(layer.kind, kernel) };
  });
  if (offset !== weights.length) {
    throw new RangeError(`weights: ${weights.length} numbers, the layers need ${offset}`);
  }
  return { size: described.size, layers };
}

/**
 * The kernel that takes a convolution's gradient back: upside down, outputs and inputs swapped.
 *
 * @param {Described["kind"]} kind
 * @param {Tensor} kernel
 */
function flip(kind, kernel) {
  if (kind === "dense") return undefined;
  return tf.tidy(() => {
    const turned = tf.reverse(kernel, [0, 1]);
    return kind === "conv" ? tf.transpose(turned, [0, 1, 3, 2]) : turned;
  });
}

/**
 * Ask a network.
 *
 * @param {Network} network
 * @param {Float32Array} image height × width × 3, in [0, 1].
 * @returns {Float32Array} the logits.
 */
export function computeLogits(network, image) {
  return tf.tidy(() => logitsOf(forward(network, image)));
}

/**
 * Ask a network, and differentiate a function of its logits with respect to the image.
 *
 * @param {Network} network
 * @param {Float32Array} image height × width × 3, in [0, 1].
 * @param {(logits: Float32Array) => Float32Array} seed the function's gradient with respect to the
 *   logits.
 * @returns {{logits: Float32Array, gradient: Float32Array}} the gradient has the image's shape.
 */
export function differentiate(network, image, seed) {
  return tf.tidy(() => {
    const passes = forward(network, image);
    const logits = logitsOf(passes);
    /** @type {Record<number, Tensor>} */
    const gradients = {}; // by the place of the layer; the image is at −1
    gradients[passes.length - 1] = tf.tensor(seed(logits), [1, logits.length]);
    for (let i = passes.length - 1; i >= 0; i--) {
      const { layer, inputs, saved } = passes[i];
      const backwards = kindOf(layer).backward(gradients[i], layer, inputs, saved);
      layer.inputs.forEach((place, n) => {
        // What goes into several layers gets the sum of what comes back.
        const before = gradients[place];
        gradients[place] = before ? tf.add(before, backwards[n]) : backwards[n];
      });
    }
    return { logits, gradient: numbersOf(gradients[-1]) };
  });
}

/** @param {Passed[]} passes */
const logitsOf = (passes) => numbersOf(passes[passes.length - 1].output);

/**
 * @param {Tensor} tensor of real numbers.
 * @returns {Float32Array}
 */
const numbersOf = (tensor) => /** @type {Float32Array} */ (tensor.dataSync());

/**
 * @param {Network} network
 * @param {Float32Array} image
 */
function forward(network, image) {
  const first = tf.tensor(image, [1, network.size, network.size, 3]);
  /** @type {Passed[]} */
  const passes = [];
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((place) => (place < 0 ? first : passes[place].output));
    passes.push({ layer, inputs, ...kindOf(layer).forward(inputs, layer) });
  }
  return passes;
}

/**
 * @param {typeof tf.fused.conv2d | typeof tf.fused.depthwiseConv2d} convolve
 * @returns {Kind}
 */
const convolution = (convolve) => ({
  forward([x], { kernel, bias, stride, activation }) {
    const fused = activation === "silu" ? "linear" : activation;
    const sum = convolve({
      x,
      filter: kernel,
      strides: stride,
      pad: "same",
      bias,
      activation: fused,
    });
    return activation === "silu"
      ? { output: tf.mul(sum, tf.sigmoid(sum)), saved: sum }
      : { output: sum, saved: sum };
  },
  backward(dy, { flipped, stride, activation }, [x], saved) {
    if (!flipped || !saved) throw new Error("nothing was kept of this convolution");
    const dsum = ACTIVATIONS[activation](dy, saved);
    if (stride === 1) return [convolve({ x: dsum, filter: flipped, strides: 1, pad: "same" })];
    const spread = spreadOut(dsum, stride, flipped.shape[0], x.shape[1]);
    return [convolve({ x: spread, filter: flipped, strides: 1, pad: "valid" })];
  },
});

/** @satisfies {Record<string, Kind>} */
const KINDS = {
  rescale: {
    forward: ([x], { scale, offset }) => ({ output: tf.add(tf.mul(x, scale), offset) }),
    backward: (dy, { scale }) => [tf.mul(dy, scale)],
  },
  conv: convolution(tf.fused.conv2d),
  depthwise: convolution(tf.fused.depthwiseConv2d),
  averagePool: {
    forward: ([x], { size }) => ({ output: tf.avgPool(x, size, size, "valid") }),
    backward: (dy, { size }, [x]) => [
      tf.div(tf.image.resizeNearestNeighbor(dy, x.shape.slice(1, 3)), size * size),
    ],
  },
  mean: {
    forward: ([x]) => ({ output: tf.mean(x, [1, 2]) }),
    backward(dy, _layer, [x]) {
      const [, height, width, channels] = x.shape;
      const share = tf.div(tf.reshape(dy, [1, 1, 1, channels]), height * width);
      return [tf.tile(share, [1, height, width, 1])];
    },
  },
  dense: {
    forward: ([x], { kernel, bias }) => ({ output: tf.add(tf.matMul(x, kernel), bias) }),
    backward: (dy, { kernel }) => [tf.matMul(dy, kernel, false, true)],
  },
  add: {
    forward: ([a, b]) => ({ output: tf.add(a, b) }),
    backward: (dy) => [dy, dy],
  },
};

/**
 * @param {Layer} layer
 * @returns {Kind}
 */
const kindOf = (layer) => KINDS[layer.kind];

/**
 * From the gradient after an activation to the gradient before it.
 *
 * @satisfies {Record<string, (dy: Tensor, saved: Tensor) => Tensor>}
 */
const ACTIVATIONS = {
  linear: (dy) => dy,
  // Fused with its convolution, only what came out of it is known, and that is enough: inside
  // (0, 6), where the gradient passes, y (6 − y) is positive. (Comparisons are slower here.)
  relu6: (dy, y) => tf.mul(dy, tf.step(tf.mul(y, tf.sub(6, y)))),
  silu(dy, sum) {
    const s = tf.sigmoid(sum);
    return tf.mul(dy, tf.mul(s, tf.add(1, tf.mul(sum, tf.sub(1, s)))));
  },
};

/**
 * Put a strided convolution's gradient back at the places that it looked at, zeros between, with the
 * margin for a "valid" convolution that gives `length` rows and columns.
 *
 * @param {Tensor} dy
 * @param {number} stride
 * @param {number} kernel
 * @param {number} length
 * @returns {Tensor}
 */
function spreadOut(dy, stride, kernel, length) {
  const [, rows, columns, channels] = dy.shape;
  const padded = Math.max((rows - 1) * stride + kernel - length, 0);
  const before = kernel - 1 - Math.floor(padded / 2);
  const after = length + kernel - 1 - before - stride * rows; // TensorFlow's rule for "same"
  /** @param {number[]} shape */
  const zeros = (shape) => tf.zeros(shape);
  let spread = tf.reshape(dy, [1, rows, 1, columns * channels]);
  spread = tf.concat([spread, zeros([1, rows, stride - 1, columns * channels])], 2);
  spread = tf.reshape(spread, [stride * rows, columns, 1, channels]);
  spread = tf.concat([spread, zeros([stride * rows, columns, stride - 1, channels])], 2);
  spread = tf.reshape(spread, [1, stride * rows, stride * columns, channels]);
  return tf.pad(spread, [
    [0, 0],
    [before, after],
    [before, after],
    [0, 0],
  ]);
}
