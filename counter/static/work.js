// How far long work is: asks while something runs, and loads the page again when it ended.

import { ask } from "../shared/ask.js";

const EVERY_MS = 1000;
const LIMIT_MS = 10000;

async function look(card) {
  try {
    const facts = await ask(card.dataset.src, LIMIT_MS, (answer) => answer.json(), { headers: { Accept: "application/json" }, cache: "no-store" });
    if (facts.state !== "running") {
      location.reload();
      return;
    }
    card.querySelector("progress").value = facts.percent;
    card.querySelector("[data-percent]").textContent = String(facts.percent);
  } catch (fault) {
    console.warn("nothing heard of the work", fault);
  }
  setTimeout(() => look(card), EVERY_MS);
}

document.querySelectorAll('[data-work][data-state="running"]').forEach((card) => { setTimeout(() => look(card), EVERY_MS); });
