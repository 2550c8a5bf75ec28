// A part of a page that changes by itself: asked for again as long as the page says that something is awaited.
// Such a part has an id, and `data-fresh` says how often.

import { accepted, ask } from "./ask.js";

const EVERY_MS = { fast: 1000, slow: 5000 };
const LIMIT_MS = 10000;

async function refresh(part) {
  let present = part;
  try {
    const read = (answer) => accepted(answer).text();
    const text = await ask(location.href, LIMIT_MS, read, { headers: { Accept: "text/html" }, cache: "no-store" });
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
    if (fresh && !part.contains(document.activeElement)) {
      part.replaceWith(fresh);
      present = fresh;
    }
  } catch (fault) {
    console.warn("nothing new was heard", fault);
  }
  again(present);
}

function again(part) {
  if (part.dataset.fresh) setTimeout(refresh, EVERY_MS[part.dataset.fresh], part);
}

document.querySelectorAll("[data-fresh]").forEach(again);
