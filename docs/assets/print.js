// Answers that are folded away on the screen are read on paper.
addEventListener("beforeprint", () => {
  for (const answer of document.querySelectorAll("details.question")) answer.open = true;
});
