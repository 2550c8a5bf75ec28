// The kiosk: which screen stands there, what is on it, what a touch does. No rule of the queue: the board says it.

import { live, pageFacts } from "../shared/live.js";
import { guard } from "./guard.js";
import { idle } from "./idle.js";
import { keys } from "./scan.js";
import { forget, isFresh, keep, nonce, session } from "./session.js";
import { grid, measure, set, toggle } from "./sizes.js";
import { asker } from "./ticket.js";
import { again, phrase, speakIn, time, why } from "./words.js";

const HOME_AFTER_MS = 15000; // UX 7
const HOME_AFTER_FAILED_MS = 45000; // without paper the number must be written down
const SHOWN_MS = 1200; // the taps of a hurried finger that still come end nothing
const TWICE_MS = 400; // a second tap on the same spot was meant for the screen before
const TWICE_PX = 24;
const PAPER_MS = 12000; // a slip that is not out by then will not be waited for
const LONGEST_CODE = 12;

const facts = pageFacts();
const root = document.documentElement;
const one = (selector, within) => (within || document).querySelector(selector);
const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
let board = facts.board;
let needsPage = 0;
let sound = null;
let drawnPlace = null;
let paperTimer = null;
let isAway = false;

// --- where we are ---

function place() {
  const parts = location.hash.replace("#", "").split("/");
  if (parts[0] === "service" && facts.trees[parts[1]]) {
    return { name: "service", slug: parts[1] };
  }
  if (parts[0] === "number" && session.ticket) {
    return { name: "number" };
  }
  return { name: ["help", "results"].indexOf(parts[0]) >= 0 ? parts[0] : "home" };
}

function go(hash) {
  needsPage = 0;
  hush();
  location.replace("#" + hash); // no history: a swipe back leads nowhere
  draw();
}

function screenOf(where) {
  return one('[data-screen="' + where.name + '"]' + (where.slug ? '[data-of="' + where.slug + '"]' : ""));
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
  one('[data-action="back"]').disabled = where.name === "number" || (where.name === "home" && !session.searching && !session.priority);
  all("[data-priority-banner]").forEach((banner) => { banner.hidden = !session.priority; });
  all("[data-screen]").forEach((each) => { each.hidden = each !== screen; });
  one('[data-overlay="away"]').hidden = !isAway || Boolean(session.pending) || where.name === "number";
  one("[data-clock]").textContent = time(board.minute, facts.zone);
  ({ home: drawHome, service: drawService, number: drawNumber, results: drawResults, help: drawHelp })[where.name](screen, where.slug);
  const placed = where.name + (where.slug || "");
  if (drawnPlace !== null && drawnPlace !== placed) {
    const title = one("h1", screen);
    if (title) {
      title.focus({ preventScroll: true });
    }
  }
  drawnPlace = placed;
}

function press(action, isOn) {
  all('[data-action="' + action + '"]').forEach((button) => button.setAttribute("aria-pressed", String(isOn)));
}

// --- home ---

function availability(slug) {
  return board.availability[slug] || { is_open: true, code: "open", reason: "" };
}

function drawHome(screen) {
  const tiles = all("[data-service]", screen);
  tiles.forEach((tile) => {
    const found = availability(tile.dataset.service);
    const waiting = board.waiting[tile.dataset.service] || 0;
    tile.classList.toggle("is-closed", !found.is_open);
    toggle(one("[data-status]", tile), "open", found.is_open);
    one("[data-status]", tile).textContent = found.is_open ? (waiting ? phrase("waiting", { count: waiting }) : phrase("nobody")) : why(found) + " " + again(found, board.minute, facts.zone);
  });
  one("[data-keys]", screen).hidden = !session.searching;
  one("#home-title").hidden = session.searching;
  const typed = one("[data-typed]", screen);
  typed.hidden = !session.searching;
  typed.textContent = session.find + "▏";
  const wanted = tiles.filter((tile) => !session.searching || tile.dataset.find.toUpperCase().indexOf(session.find) >= 0);
  tiles.filter((tile) => wanted.indexOf(tile) < 0).forEach((tile) => { tile.parentElement.hidden = true; });
  drawTiles(one("[data-tiles]", screen), wanted);
}

function drawTiles(list, tiles) {
  const more = one('[data-action="more"]');
  more.hidden = tiles.length <= 6;
  one("[data-more]").textContent = phrase("page", { page: 1, pages: 2 });
  let form = grid(list, tiles);
  if (more.hidden && form[0] * form[1] < tiles.length) {
    more.hidden = false; // it takes its own room, so the tiles are laid out once more
    form = grid(list, tiles);
  }
  const size = form[0] * form[1];
  const pages = Math.max(1, Math.ceil(tiles.length / size));
  if (session.page >= pages) {
    keep({ page: 0 });
  }
  set(list, form);
  tiles.forEach((tile, index) => { tile.parentElement.hidden = Math.floor(index / size) !== session.page; });
  more.hidden = pages < 2;
  one("[data-more]").textContent = phrase("page", { page: session.page + 1, pages });
  list.dataset.pages = String(pages);
}

function type(key) {
  const find = key === "Backspace" ? session.find.slice(0, -1) : (session.find + key.toUpperCase()).slice(0, 20);
  keep({ find, page: 0 });
  draw();
}

// --- a service ---

function node(slug) {
  const answers = session.answers[slug] || {};
  let tree = facts.trees[slug];
  while (tree.ask && tree.then[answers[tree.ask]]) {
    tree = tree.then[answers[tree.ask]];
  }
  return tree;
}

function drawService(screen, slug) {
  const tree = node(slug);
  const ticks = session.ticks[slug] || [];
  const found = availability(slug);
  all("[data-question]", screen).forEach((each) => {
    each.hidden = each.dataset.question !== tree.ask;
    one(".options", each).style.setProperty("--options", String(all("[data-option]", each).length));
  });
  one("[data-bring]", screen).hidden = Boolean(tree.ask);
  one("[data-closed]", screen).hidden = found.is_open;
  one("[data-closed-why]", screen).textContent = found.is_open ? "" : why(found);
  one("[data-closed-again]", screen).textContent = found.is_open ? "" : again(found, board.minute, facts.zone);
  one('[data-action="take"]', screen).hidden = !found.is_open;
  one('[data-action="print-missing"]', screen).hidden = !tree.bring || tree.bring.every((key) => ticks.indexOf(key) >= 0);
  all("[data-need]", screen).forEach((each) => each.setAttribute("aria-pressed", String(ticks.indexOf(each.dataset.need) >= 0)));
  if (tree.bring) {
    drawNeeds(screen, all("[data-need]", screen).filter((each) => tree.bring.indexOf(each.dataset.need) >= 0));
  }
}

function drawNeeds(screen, wanted) {
  const list = one("[data-needs]", screen);
  const more = one('[data-action="more-needs"]', screen);
  const items = all("li", list);
  more.hidden = true;
  items.forEach((item) => { item.hidden = wanted.length > 0 && !wanted.some((each) => each.parentElement === item); });
  const shown = items.filter((item) => !item.hidden);
  if (list.scrollHeight <= list.clientHeight + 1) {
    return;
  }
  more.hidden = false;
  const pages = [[]];
  let room = list.clientHeight;
  shown.forEach((item) => {
    const height = item.getBoundingClientRect().height + parseFloat(getComputedStyle(item).marginBottom);
    if (height > room + parseFloat(getComputedStyle(item).marginBottom) && pages[pages.length - 1].length) {
      pages.push([]);
      room = list.clientHeight;
    }
    pages[pages.length - 1].push(item);
    room -= height;
  });
  needsPage = needsPage % pages.length;
  shown.forEach((item) => { item.hidden = pages[needsPage].indexOf(item) < 0; });
  one("[data-more-needs]", screen).textContent = phrase("page", { page: needsPage + 1, pages: pages.length });
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

function note(text) {
  all("[data-note]").forEach((each) => { each.hidden = !text; each.textContent = text; });
}

// --- the number ---

const number = asker({
  csrf: facts.csrf,
  overlay,
  done(ticket) {
    keep({ ticket: Object.assign({ paper: "printing" }, ticket) });
    all("[data-number]").forEach((each) => { each.textContent = ticket.number; });
    clock.endIn(HOME_AFTER_MS);
    shownAt = performance.now();
    watchPaper(performance.now());
    go("number");
  },
  refused(message) {
    note(message);
    draw();
  },
  stale: () => location.reload(),
});

function take(slug) {
  note("");
  number.ask({ url: facts.urls.take, body: { service: slug, priority: session.priority, nonce: nonce(), language: session.language } });
}

function collect(code) {
  if (code && !session.pending) {
    note("");
    number.ask({ url: facts.urls.results, body: { code, nonce: nonce(), language: session.language } });
  }
}

function drawNumber(screen) {
  const ticket = session.ticket;
  const body = one(".number-body", screen);
  const words = one('[data-service="' + ticket.service + '"] b');
  all("[data-paper]", screen).forEach((each) => { each.hidden = each.dataset.paper !== ticket.paper; });
  one("[data-number]", screen).textContent = ticket.number;
  one("[data-number-service]", screen).textContent = words ? words.textContent : "";
  one("[data-ahead]", screen).textContent = ticket.ahead === 0 ? phrase("ahead_none") : phrase(ticket.ahead === 1 ? "ahead_one" : "ahead", { count: ticket.ahead });
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

function watchPaper(since) {
  clearTimeout(paperTimer);
  const ticket = session.ticket;
  if (!ticket || ticket.paper !== "printing") {
    return;
  }
  fetch(facts.urls.tickets + "/" + ticket.id + "/slip", { headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin" })
    .then((found) => found.json())
    .then((job) => paper(ticket, job.state === "confirmed" ? "printed" : ["failed", "expired", "none"].indexOf(job.state) >= 0 ? "failed" : ""))
    .catch(() => null)
    .then(() => {
      if (performance.now() - since > PAPER_MS) {
        paper(ticket, "failed");
      }
      paperTimer = setTimeout(() => watchPaper(since), 500);
    });
}

function paper(ticket, state) {
  if (state && session.ticket && session.ticket.id === ticket.id && session.ticket.paper === "printing") {
    keep({ ticket: Object.assign({}, session.ticket, { paper: state }) });
    if (state === "failed") {
      clock.endIn(HOME_AFTER_FAILED_MS);
    }
    draw();
  }
}

// --- results and help ---

function drawResults(screen) {
  one("[data-code]", screen).textContent = session.code + "▏";
  one('[data-action="collect"]', screen).disabled = session.code.length === 0;
}

function digit(key) {
  keep({ code: key === "Backspace" ? session.code.slice(0, -1) : (session.code + key).slice(0, LONGEST_CODE) });
  note("");
  draw();
}

function drawHelp(screen) {
  all("[data-volume]", screen).forEach((each) => { each.hidden = Number(each.dataset.volume) !== session.volume; });
}

// --- sound ---

function speechKey() {
  const where = place();
  if (where.name === "number") {
    return "ticket-" + session.ticket.token;
  }
  if (where.name === "service") {
    const answers = session.answers[where.slug] || {};
    return ["service-" + where.slug].concat(Object.keys(answers).map((question) => question + "." + answers[question])).join("~");
  }
  return where.name === "home" && session.searching ? "search" : where.name === "home" && session.priority ? "priority" : where.name;
}

function speak() {
  if (sound) {
    hush();
    return;
  }
  const ahead = place().name === "number" ? "&ahead=" + session.ticket.ahead : "";
  sound = new Audio(facts.urls.speech.replace("KEY", encodeURIComponent(speechKey())) + "?lang=" + session.language + ahead);
  sound.volume = session.volume;
  sound.onended = hush;
  sound.onerror = hush;
  press("speak", true);
  const started = sound.play();
  if (started) {
    started.catch(hush);
  }
}

function hush() {
  if (sound) {
    sound.onended = sound.onerror = null;
    sound.pause();
  }
  sound = null;
  press("speak", false);
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
  clearTimeout(paperTimer);
  isAsking = false;
  hush();
  walker.stop();
  note("");
  forget();
  go("");
}

// --- touches and keys ---

const ACTIONS = {
  back() {
    const where = place();
    note("");
    if (where.name === "number") {
      leave();
    } else if (where.name === "service" && Object.keys(session.answers[where.slug] || {}).length) {
      keep({ answers: Object.assign({}, session.answers, { [where.slug]: {} }) });
      draw();
    } else if (where.name === "home") {
      keep(session.searching ? { searching: false, find: "", page: 0 } : { priority: false });
      draw();
    } else {
      go("");
    }
  },
  language() { hush(); keep({ language: session.language === "id" ? "en" : "id" }); note(""); draw(); },
  size() { keep({ size: session.size === "large" ? "normal" : "large", page: 0 }); needsPage = 0; draw(); },
  contrast() { keep({ contrast: session.contrast === "high" ? "normal" : "high" }); draw(); },
  low() { keep({ low: !session.low, page: 0 }); needsPage = 0; draw(); },
  help() { go(place().name === "help" ? "" : "help"); },
  results() { keep({ code: "" }); go("results"); },
  priority() { keep({ priority: !session.priority }); draw(); },
  search() { keep({ searching: !session.searching, find: "", page: 0 }); draw(); },
  more() { keep({ page: (session.page + 1) % Number(one("[data-tiles]").dataset.pages) }); draw(); },
  "more-needs"() { needsPage += 1; draw(); },
  take() { take(place().slug); },
  collect() { collect(session.code); },
  finish: leave,
  stay() { clock.touch(); },
  speak,
  scan() { walker.toggle(); },
  "give-up"() { number.giveUp(); draw(); },
  volume() { keep({ volume: { 1: 0.4, 0.4: 0.7, 0.7: 1 }[session.volume] || 1 }); draw(); },
  "print-missing"() {
    const slug = place().slug;
    const body = { service: slug, answers: session.answers[slug] || {}, ready: session.ticks[slug] || [], language: session.language };
    one('[data-of="' + slug + '"] [data-action="print-missing"]').hidden = true; // one slip for ten taps
    fetch(facts.urls.missing, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": facts.csrf }, credentials: "same-origin", body: JSON.stringify(body) })
      .then((found) => found.json().then((job) => note(phrase(found.ok && job.job ? "list_printing" : "list_failed"))))
      .catch(() => note(phrase("list_failed")))
      .then(() => setTimeout(draw, 3000));
  },
};

let shownAt = -SHOWN_MS;
let tapped = { at: -TWICE_MS, x: 0, y: 0, on: "" };

function isEcho(event) {
  const before = tapped;
  tapped = { at: performance.now(), x: event.clientX, y: event.clientY, on: location.hash };
  if (place().name === "number" && tapped.at - shownAt < SHOWN_MS) {
    return true;
  }
  const isNear = Math.abs(tapped.x - before.x) + Math.abs(tapped.y - before.y) < TWICE_PX;
  return event.detail > 0 && isNear && tapped.at - before.at < TWICE_MS && tapped.on !== before.on;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || (session.pending && button.dataset.action !== "give-up") || isEcho(event)) {
    return;
  }
  const where = place();
  if (button.dataset.service) {
    note("");
    go("service/" + button.dataset.service);
  } else if (button.dataset.need) {
    tick(where.slug, button.dataset.need);
  } else if (button.dataset.option) {
    answer(where.slug, button.closest("[data-question]").dataset.question, button.dataset.option);
  } else if (button.dataset.key) {
    type(button.dataset.key);
  } else if (button.dataset.digit) {
    digit(button.dataset.digit);
  } else if (ACTIONS[button.dataset.action]) {
    ACTIONS[button.dataset.action]();
  }
});

const walker = keys({
  scanned(text) {
    if (place().name !== "number") {
      keep({ code: "" });
      go("results");
      collect(text);
    }
  },
  typed(key) {
    const where = place();
    if (where.name === "home" && session.searching && (/^[a-z]$/i.test(key) || key === "Backspace")) {
      type(key);
    } else if (where.name === "results" && (/^[0-9/]$/.test(key) || key === "Backspace")) {
      digit(key);
    }
  },
});

guard();
if (facts.language === "en" && isFresh()) {
  keep({ language: "en" });
}
if (session.ticket && place().name === "number") {
  clock.endIn(session.ticket.paper === "failed" ? HOME_AFTER_FAILED_MS : HOME_AFTER_MS);
  watchPaper(performance.now());
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
    board = newest;
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
