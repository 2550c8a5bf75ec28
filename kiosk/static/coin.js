// Four faces at a counter: one touch, thanks, and the faces again. One touch in three seconds is counted.

import { stayAwake } from "../shared/awake.js";
import { guard } from "./guard.js";
import { measure } from "./sizes.js";
import { post } from "./ticket.js";

const THANKS_MS = 3000;
const PATIENCE_MS = 8000;
const page = document.querySelector("[data-coin]");
const faces = page.querySelector("[data-coin-ask]");
const thanks = page.querySelector("[data-coin-thanks]");

function draw() {
  measure(false, null);
  page.querySelector(".options").style.setProperty("--options", "4");
}

page.addEventListener("click", (event) => {
  const button = event.target.closest("[data-face]");
  if (!button || faces.hidden) {
    return;
  }
  faces.hidden = true;
  thanks.hidden = false;
  post(page.dataset.coin, PATIENCE_MS, page.dataset.csrf, { face: Number(button.dataset.face) }).catch((fault) => console.warn("coin", fault));
  setTimeout(() => {
    faces.hidden = false;
    thanks.hidden = true;
  }, THANKS_MS);
});

guard();
stayAwake();
window.addEventListener("resize", draw);
draw();
