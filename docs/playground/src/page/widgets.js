// The few controls that the page is built of: ordinary HTML, so that keyboards, screen readers and
// the reader's own settings work with them.

let made = 0;

/**
 * Make an element: h("p", { className: "note" }, "some", "words").
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [properties]
 * @param {(Node | string)[]} children
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    const isAttribute = name.includes("-") || name === "role" || name === "list";
    if (isAttribute) element.setAttribute(name, String(value));
    else Object.assign(element, { [name]: value });
  }
  element.append(...children);
  return element;
}

/**
 * A button.
 *
 * @param {Node | string} label
 * @param {() => void} onClick
 */
export function button(label, onClick) {
  const element = h("button", { type: "button", className: "pg-button" }, label);
  element.addEventListener("click", onClick);
  return element;
}

/**
 * A button that stays pressed; `element.pressed` tells whether it is.
 *
 * @param {string} label
 * @param {(pressed: boolean) => void} onChange
 */
export function toggle(label, onChange) {
  const press = (/** @type {boolean} */ now) => {
    element.pressed = now;
    element.setAttribute("aria-pressed", String(now));
  };
  const plain = button(label, () => {
    press(!element.pressed);
    onChange(element.pressed);
  });
  const element = Object.assign(plain, { pressed: false, press });
  press(false);
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
 */
export function choice(label, options, onChange) {
  const name = `pg-choice-${made++}`;
  const row = h(
    "div",
    { className: "pg-choice", role: "radiogroup", "aria-label": label },
    h("span", {}, label),
  );
  const pick = (/** @type {Value} */ value) => {
    element.value = value;
    for (const input of inputs) input.checked = input.value === value;
  };
  const element = Object.assign(row, {
    value: Array.isArray(options[0]) ? options[0][0] : options[0],
    pick,
  });
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
  pick(element.value);
  return element;
}

/**
 * One of many: a drop-down list. Its value is the option's place in `labels`, a number.
 *
 * @param {string} label
 * @param {string[]} labels
 * @param {(value: number) => void} [onChange]
 */
export function list(label, labels, onChange) {
  const select = h("select", {}, ...labels.map((text, i) => h("option", { value: i }, text)));
  select.addEventListener("change", () => onChange?.(Number(select.value)));
  const element = h("label", { className: "pg-list" }, h("span", {}, label), select);
  return Object.assign(element, { select });
}

/**
 * A slider that shows its value; with `log`, equal ways are equal factors, ten steps to a power of
 * ten, and with `zero`, its left end is 0.
 *
 * @param {string} label
 * @param {{least: number, most: number, value: number, step?: number, log?: boolean,
 *   zero?: boolean}} range
 * @param {(value: number) => void} [onChange]
 */
export function slider(
  label,
  { least, most, value, step = 0.01, log = false, zero = false },
  onChange,
) {
  const first = log ? Math.log10(least) - (zero ? 0.1 : 0) : least;
  /** @type {(v: number) => number} */
  const toPlace = (v) => (log ? (v === 0 ? first : Math.log10(v)) : v);
  /** @type {(place: number) => number} */
  const toValue = (place) => (log ? (zero && place <= first ? 0 : 10 ** place) : place);
  const input = h("input", {
    type: "range",
    min: first,
    max: toPlace(most),
    step: log ? 0.1 : step,
  });
  const shown = h("span", { "aria-hidden": "true" }); // the slider itself says it
  const set = (/** @type {number} */ now) => {
    input.value = String(toPlace(now));
    show();
  };
  const whole = h("label", { className: "pg-slider" }, h("span", {}, label), input, shown);
  const element = Object.assign(whole, { value, set });
  const show = () => {
    element.value = toValue(Number(input.value));
    shown.textContent = short(element.value);
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  input.addEventListener("input", () => {
    show();
    onChange?.(element.value);
  });
  set(value);
  return element;
}

/**
 * A canvas that is a picture with words; `describe` changes the words.
 *
 * @param {number} pixels
 * @param {string} label
 * @param {string} [caption]
 */
export function picture(pixels, label, caption) {
  const canvas = h("canvas", { width: pixels, height: pixels, role: "img", "aria-label": label });
  const below = h("figcaption", {}, caption ?? label);
  const describe = (/** @type {string} */ words, short = words) => {
    canvas.setAttribute("aria-label", words);
    below.textContent = short;
  };
  const element = h("figure", { className: "pg-picture" }, canvas, below);
  return Object.assign(element, { canvas, describe });
}

/**
 * Words that change: shown at once, and read out when they have come to rest, for what changes
 * sixty times a second must not be.
 */
export function announcement() {
  const shown = h("span", { "aria-hidden": "true" });
  const spoken = h("span", { className: "pg-spoken", role: "status" });
  const element = h("p", { className: "pg-announcement" }, shown, spoken);
  let waiting = 0;
  const say = (/** @type {string} */ words, aloud = true) => {
    shown.textContent = words;
    clearTimeout(waiting);
    if (aloud) waiting = setTimeout(() => (spoken.textContent = words), 500);
  };
  return Object.assign(element, { say });
}

/**
 * Buttons with pictures, of which one is pressed; `element.press` takes its place, or −1.
 *
 * @template {HTMLElement} Picture
 * @param {string} label
 * @param {{picture: Picture, words: string}[]} pictures
 * @param {(place: number) => void} onPick
 */
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
  const press = (/** @type {number} */ place) => {
    buttons.forEach((one, i) => one.setAttribute("aria-pressed", String(i === place)));
  };
  return Object.assign(element, { press });
}

/**
 * What went wrong, in words, whatever was thrown.
 *
 * @param {unknown} error
 */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * A number in few characters.
 *
 * @param {number} value
 */
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

/**
 * "1 step", "2 steps".
 *
 * @param {number} count
 */
export const steps = (count) => `${count} ${count === 1 ? "step" : "steps"}`;

/**
 * A share in per cent.
 *
 * @param {number} share
 */
export const percent = (share) =>
  `${(100 * share).toFixed(share > 0.0995 || share < 0.0005 ? 0 : 1)}%`;
