// How each counter's name will stand beside a number on the television.

import { fitName } from "../shared/fit.js";

function draw(row) {
  const place = row.querySelector("[data-preview-name]");
  const field = (name) => row.querySelector(`input[name$="-${name}"]`).value.trim();
  if (place) fitName(place, field("name"), field("short_name"), 29);
}

document.addEventListener("input", (event) => {
  const row = event.target.closest("[data-one]:has([data-preview])");
  if (row) draw(row);
});
document.fonts.ready.then(() => document.querySelectorAll("[data-one]:has([data-preview])").forEach(draw));
