// "What does it look at?": the saliency of the chosen image.

import { explain, smooth, symmetricLimit } from "../saliency.js";
import { colourBar, paintImage, paintMap } from "./painting.js";
import { networkChoice } from "./stage.js";
import { choice, h, list, picture, slider, toggle } from "./widgets.js";

/** @import { Stage } from "./stage.js" */

/**
 * @param {HTMLElement} root
 * @param {Stage} stage
 */
export function makeSaliency(root, stage) {
  const image = picture(stage.size, "The image");
  const map = picture(stage.size, "The saliency");
  const bar = colourBar();
  map.canvas.after(bar);
  const show = () => draw();
  const classes = list("for the class", ["the likeliest", ...stage.classes], show);
  const output = choice("of the", ["logit", "softmax"], show);
  const sigma = slider("smoothing σ", { least: 0, most: 4, value: 0, step: 0.25 }, show);
  const overlay = toggle("over the image", show);
  root.append(
    networkChoice(stage),
    h("div", { className: "pg-pictures" }, image, map),
    h("div", { className: "pg-row" }, classes, output, sigma, overlay),
  );

  function draw() {
    const shown = stage.image;
    paintImage(image.canvas, shown);
    const asked = Number(classes.select.value) - 1;
    const explained = explain(stage.network, shown, asked, output.value);
    const heatmap = smooth(explained.heatmap, stage.size, sigma.value);
    const limit = symmetricLimit(heatmap);
    paintMap(map.canvas, heatmap, limit, overlay.pressed ? shown : undefined);
    bar.show(limit);
    const name = stage.classes[explained.classIndex];
    map.describe(
      `Saliency for ${name}, from ${-limit.toPrecision(2)} to ${limit.toPrecision(2)}`,
      `where lighter pixels would raise (red) or lower (blue) the ${output.value} of ${name}`,
    );
  }
  stage.watch(draw);
}
