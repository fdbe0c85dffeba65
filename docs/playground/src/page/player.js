// Play, pause, one step at a time.

import { announcement, button, h } from "./widgets.js";

const BUDGET = 12; // milliseconds of computing in a frame of 16

/**
 * Make the buttons of something that goes on step by step, and the words that say how it stands.
 *
 * @param {{step: () => void, isDone: () => boolean, show: () => string, restart: () => void}} of
 *   `show` draws how things stand, and says it.
 */
export function makePlayer({ step, isDone, show, restart }) {
  let frame = 0; // the one that is asked for; 0 while nothing plays
  const words = announcement();
  const play = button("Play", () => (frame ? pause() : go()));
  const one = button("One step", () => {
    pause();
    if (!isDone()) step();
    words.say(show());
  });
  const again = button("Start again", () => player.restart());
  const buttons = h(
    "div",
    { className: "pg-row", role: "group", "aria-label": "Steps" },
    play,
    one,
    again,
  );

  function go() {
    play.textContent = "Pause";
    frame = requestAnimationFrame(proceed);
  }
  function pause() {
    cancelAnimationFrame(frame);
    frame = 0;
    play.textContent = "Play";
  }
  function proceed() {
    const began = performance.now();
    let done = isDone(); // asked once a step: it may ask the network
    while (!done && performance.now() - began < BUDGET) {
      step();
      done = isDone();
    }
    words.say(show());
    if (done) pause();
    else frame = requestAnimationFrame(proceed);
  }

  const player = {
    buttons,
    words,
    /** Begin anew; in silence if it was something elsewhere in the page that asked for it. */
    restart(aloud = true) {
      pause();
      restart();
      words.say(show(), aloud);
    },
  };
  return player;
}
