// Renders every formula with KaTeX, which is served from this site.
for (const element of document.querySelectorAll(".arithmatex")) {
  const tex = element.textContent.trim();
  katex.render(tex.slice(2, -2), element, { displayMode: tex.startsWith("\\["), throwOnError: false });
}
