// The kiosk: which screen stands there, what is on it, what a touch does. No rule of the queue: the board says it.

import { stayAwake } from "../shared/awake.js";
import { live } from "../shared/live.js";
import { backInComplaint, beginComplaint, drawComplaint, touchComplaint, typeComplaint } from "./complaint.js";
import { drawFile, stateOf } from "./file.js";
import { guard } from "./guard.js";
import { drawHome } from "./home.js";
import { idle } from "./idle.js";
import { printMissing } from "./missing.js";
import { drawNumber, leavePaper, watchPaper } from "./number.js";
import { all, board, facts, noPaper, note, one, press, renew, root } from "./page.js";
import { receiptAsker } from "./results.js";
import { keys } from "./scan.js";
import { drawService, drawStandard, turnNeeds } from "./service.js";
import { forget, isFresh, keep, nonce, session } from "./session.js";
import { measure, toggle } from "./sizes.js";
import { hush, speak } from "./sound.js";
import { questionnaire } from "./survey.js";
import { asker } from "./ticket.js";
import { phrase, speakIn, time } from "./words.js";

const HOME_AFTER_MS = 15000; // how long the number stays on the screen
const HOME_AFTER_FILE_MS = 45000; // a file's way is read in peace
const HOME_AFTER_FAILED_MS = 45000; // without paper the number must be written down
const SHOWN_MS = 1200; // the taps of a hurried finger that still come end nothing
const TWICE_MS = 400; // a second tap on the same spot was meant for the screen before
const TWICE_PX = 24;

let drawnPlace = null;
let isAway = false;

// --- where we are ---

function place() {
  const parts = location.hash.replace("#", "").split("/");
  if ((parts[0] === "service" || parts[0] === "standard") && facts.trees[parts[1]]) {
    return { name: parts[0], slug: parts[1] };
  }
  if (parts[0] === "number" && session.ticket) {
    return { name: "number" };
  }
  if (parts[0] === "file" && session.file) {
    return { name: "file" };
  }
  if (parts[0] === "survey" && one('[data-screen="survey"]')) {
    return { name: "survey", slug: survey.step(parts[1]) };
  }
  return { name: ["help", "results", "complaint"].indexOf(parts[0]) >= 0 ? parts[0] : "home" };
}

function go(hash) {
  turnNeeds(0);
  hush();
  location.replace("#" + hash); // no history: a swipe back leads nowhere
  draw();
}

function screenOf(where) {
  const mark = where.name === "standard" ? "data-about" : "data-of";
  return one('[data-screen="' + where.name + '"]' + (where.slug ? "[" + mark + '="' + where.slug + '"]' : ""));
}

function draw() {
  const where = place();
  const screen = screenOf(where);
  speakIn(session.language);
  root.dataset.size = session.size;
  root.dataset.contrast = session.contrast;
  toggle(root, "low", session.low);
  toggle(root, "searching", session.searching && where.name === "home");
  const canLower = measure(session.low, facts.px_per_mm);
  one('[data-action="low"]').hidden = !canLower;
  press("size", session.size === "large");
  press("contrast", session.contrast === "high");
  press("low", session.low);
  press("priority", session.priority);
  press("search", session.searching);
  one('[data-action="back"]').disabled = where.name === "number" || (where.name === "home" && !session.searching && !session.priority && session.chapter === null);
  all("[data-priority-banner]").forEach((banner) => { banner.hidden = !session.priority; });
  toggle(root, "priority", session.priority);
  toggle(root, "unpapered", Boolean(noPaper()));
  all("[data-no-paper]", screen).forEach((line) => { line.hidden = line.dataset.noPaper !== noPaper(); });
  all("[data-screen]").forEach((each) => { each.hidden = each !== screen; });
  one('[data-overlay="away"]').hidden = !isAway || Boolean(session.pending) || where.name === "number";
  one("[data-clock]").textContent = time(board.minute, facts.zone);
  const waiting = all("[data-service]").reduce((sum, tile) => sum + (board.waiting[tile.dataset.service] || 0), 0);
  one("[data-total]").textContent = waiting ? phrase("people", { count: waiting }) : "";
  ({ home: drawHome, service: drawService, standard: drawStandard, number: drawNumber, results: results.draw, file: drawFile, complaint: drawComplaint, survey: survey.draw, help: drawHelp })[where.name](screen, where.slug);
  const placed = where.name + (where.slug || "");
  if (drawnPlace !== null && drawnPlace !== placed) {
    const title = one("h1", screen);
    if (title) {
      title.focus({ preventScroll: true });
    }
  }
  drawnPlace = placed;
}

function type(key) {
  const find = key === "Backspace" ? session.find.slice(0, -1) : (session.find + key.toUpperCase()).slice(0, 20);
  keep({ find, page: 0 });
  draw();
}

function answer(slug, question, option) {
  const answers = Object.assign({}, session.answers, { [slug]: Object.assign({}, session.answers[slug], { [question]: option }) });
  keep({ answers });
  hush();
  draw();
}

function tick(slug, need) {
  const before = session.ticks[slug] || [];
  const now = before.indexOf(need) >= 0 ? before.filter((each) => each !== need) : before.concat([need]);
  keep({ ticks: Object.assign({}, session.ticks, { [slug]: now }) });
  draw();
}

// --- the number ---

const number = asker({
  csrf: facts.csrf,
  overlay,
  done(ticket) {
    keep({ ticket: Object.assign({ paper: ticket.has_paper === false ? "kept" : "printing" }, ticket) });
    all("[data-number]").forEach((each) => { each.textContent = ticket.number; });
    clock.endIn(HOME_AFTER_MS);
    shownAt = performance.now();
    watchPaper(paperIs);
    go("number");
  },
  refused(message) {
    note(message);
    draw();
  },
  stale: () => location.reload(),
});

function paperIs(state) {
  if (state === "failed") {
    clock.endIn(HOME_AFTER_FAILED_MS);
  }
  draw();
}

function take(slug) {
  keep({ file: null });
  note("");
  number.ask({ url: facts.urls.take, body: { service: slug, priority: session.priority, nonce: nonce(), language: session.language, answers: session.answers[slug] || {}, ready: session.ticks[slug] || [] } });
}

const results = receiptAsker({
  draw,
  overlay,
  shown(file) {
    keep({ file });
    clock.endIn(HOME_AFTER_FILE_MS);
    go("file");
  },
  take(code, file) {
    keep({ file });
    number.ask({ url: facts.urls.results, body: { code, nonce: nonce(), language: session.language } });
  },
});

const survey = questionnaire({ csrf: facts.csrf, go, draw, leave, ended: () => clock.endIn(HOME_AFTER_MS) });

function drawHelp(screen) {
  all("[data-volume]", screen).forEach((each) => { each.hidden = Number(each.dataset.volume) !== session.volume; });
}

function speechKey() {
  const where = place();
  if (where.name === "number") {
    return "ticket-" + session.ticket.token;
  }
  if (where.name === "survey") {
    return "survey-" + where.slug;
  }
  if (where.name === "file") {
    return "file-" + stateOf(session.file);
  }
  if (where.slug) {
    const answers = session.answers[where.slug] || {};
    return ["service-" + where.slug].concat(Object.keys(answers).map((question) => question + "." + answers[question])).join("~");
  }
  return where.name === "home" && session.searching ? "search" : where.name === "home" && session.priority ? "priority" : where.name;
}

// --- what lies over everything ---

function overlay(name) {
  all("[data-overlay]").forEach((each) => { each.hidden = each.dataset.overlay !== name; });
  one('[data-overlay="away"]').hidden = !isAway || Boolean(name) || place().name === "number";
  one("[data-stage]").setAttribute("aria-hidden", String(Boolean(name)));
  const button = name && one('[data-overlay="' + name + '"] button');
  if (button) {
    button.focus();
  }
}

let isAsking = false;
let wasOn = null;
const clock = idle({
  isResting: () => place().name === "home" && isFresh() && !session.pending,
  counting(seconds) {
    if (seconds === null ? !isAsking : session.pending) {
      return;
    }
    if (seconds === null) {
      isAsking = false;
      overlay(null);
      if (wasOn && wasOn.offsetParent) {
        wasOn.focus();
      }
      return;
    }
    if (!isAsking) {
      isAsking = true;
      wasOn = document.activeElement;
      overlay("idle");
    }
    one("[data-countdown]").textContent = String(seconds);
    one("[data-countdown-words]").textContent = phrase("seconds", { count: seconds });
  },
  ending(seconds) { one("[data-finish]").textContent = phrase("finish", { count: seconds }); },
  leave,
});

function leave() {
  number.giveUp();
  clock.endIn(null);
  leavePaper();
  isAsking = false;
  hush();
  switchScanning.stop();
  note("");
  forget();
  go("");
}

// --- touches and keys ---

const ACTIONS = {
  back() {
    const where = place();
    note("");
    if (where.name === "complaint" && backInComplaint()) {
      draw();
    } else if (where.name === "number" || where.name === "file") {
      leave();
    } else if (where.name === "survey") {
      survey.back(where.slug);
    } else if (where.name === "service" && Object.keys(session.answers[where.slug] || {}).length) {
      keep({ answers: Object.assign({}, session.answers, { [where.slug]: {} }) });
      draw();
    } else if (where.name === "home") {
      keep(session.searching ? { searching: false, find: "", page: 0 } : session.chapter !== null ? { chapter: null, page: 0 } : { priority: false });
      draw();
    } else {
      go(where.name === "standard" ? "service/" + where.slug : "");
    }
  },
  standard() { toggle(root, "side", false); go("standard/" + place().slug); },
  side() { toggle(root, "side", root.dataset.side === undefined); },
  language() { hush(); keep({ language: session.language === "id" ? "en" : "id" }); note(""); draw(); },
  size() { keep({ size: session.size === "large" ? "normal" : "large", page: 0 }); turnNeeds(0); draw(); },
  contrast() { keep({ contrast: session.contrast === "high" ? "normal" : "high" }); draw(); },
  low() { keep({ low: !session.low, page: 0 }); turnNeeds(0); draw(); },
  help() { go(place().name === "help" ? "" : "help"); },
  results() { keep({ code: "" }); go("results"); },
  complaint() { note(""); beginComplaint(); go("complaint"); },
  survey() { survey.begin(); },
  priority() { keep({ priority: !session.priority }); draw(); },
  search() { keep({ searching: !session.searching, find: "", page: 0, chapter: null }); draw(); },
  more() { keep({ page: (session.page + 1) % Number(one("[data-tiles]").dataset.pages) }); draw(); },
  "more-needs"() { turnNeeds(); draw(); },
  take() { take(place().slug); },
  collect() { results.collect(session.code); },
  finish: leave,
  stay() { clock.touch(); },
  speak() { speak(speechKey(), place().name === "number" ? session.ticket.ahead : undefined); },
  scan() { switchScanning.toggle(); },
  "give-up"() { number.giveUp(); draw(); },
  volume() { keep({ volume: { 1: 0.4, 0.4: 0.7, 0.7: 1 }[session.volume] || 1 }); draw(); },
  "print-missing"() { printMissing(place().slug, draw); },
};

let shownAt = -SHOWN_MS;
let tapped = { at: -TWICE_MS, x: 0, y: 0, on: "" };

function isEcho(event) { // by the finger's own time, which a busy page does not put off
  const before = tapped;
  tapped = { at: event.timeStamp, x: event.clientX, y: event.clientY, on: location.hash };
  if (place().name === "number" && tapped.at - shownAt < SHOWN_MS) {
    return true;
  }
  const isNear = Math.abs(tapped.x - before.x) + Math.abs(tapped.y - before.y) < TWICE_PX;
  return event.detail > 0 && isNear && tapped.at - before.at < TWICE_MS && tapped.on !== before.on;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || results.isLooking() || (session.pending && button.dataset.action !== "give-up") || isEcho(event)) {
    return;
  }
  const where = place();
  if (where.name === "complaint" && touchComplaint(button, draw, () => clock.endIn(HOME_AFTER_FILE_MS))) {
    return;
  }
  if (button.dataset.service) {
    note("");
    go("service/" + button.dataset.service);
  } else if (button.dataset.chapter) {
    keep({ chapter: Number(button.dataset.chapter), page: 0 });
    draw();
  } else if (button.dataset.need) {
    tick(where.slug, button.dataset.need);
  } else if (button.dataset.option) {
    answer(where.slug, button.closest("[data-question]").dataset.question, button.dataset.option);
  } else if (button.dataset.key) {
    type(button.dataset.key);
  } else if (where.name === "survey" && survey.touch(button, where.slug)) {
    note("");
  } else if (button.dataset.digit) {
    results.digit(button.dataset.digit);
  } else if (ACTIONS[button.dataset.action]) {
    ACTIONS[button.dataset.action]();
  }
});

const switchScanning = keys({
  scanned(text) {
    if (place().name === "survey") {
      survey.scanned(text);
    } else if (place().name !== "number") {
      keep({ code: "" });
      go("results");
      results.collect(text);
    }
  },
  typed(key) {
    const where = place();
    if (where.name === "home" && session.searching && (/^[a-z]$/i.test(key) || key === "Backspace")) {
      type(key);
    } else if (where.name === "complaint" && (key.length === 1 || key === "Backspace")) {
      typeComplaint(key);
      draw();
    } else if (where.name === "survey") {
      survey.typed(key, where.slug);
    } else if (where.name === "results" && (/^[0-9a-z/]$/i.test(key) || key === "Backspace")) {
      results.digit(key);
    }
  },
});

guard();
stayAwake();
if (facts.language === "en" && isFresh()) {
  keep({ language: "en" });
}
if (session.ticket && place().name === "number") {
  clock.endIn(session.ticket.paper === "failed" ? HOME_AFTER_FAILED_MS : HOME_AFTER_MS);
  watchPaper(paperIs);
}
window.addEventListener("resize", draw);
window.addEventListener("hashchange", draw);
document.fonts.ready.then(draw);
live({
  office: facts.office,
  screen: "kiosk",
  pollUrl: facts.urls.board,
  pollMs: 30000,
  board: facts.board,
  reload: true,
  draw(newest) {
    if (newest.setup !== undefined && newest.setup !== facts.board.setup) {
      location.reload(); // the office changed its services; what the visitor chose stays
      return;
    }
    renew(newest);
    draw();
  },
  lost(isLost) {
    isAway = isLost;
    draw();
  },
});
if (session.pending) {
  number.attempt();
}
