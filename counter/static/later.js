// Figures that take seconds: the page stands at once and fetches itself once more with them.

import { accepted, ask } from "../shared/ask.js";

const LIMIT_MS = 120000;

async function fill(part) {
  try {
    const read = (answer) => accepted(answer).text();
    const text = await ask(part.dataset.later, LIMIT_MS, read, { headers: { Accept: "text/html" } });
    part.replaceWith(new DOMParser().parseFromString(text, "text/html").getElementById(part.id));
  } catch (fault) {
    console.warn("no figures came", fault);
    part.querySelector("progress").hidden = true;
    part.querySelector("[data-fault]").hidden = false;
  }
}

document.querySelectorAll("[data-later]").forEach(fill);
