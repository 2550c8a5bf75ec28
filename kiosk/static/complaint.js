// "Complaints and suggestions": what it is, the words, who says it; what was typed stays until the server has it.

import { facts, all, note, one } from "./page.js";
import { keep, nonce, session } from "./session.js";
import { post } from "./ticket.js";
import { phrase } from "./words.js";

const PATIENCE_MS = 8000;
const LONGEST = { text: 1000, name: 120 };
const FRESH = { part: "kind", kind: "", text: "", person: "", name: "", made: null };
const BACK = { text: "kind", person: "text", name: "person" };

let isSigns = false;
let isSending = false;

function now() {
  return session.complaint || FRESH;
}

function put(changes) {
  keep({ complaint: Object.assign({}, now(), changes) });
}

export function beginComplaint() {
  isSigns = false;
  keep({ complaint: Object.assign({}, FRESH, { nonce: nonce() }) });
}

export function drawComplaint(screen) {
  const said = now();
  all("[data-say-part]", screen).forEach((each) => { each.hidden = each.dataset.sayPart !== said.part; });
  one("[data-say-text]", screen).textContent = said.text + "▏";
  one("[data-say-name]", screen).textContent = said.name + "▏";
  all("[data-say-go='person']", screen).forEach((each) => { each.disabled = !said.text.trim(); });
  all("[data-say-go='send']", screen).forEach((each) => { each.disabled = !said.name.trim(); });
  all("[data-sign]", screen).forEach((each) => { each.textContent = isSigns ? each.dataset.sign : each.dataset.sayKey; });
  all("[data-say-key='signs']", screen).forEach((each) => {
    each.setAttribute("aria-pressed", String(isSigns));
    each.textContent = isSigns ? "ABC" : "123";
  });
  const box = one("[data-say-text]", screen);
  box.scrollTop = box.scrollHeight;
  if (said.made) {
    one("[data-say-number]", screen).textContent = said.made.number;
    const qr = one("[data-say-qr]", screen);
    const address = facts.urls.complaints + "/" + said.made.token + "/qr.svg";
    if (qr.getAttribute("src") !== address) {
      qr.onload = () => { qr.hidden = false; };
      qr.setAttribute("src", address);
    }
  }
}

// Where "back" leads inside of this screen; false when it leads out of it.
export function backInComplaint() {
  const before = BACK[now().part];
  if (before) {
    put({ part: before });
  }
  return Boolean(before);
}

export function typeComplaint(key) {
  const field = now().part;
  if (field !== "text" && field !== "name") {
    return;
  }
  const before = now()[field];
  const letter = key.length > 1 ? "" : /^$|[.?!] $/.test(before) || (field === "name" && / $/.test(before)) ? key.toUpperCase() : key.toLowerCase();
  put({ [field]: key === "Backspace" ? before.slice(0, -1) : (before + letter).slice(0, LONGEST[field]) });
}

// Whether the button is one of this screen; `redraw()` after what it did, `sent()` when the office has it.
export function touchComplaint(button, redraw, sent) {
  const data = button.dataset;
  if (data.sayKind) {
    put({ kind: data.sayKind, part: "text" });
  } else if (data.sayPerson) {
    put({ person: data.sayPerson, part: data.sayPerson === "none" ? "person" : "name" });
    if (data.sayPerson === "none") {
      send(redraw, sent);
    }
  } else if (data.sayGo === "send") {
    send(redraw, sent);
  } else if (data.sayGo) {
    put({ part: data.sayGo });
  } else if (data.sayKey === "signs") {
    isSigns = !isSigns;
  } else if (data.sayKey) {
    typeComplaint(isSigns && data.sign ? data.sign : data.sayKey);
  } else {
    return false;
  }
  redraw();
  return true;
}

async function send(redraw, sent) {
  if (isSending) {
    return;
  }
  isSending = true;
  note("");
  const said = now();
  const body = { kind: said.kind, text: said.text, person: said.person, name: said.person === "none" ? "" : said.name, language: session.language, nonce: said.nonce };
  try {
    const answer = await post(facts.urls.complaints + "?lang=" + session.language, PATIENCE_MS, facts.csrf, body);
    if (answer.answer.ok) {
      put({ made: answer.facts, part: "sent", text: "", name: "" });
      sent();
    } else {
      note(answer.facts.error ? answer.facts.error.message : phrase("complaint_failed"));
    }
  } catch (fault) {
    console.warn("no complaint", fault);
    note(phrase("complaint_failed"));
  }
  isSending = false;
  redraw();
}
