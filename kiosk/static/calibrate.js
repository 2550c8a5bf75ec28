// The page on which a screen learns how many pixels a millimetre has: its picture of a card is made as wide as a card.

import { keepPxPerMm, pxPerMm } from "./sizes.js";

const CARD_MM = 85.6; // ISO/IEC 7810 ID-1
const card = document.querySelector("[data-card]");
const saved = document.querySelector("[data-saved]");
let mm = pxPerMm();

function show(value) {
  mm = Math.min(30, Math.max(1.5, value));
  document.documentElement.style.setProperty("--mm", mm + "px");
  document.querySelector("[data-width]").textContent = String(Math.round(window.innerWidth / mm));
  document.querySelector("[data-px-per-mm]").textContent = mm.toFixed(2);
  saved.hidden = true;
}

document.querySelectorAll("[data-step]").forEach((button) => button.addEventListener("click", () => show(mm + Number(button.dataset.step))));
document.querySelector('[data-action="save"]').addEventListener("click", () => {
  keepPxPerMm(mm);
  saved.hidden = false;
});
card.addEventListener("pointerdown", (event) => card.setPointerCapture(event.pointerId));
card.addEventListener("pointermove", (event) => {
  if (event.buttons) {
    show((event.clientX - card.getBoundingClientRect().left) / CARD_MM);
  }
});
show(mm);
