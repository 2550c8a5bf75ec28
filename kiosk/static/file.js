// "Your file": where the file of a receipt stands, for whoever need not take a number now.

import { post } from "./ticket.js";
import { all, facts, one } from "./page.js";
import { session } from "./session.js";
import { toggle } from "./sizes.js";
import { phrase } from "./words.js";

const PATIENCE_MS = 8000;

// What the office says of the file; null when it could not be asked, and a refusal as {refused: sentence}.
export async function askFile(code) {
  try {
    const said = await post(facts.urls.file + "?lang=" + session.language, PATIENCE_MS, facts.csrf, { code, language: session.language });
    return said.answer.ok ? said.facts : { refused: said.facts.error ? said.facts.error.message : "" };
  } catch (fault) {
    console.warn("no file", fault);
    return null;
  }
}

export function drawFile(screen) {
  const file = session.file;
  const state = stateOf(file);
  one("[data-file-register]", screen).textContent = file.register_number || "";
  one("[data-file-service]", screen).textContent = file.service || "";
  all("[data-file-state]", screen).forEach((each) => { each.hidden = each.dataset.fileState !== state; });
  say("number", file.number && phrase("your_number", { number: file.number }));
  say("promised", (file.promised && phrase("promised", { day: file.promised })) || (file.ended_on && phrase("ended_on", { day: file.ended_on })));
  const steps = one("[data-file-steps]", screen);
  steps.textContent = "";
  toggle(screen, "bare", !file.steps.length);
  file.steps.forEach((step, place) => {
    const line = steps.appendChild(document.createElement("li"));
    line.dataset.place = step.is_done ? "done" : step.is_now ? "now" : "later";
    line.appendChild(document.createElement("b")).textContent = step.is_done ? "\u2713" : String(place + 1);
    line.appendChild(document.createElement("span")).textContent = step.title;
    if (step.is_now) {
      line.setAttribute("aria-current", "step");
    }
  });

  const now = one("[aria-current=step]", steps);
  if (now) {
    now.scrollIntoView({ block: "nearest" });
  }

  function say(name, text) {
    const place = one("[data-file-" + name + "]", screen);
    place.hidden = !text;
    place.textContent = text || "";
  }
}

export function stateOf(file) {
  if (file.state !== "open") {
    return file.state;
  }
  if (file.number) {
    return file.is_ready ? "at_counter" : "sitting";
  }
  return file.is_ready ? "ready" : "working";
}
