// TensorFlow.js on WebAssembly. Of all its parts only the kernels that a network needs are used;
// gradients are our own (network.js), because this backend has none for depthwise convolutions.

import * as tf from "@tensorflow/tfjs-core/dist/base.js";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

export { tf };

/** This browser cannot compute: it has no WebAssembly, or has it switched off. */
export class NoWebAssemblyError extends Error {}

/** @type {Promise<void> | undefined} */
let started;

/**
 * Start the backend, once.
 *
 * @param {URL | string} folder where the .wasm files lie, with a slash at its end.
 * @returns {Promise<void>} settled when tensors can be made.
 */
export function startBackend(folder) {
  started ??= start(String(folder));
  return started;
}

/** @param {string} folder */
async function start(folder) {
  if (typeof WebAssembly === "undefined") throw new NoWebAssemblyError("no WebAssembly");
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false); // its file is not here, and pages wait for it
  setWasmPaths(folder);
  if (!(await tf.setBackend("wasm"))) throw new Error("the .wasm file could not be loaded");
  await tf.ready();
}
