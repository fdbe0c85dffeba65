// Before an answer is unfolded, ask for a guess; then show it beside what was computed. It is kept
// nowhere, and counts for nothing.
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const ask = (place, number) => {
  const answer = place.nextElementSibling;
  if (!answer?.matches("details.question")) return;
  const choices = place.dataset.choices ? place.dataset.choices.split("|") : [];
  const fields = choices.length
    ? choices.map((value) =>
        element("label", {}, element("input", { type: "radio", name: `guess-${number}`, value }), value))
    : [element("input", { type: "number", step: "any", ariaLabel: "Your guess" })];
  const legend = element("legend", {}, element("strong", { textContent: "First a guess. " }), place.dataset.ask);
  const form = element("form", {}, element("fieldset", {}, legend, ...fields,
    element("button", { className: "md-button", textContent: "See the answer" })));
  const beside = element("p", { className: "beside" });
  beside.setAttribute("role", "status");
  answer.querySelector("summary").after(beside);

  const compare = () => {
    const guess = choices.length ? form.querySelector(":checked")?.value : fields[0].value;
    const computed = answer.querySelector(".computed b")?.textContent;
    const both = ["Your guess: ", element("b", { textContent: guess }), ". Computed: ",
      element("b", { textContent: computed }), "."];
    beside.replaceChildren(...(guess && computed && answer.open ? both : []));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer.open = true;
    compare();
  });
  answer.addEventListener("toggle", compare);
  place.replaceChildren(form);
};
document.querySelectorAll(".guess").forEach(ask);
