// Keeps the page of the printers fresh: fetches itself and puts in what changed, unless a hand is in a form.

import { accepted, ask } from "./ask.js";

const LOOK_MS = 3000;
const PATIENCE_MS = 10000;
const place = document.querySelector("[data-paper]");

async function look() {
  if (document.hidden || place.contains(document.activeElement)) {
    return;
  }
  try {
    const text = await ask(location.href, PATIENCE_MS, (answer) => accepted(answer).text(), { headers: { "X-Quiet": "1" } });
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-paper]");
    if (fresh && facts(fresh) !== facts(place) && !place.contains(document.activeElement)) {
      place.textContent = "";
      place.append(...fresh.childNodes);
    }
  } catch (fault) {
    console.warn("not looked", fault); // the next look is in a moment
  }
}

function facts(root) {
  return root.textContent.replace(/\s+/g, " ") + [...root.querySelectorAll("[data-slip]")].map((one) => one.dataset.slip);
}

setInterval(look, LOOK_MS);
