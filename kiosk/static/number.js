// The number, large, and what becomes of its paper.

import { ask } from "../shared/ask.js";
import { all, facts, noPaper, one, root } from "./page.js";
import { keep, session } from "./session.js";
import { phrase } from "./words.js";

const PAPER_MS = 12000; // a slip that is not out by then will not be waited for

let timer = null;

export function drawNumber(screen) {
  const ticket = session.ticket;
  const body = one(".number-body", screen);
  const words = one('[data-service="' + ticket.service + '"] b');
  all("[data-paper]", screen).forEach((each) => { each.hidden = each.dataset.paper !== ticket.paper; });
  one("[data-number]", screen).textContent = ticket.number;
  const about = forFile();
  one("[data-number-service]", screen).textContent = words ? words.textContent : "";
  all("[data-number-file]", screen).forEach((each) => {
    each.hidden = each.dataset.numberFile !== about;
    one("b", each).textContent = about ? session.file.register_number || "" : "";
  });
  one("[data-ahead]", screen).textContent = ticket.ahead === 0 ? phrase("ahead_none") : phrase(ticket.ahead === 1 ? "ahead_one" : "ahead", { count: ticket.ahead });
  one("[data-number-priority]", screen).hidden = !ticket.priority;
  all("[data-where]", screen).forEach((each) => { each.hidden = each.dataset.where !== ticket.service; });
  const wait = one("[data-wait]", screen);
  wait.hidden = ticket.wait_min_low === null || ticket.wait_min_low === undefined;
  wait.textContent = wait.hidden ? "" : phrase(ticket.wait_min_high ? "wait" : "minutes", { low: ticket.wait_min_low, high: ticket.wait_min_high });
  const qr = one("[data-qr]", screen);
  const address = facts.urls.tickets + "/" + ticket.token + "/qr.svg";
  if (qr.getAttribute("src") !== address) {
    qr.onload = () => { qr.hidden = false; };
    qr.onerror = () => { qr.hidden = true; };
    qr.setAttribute("src", address);
  }
  const isFlat = root.dataset.shape === "flat";
  const wide = body.clientWidth * (isFlat ? 0.6 : 0.96);
  const high = body.clientHeight * (isFlat ? 0.42 : 0.3);
  screen.style.setProperty("--number", Math.floor(Math.min(wide / (ticket.number.length * 0.62), high)) + "px");
  screen.style.setProperty("--qr", Math.floor(Math.min(body.clientWidth * (isFlat ? 0.3 : 0.6), body.clientHeight * (isFlat ? 0.72 : 0.34))) + "px");
}

// For what the file of a receipt needs its applicant; "" when the number is for something new.
function forFile() {
  const file = session.file;
  return !file ? "" : file.state === "open" ? (file.is_result ? "result" : "ready") : file.state;
}

// `changed(state)`: the slip is "printed", or "failed" and the number must be written down.
export function watchPaper(changed) {
  look(performance.now(), changed);
}

export function leavePaper() {
  clearTimeout(timer);
}

async function look(since, changed) {
  clearTimeout(timer);
  const ticket = session.ticket;
  if (!ticket || ticket.paper !== "printing") {
    return;
  }
  try {
    const job = await ask(facts.urls.tickets + "/" + ticket.id + "/slip", PAPER_MS, (answer) => answer.json(), { headers: { Accept: "application/json" }, cache: "no-store" });
    paper(ticket, job.state === "confirmed" ? "printed" : isHopeless(job) ? "failed" : "", changed);
  } catch (fault) {
    console.warn("nothing heard of the slip", fault);
  }
  if (performance.now() - since > PAPER_MS) {
    paper(ticket, "failed", changed);
  }
  timer = setTimeout(() => look(since, changed), 500);
}

function isHopeless(job) {
  return ["failed", "expired", "none"].indexOf(job.state) >= 0 || (job.state === "queued" && Boolean(noPaper()));
}

function paper(ticket, state, changed) {
  if (state && session.ticket && session.ticket.id === ticket.id && session.ticket.paper === "printing") {
    keep({ ticket: Object.assign({}, session.ticket, { paper: state }) });
    changed(state);
  }
}
