// The slip with what the visitor still has to bring: printed when asked for, and the screen says whether it comes.

import { facts, note, one } from "./page.js";
import { session } from "./session.js";
import { post } from "./ticket.js";
import { phrase } from "./words.js";

const PATIENCE_MS = 8000;
const PRINTED_MS = 3000;
const LIST_MS = 10000; // how long it stands that the list can be taken

export async function printMissing(slug, draw) {
  const body = { service: slug, answers: session.answers[slug] || {}, ready: session.ticks[slug] || [], language: session.language };
  one('[data-of="' + slug + '"] [data-action="print-missing"]').hidden = true; // one slip for ten taps
  let isPrinting = false;
  try {
    const said = await post(facts.urls.missing, PATIENCE_MS, facts.csrf, body);
    isPrinting = said.answer.ok && Boolean(said.facts.job);
  } catch (fault) {
    console.warn("no list", fault);
  }
  note(phrase(isPrinting ? "list_printing" : "list_failed"), isPrinting);
  setTimeout(() => {
    if (isPrinting) {
      note(phrase("list_printed"), true);
    }
    draw();
  }, PRINTED_MS);
  setTimeout(() => note(""), LIST_MS);
}
