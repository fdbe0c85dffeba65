// Shows one part of the network at a time: the one in the address, or chosen by arrow keys.
for (const microscope of document.querySelectorAll("[data-microscope]")) {
  const links = [...microscope.querySelectorAll(".mi-choose a")];
  const sections = [...microscope.querySelectorAll("section")];

  const named = () => links.find((link) => link.hash === location.hash);

  const choose = (chosen) => {
    const all = !sections.some((section) => `#${section.id}` === chosen.hash);
    microscope.dataset.chosen = chosen.hash;
    for (const link of links) {
      if (link === chosen) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const section of sections) {
      section.classList.toggle("mi-chosen", all || `#${section.id}` === chosen.hash);
    }
  };

  microscope.querySelector(".mi-choose").addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = links[links.indexOf(document.activeElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
      next.click();
    }
  });
  addEventListener("hashchange", () => {
    const chosen = named();
    if (!chosen) return; // a link to another place on the page
    choose(chosen);
    chosen.focus({ preventScroll: true }); // a browser moves the focus away with the address
  });
  choose(named() ?? links[0]);
}
