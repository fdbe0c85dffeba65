// The few controls that the page is built of: ordinary HTML, so that keyboards, screen readers and
// the reader's own settings work with them.

let made = 0;

/** Make an element: h("p", { className: "note" }, "some", "words"). */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "list") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** A button. */
export function button(label, onClick) {
  const element = h("button", { type: "button", className: "pg-button" }, label);
  element.addEventListener("click", onClick);
  return element;
}

/** A button that stays pressed; `element.pressed` tells whether it is. */
export function toggle(label, onChange, pressed = false) {
  const element = button(label, () => {
    element.press(!element.pressed);
    onChange(element.pressed);
  });
  element.press = (now) => {
    element.pressed = now;
    element.setAttribute("aria-pressed", String(now));
  };
  element.press(pressed);
  return element;
}

/**
 * One of several: radio buttons in a row; `element.pick` picks one from outside. An option is its
 * value, or a value with the words for it.
 *
 * @template {string} Value
 * @param {string} label
 * @param {(Value | [Value, string])[]} options
 * @param {(value: Value) => void} onChange
 * @returns {HTMLElement & {value: Value, pick: (value: Value) => void}}
 */
export function choice(label, options, onChange) {
  const name = `pg-choice-${made++}`;
  const element = h(
    "div",
    { className: "pg-choice", role: "radiogroup", "aria-label": label },
    h("span", {}, label),
  );
  const inputs = options.map((option) => {
    const [value, text] = Array.isArray(option) ? option : [option, option];
    const input = h("input", { type: "radio", name, value });
    input.addEventListener("change", () => {
      element.value = value;
      onChange(value);
    });
    element.append(h("label", {}, input, text));
    return input;
  });
  element.pick = (value) => {
    element.value = value;
    for (const input of inputs) input.checked = input.value === value;
  };
  element.pick(Array.isArray(options[0]) ? options[0][0] : options[0]);
  return element;
}

/** One of many: a drop-down list. Its value is the option's place in `labels`, a number. */
export function list(label, labels, onChange) {
  const select = h("select", {}, ...labels.map((text, i) => h("option", { value: i }, text)));
  select.addEventListener("change", () => onChange(Number(select.value)));
  const element = h("label", { className: "pg-list" }, h("span", {}, label), select);
  element.select = select;
  return element;
}

/**
 * A slider that shows its value; with `log`, equal ways are equal factors, ten steps to a power of
 * ten, and with `zero`, its left end is 0.
 *
 * @returns {HTMLElement & {value: number, set: (value: number) => void}}
 */
export function slider(
  label,
  { least, most, value, step = 0.01, log = false, zero = false },
  onChange,
) {
  const first = log ? Math.log10(least) - (zero ? 0.1 : 0) : least;
  const toPlace = (v) => (log ? (v === 0 ? first : Math.log10(v)) : v);
  const toValue = (place) => (log ? (zero && place <= first ? 0 : 10 ** place) : place);
  const input = h("input", {
    type: "range",
    min: first,
    max: toPlace(most),
    step: log ? 0.1 : step,
  });
  const shown = h("span", { "aria-hidden": "true" }); // the slider itself says it
  const element = h("label", { className: "pg-slider" }, h("span", {}, label), input, shown);
  const show = () => {
    element.value = toValue(Number(input.value));
    shown.textContent = short(element.value);
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  input.addEventListener("input", () => {
    show();
    onChange?.(element.value);
  });
  element.set = (now) => {
    input.value = toPlace(now);
    show();
  };
  element.set(value);
  return element;
}

/** A canvas that is a picture with words; `describe` changes the words. */
export function picture(pixels, label, caption) {
  const canvas = h("canvas", { width: pixels, height: pixels, role: "img", "aria-label": label });
  const element = h(
    "figure",
    { className: "pg-picture" },
    canvas,
    h("figcaption", {}, caption ?? label),
  );
  element.canvas = canvas;
  element.describe = (words, below = words) => {
    canvas.setAttribute("aria-label", words);
    element.lastChild.textContent = below;
  };
  return element;
}

/**
 * Words that change: shown at once, and read out when they have come to rest, for what changes
 * sixty times a second must not be.
 *
 * @returns {HTMLElement & {say: (words: string, aloud?: boolean) => void}}
 */
export function announcement() {
  const shown = h("span", { "aria-hidden": "true" });
  const spoken = h("span", { className: "pg-spoken", role: "status" });
  const element = h("p", { className: "pg-announcement" }, shown, spoken);
  let waiting;
  element.say = (words, aloud = true) => {
    shown.textContent = words;
    clearTimeout(waiting);
    if (aloud) waiting = setTimeout(() => (spoken.textContent = words), 500);
  };
  return element;
}

/** Buttons with pictures, of which one is pressed; `element.press` takes its place, or −1. */
export function gallery(label, pictures, onPick) {
  const buttons = pictures.map(({ picture, words }, place) => {
    const pick = button(picture, () => onPick(place));
    pick.className = "pg-sample";
    if (words) pick.setAttribute("aria-label", words);
    return pick;
  });
  const element = h(
    "div",
    { className: "pg-samples", role: "group", "aria-label": label },
    ...buttons,
  );
  element.press = (place) => {
    buttons.forEach((one, i) => one.setAttribute("aria-pressed", String(i === place)));
  };
  return element;
}

/** What went wrong, in words, whatever was thrown. */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** A number in few characters. */
export function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 100
      ? value.toFixed(0)
      : size >= 0.001
        ? String(Number(value.toPrecision(2)))
        : value.toExponential(0);
  return text.replace("-", "−");
}

/** "1 step", "2 steps". */
export const steps = (count) => `${count} ${count === 1 ? "step" : "steps"}`;

/** A share in per cent. */
export const percent = (share) =>
  `${(100 * share).toFixed(share > 0.0995 || share < 0.0005 ? 0 : 1)}%`;
