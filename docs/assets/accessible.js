// Names and keyboard access that the theme leaves out.
const mend = () => {
  document.querySelector(".md-search[role=dialog]")?.setAttribute("aria-label", "Search");
  document.querySelectorAll("nav.md-code__nav").forEach((nav, number) => {
    nav.setAttribute("aria-label", `Code block ${number + 1}`);
  });
  for (const wide of document.querySelectorAll(".arithmatex, .md-typeset__scrollwrap, figure > div")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  }
};
new MutationObserver(mend).observe(document.documentElement, { childList: true, subtree: true });
addEventListener("load", mend);
addEventListener("resize", mend);
addEventListener("toggle", mend, true); // what is folded away has no width
