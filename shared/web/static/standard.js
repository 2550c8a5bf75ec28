// The published standard: everything stands open on paper, and the print button works where there are scripts.

window.addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach((each) => { each.open = true; });
});

const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => window.print());
