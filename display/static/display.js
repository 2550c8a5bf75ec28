// The television: draws the newest board, marks new calls, tells the time of the office, and hands calls to the voice.

import { stayAwake } from "../shared/awake.js";
import { live, pageFacts } from "../shared/live.js";
import { announcer } from "./announce.js";
import { player } from "./media.js";

const NEW_MS = 12000; // how long a new call is marked
const LONG_NAME = 9; // letters of a counter's name that fit beside a number
const IDENTIFY_MS = 20000;

const facts = pageFacts();
const locale = facts.language === "en" ? "en-GB" : "id-ID";
const find = (mark) => document.querySelector("[data-" + mark + "]");
const isMine = (call) => !facts.counters || facts.counters.indexOf(call.counter) >= 0;
let offset = 0; // the server's clock less ours, so that a television with a wrong clock shows the right one
let newest = facts.board.calls.filter(isMine).reduce((id, call) => Math.max(id, call.id), 0);
let newTimer = 0;

const now = () => Date.now() + offset;
const media = player({ place: find("media"), url: facts.media, mode: (name) => { document.body.dataset.mode = name; } });
const voice = announcer({ facts, now, isMine, unlock: find("unlock"), quiet: (isQuiet) => media.quiet(isQuiet) });

function draw(board, isOtherEpoch) {
  newest = isOtherEpoch ? 0 : newest;
  offset = Date.parse(board.at) - Date.now();
  const calls = board.calls.filter(isMine);
  drawCurrent(calls[0]);
  drawPast(calls.slice(1));
  drawWaiting(board);
  drawClosed(board.closed);
  find("outage").hidden = board.outages.indexOf("oss") < 0;
  voice.hear(board);
}

function drawCurrent(call) {
  find("nobody").hidden = Boolean(call);
  find("label").hidden = !call;
  find("call-number").textContent = call ? call.number : "";
  const counter = find("call-counter");
  counter.textContent = call ? call.counter_name : "";
  counter.parentNode.hidden = !call;
  counter.parentNode.toggleAttribute("data-long", Boolean(call) && call.counter_name.length > 2 * LONG_NAME);
  if (call && call.id > newest) {
    newest = call.id;
    mark(now() - Date.parse(call.at) < facts.fresh_s * 1000);
  }
}

function mark(isNew) {
  clearTimeout(newTimer);
  const current = find("current");
  current.removeAttribute("data-is-new");
  find("new").hidden = !isNew;
  media.yield(isNew);
  if (isNew) {
    void current.offsetWidth; // the pulse begins again for the next call
    current.setAttribute("data-is-new", "");
    newTimer = setTimeout(() => mark(false), NEW_MS);
  }
}

function drawPast(calls) {
  const rows = calls.map((call) => {
    const row = document.importNode(document.getElementById("past-row").content, true).firstElementChild;
    row.querySelector("[data-number]").textContent = call.number;
    row.querySelector("[data-counter]").textContent = call.counter_name;
    row.toggleAttribute("data-long", call.counter_name.length > LONG_NAME);
    return row;
  });
  const list = find("past-list");
  list.textContent = "";
  rows.forEach((row) => list.appendChild(row));
}

function drawWaiting(board) {
  const list = find("rows");
  const rows = Array.from(list.children).map((row) => {
    const slugs = row.dataset.slugs.split(" ");
    const people = slugs.reduce((sum, slug) => sum + (board.waiting[slug] || 0), 0);
    const ranges = slugs.map((slug) => board.waits[slug]).filter(Boolean);
    row.querySelector("[data-people]").textContent = people;
    row.querySelector("[data-range]").textContent = ranges.length ? range(list, ranges) : "";
    return { row, people, isKnown: ranges.length > 0 };
  });
  rows.sort((a, b) => b.people - a.people);
  rows.forEach((found, place) => {
    found.row.hidden = !found.people || place >= Number(list.dataset.most);
    found.row.style.order = place;
  });
  const total = rows.reduce((sum, found) => sum + found.people, 0);
  list.toggleAttribute("data-is-bare", !rows.some((found) => found.people && found.isKnown));
  find("waiting").textContent = total;
  find("none").hidden = total > 0;
  list.hidden = total === 0;
}

function range(list, ranges) {
  const low = Math.min.apply(null, ranges.map((each) => each[0]));
  const high = Math.max.apply(null, ranges.map((each) => each[1]));
  return list.dataset.minutes.replace("{from}", low).replace("{to}", high);
}

function drawClosed(words) {
  find("closed").hidden = !words;
  find("closed-text").textContent = words ? words[facts.language] : "";
}

function inZone(moment, options) {
  return new Intl.DateTimeFormat(locale, Object.assign({ timeZone: facts.zone }, options)).format(new Date(moment));
}

function clock(moment) {
  return inZone(moment, { hour: "2-digit", minute: "2-digit", hour12: false }).replace(":", ".");
}

function tick() {
  find("clock").textContent = clock(now());
  find("date").textContent = inZone(now(), { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

function run() {
  const text = find("running-text");
  const isLong = text.scrollWidth > text.parentNode.clientWidth;
  text.toggleAttribute("data-runs", isLong);
  if (isLong) {
    text.style.animationDuration = Math.max(15, text.textContent.length / 6) + "s";
  }
}

function told(order) {
  if (order.do === "reload") {
    location.reload();
  } else if (order.do === "test") {
    voice.test();
  } else if (order.do === "identify") {
    const sign = find("identify");
    sign.textContent = order.name;
    sign.hidden = false;
    setTimeout(() => { sign.hidden = true; }, IDENTIFY_MS);
  }
}

function lost(isLost, heardAt) {
  find("lost").hidden = !isLost;
  find("lost-at").textContent = clock(heardAt + offset);
}

stayAwake();
setInterval(tick, 1000);
window.addEventListener("resize", run);
live({ office: facts.office, screen: "display", board: facts.board, pollUrl: facts.poll, pollMs: 2000, timeoutMs: 2000, draw, lost, told, reload: true, reloadSetup: true, isBusy: voice.isBusy });
tick();
run();
