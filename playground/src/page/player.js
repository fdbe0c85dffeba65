// Play, pause, one step at a time.

import { button, h } from "./widgets.js";

const BUDGET = 12; // milliseconds of computing in a frame of 16

/**
 * Make the buttons of something that goes on step by step, and the words that say how it stands.
 *
 * @param {{step: () => boolean, show: () => string, restart: () => void}} of `step` takes one, and
 *   returns false when there is nothing more to do; `show` draws how things stand, and says it.
 */
export function makePlayer({ step, show, restart }) {
  let playing = false;
  const words = h("p", { className: "pg-state" });
  const play = button("Play", () => set(!playing));
  const one = button("One step", () => {
    set(false);
    step();
    update();
  });
  const again = button("Start again", () => element.restart());
  const buttons = h(
    "div",
    { className: "pg-row", role: "group", "aria-label": "Steps" },
    play,
    one,
    again,
  );
  const element = { buttons, words };

  function set(now) {
    if (now && !playing) requestAnimationFrame(frame);
    playing = now;
    play.textContent = playing ? "Pause" : "Play";
    // What changes sixty times a second must not be read out; what has come to rest should.
    words.setAttribute("role", playing ? "none" : "status");
  }
  function update() {
    words.textContent = show();
  }
  function frame() {
    if (!playing) return;
    const began = performance.now();
    let more = true;
    do more = step();
    while (more && performance.now() - began < BUDGET);
    if (!more) set(false);
    update();
    if (more) requestAnimationFrame(frame);
  }
  element.restart = () => {
    set(false);
    restart();
    update();
  };
  return element;
}
