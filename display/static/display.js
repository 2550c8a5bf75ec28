// The television: draws the newest board, marks new calls, tells the time of the office, and hands calls to the voice.

import { stayAwake } from "../shared/awake.js";
import { fitBox, fitLine, fitName, fitOnce, forgetFits } from "../shared/fit.js";
import { live, pageFacts } from "../shared/live.js";
import { announcer } from "./announce.js";
import { band } from "./band.js";
import { player } from "./media.js";

const NEW_MS = 12000; // how long a new call is marked
const OLD_CALL_MS = 10 * 60000; // after so long without anybody waiting, a closed office shows its hours instead
const ROWS_MS = 8000; // each page of the services that people wait for
const IDENTIFY_MS = 20000;
// The smallest letters, in hundredths of the height: 75 mm of capitals on 43 inches, and what is still read.
const NUMBER = 20;
const SMALL = 4;
const ABOUT_ROW = 9.2; // a service with the space below it, while few have been called

const facts = pageFacts();
const locale = facts.language === "en" ? "en-GB" : "id-ID";
const find = (mark) => document.querySelector("[data-" + mark + "]");
const isMine = (call) => !facts.counters || facts.counters.indexOf(call.counter) >= 0;
let offset = 0; // the server's clock less ours, so that a television with a wrong clock shows the right one
let newest = facts.board.calls.filter(isMine).reduce((id, call) => Math.max(id, call.id), 0);
let newTimer = 0;
let shown = facts.board;
let closedText = "";
let drawnCalls = "";
let isLost = false;
let rowPage = 0;

const unit = () => parseFloat(getComputedStyle(find("ruler")).width) / 100; // pixels of one hundredth
const readable = () => parseFloat(getComputedStyle(find("ruler")).height); // 26 mm
const now = () => Date.now() + offset;
const media = player({ place: find("media"), url: facts.media, mode: changeMode });
const notices = band();
const foot = band();
const voice = announcer({ facts, now, isMine, unlock: find("unlock"), quiet: (isQuiet) => media.quiet(isQuiet) });

function draw(board, isOtherEpoch) {
  newest = isOtherEpoch ? 0 : newest;
  offset = Date.parse(board.at) - Date.now();
  shown = board;
  const calls = isOver(board) ? [] : board.calls.filter(isMine);
  drawNotices(board.closed && calls.length ? board.closed[facts.language] : "");
  drawWaiting(board);
  const picture = JSON.stringify([calls, board.closed, find("notices").hidden]);
  if (isOtherEpoch || picture !== drawnCalls) { // every number that is taken makes a board; fitting names takes time
    drawnCalls = picture;
    drawCurrent(calls[0]);
    drawPast(calls.slice(1));
  }
  voice.hear(board);
}

// Closed, nobody waits any more, and the last call is long past: nobody shall walk to a counter for it.
function isOver(board) {
  const call = board.calls.filter(isMine)[0];
  return Boolean(board.closed) && !board.waiting_total && (!call || now() - Date.parse(call.at) > OLD_CALL_MS);
}

function redraw() {
  drawnCalls = "";
  forgetFits();
  fitHead();
  measureRows();
  draw(shown, false);
  notices.redraw();
  foot.redraw();
}

function changeMode(name) {
  if (document.body.dataset.mode !== name) {
    document.body.dataset.mode = name;
    redraw();
  }
}

function drawCurrent(call) {
  const isShut = !call && Boolean(shown.closed);
  find("nobody").hidden = Boolean(call) || isShut;
  document.body.toggleAttribute("data-empty", !call);
  find("queue").hidden = isShut && !shown.waiting_total;
  find("shut").hidden = !isShut;
  if (isShut) {
    find("shut").textContent = shown.closed[facts.language];
    fitBox(find("shut"), SMALL * unit());
  }
  find("label").hidden = !call;
  const number = find("call-number");
  number.hidden = !call;
  number.textContent = call ? call.number : "";
  const counter = find("call-counter");
  counter.parentNode.hidden = !call;
  if (call) {
    fitOnce(number, room(shape(call)), () => fitLine(number, NUMBER * unit()));
    number.textContent = call.number;
    nameCounter(counter, call, "current");
  } else {
    counter.textContent = "";
  }
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
    return row;
  });
  const list = find("past-list");
  list.textContent = "";
  rows.forEach((row) => list.appendChild(row));
  find("past").hidden = !rows.length;
  find("past").dataset.few = rows.length < 3 ? rows.length : "";
  drawAbout();
  calls.forEach((call, place) => {
    nameCounter(rows[place].querySelector("[data-counter]"), call, "past " + shape(call));
  });
}

// While few have been called there is room for what the office is there for: its hours, then its services in turn.
function drawAbout() {
  const about = find("about");
  const rows = find("past-list").children.length;
  const items = Array.from(about.querySelectorAll("li"));
  const hours = rows ? null : find("hours");
  const isShut = !find("shut").hidden;
  about.hidden = rows > 2;
  if (about.hidden) {
    return;
  }
  about.dataset.few = rows;
  setOpen(false);
  const most = rowsOf(about, items.length);
  const pages = Math.ceil(items.length / most);
  const page = hours ? (rowPage % (pages + 1)) - 1 : rowPage % pages;
  setOpen(Boolean(hours) && (isShut || page < 0));
  items.forEach((item, place) => {
    item.hidden = place < page * most || place >= (page + 1) * most;
    if (!item.hidden) {
      const name = item.querySelector("span");
      fitOnce(name, room("about " + rows + item.textContent), () => {
        if (!fitLine(name, readable())) {
          fitBox(name, SMALL * unit());
        }
      });
    }
  });
}

function setOpen(isOpen) {
  const hours = find("hours");
  find("services").hidden = isOpen;
  if (hours) {
    hours.hidden = !isOpen;
    if (isOpen) {
      fitBox(hours.querySelector("dl"), SMALL * unit());
    }
  } else if (find("about").dataset.few !== "0") {
    find("services").hidden = false;
  }
}

// How many services there is room for.
function rowsOf(about, most) {
  const over = about.querySelector("ul").getBoundingClientRect().top - about.getBoundingClientRect().top;
  return Math.min(most, Math.max(1, Math.floor((about.clientHeight - over) / unit() / ABOUT_ROW)));
}

// What the letters of a call depend on, besides the size of the screen.
const room = (words) => [document.body.dataset.mode, document.body.hasAttribute("data-noticed"), words].join(" ");

// All digits are equally wide.
const shape = (call) => call.number.replace(/\d/g, "0");

function nameCounter(place, call, where) {
  const fit = () => fitName(place, call.counter_name, facts.short[call.counter], readable());
  fitOnce(place, room(where + " " + call.counter + " " + call.counter_name), fit);
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
  const busy = rows.filter((found) => found.people);
  list.toggleAttribute("data-is-bare", !busy.some((found) => found.isKnown));
  const pages = pagesOf(busy.map((found) => found.row), getComputedStyle(list).getPropertyValue("--rows") * 1);
  const page = pages[rowPage % pages.length];
  rows.forEach((found, place) => {
    found.row.hidden = page.indexOf(found.row) < 0;
    found.row.style.order = place;
    fitService(found.row);
  });
  const total = rows.reduce((sum, found) => sum + found.people, 0);
  find("waiting").textContent = total;
  find("none").hidden = total > 0;
  list.hidden = total === 0;
}

// A name that needs two lines takes the room of two rows.
function pagesOf(rows, room) {
  const pages = [[]];
  let free = room;
  rows.forEach((row) => {
    const need = Math.min(room, row.hasAttribute("data-tall") ? 2 : 1);
    if (need > free) {
      pages.push([]);
      free = room;
    }
    pages[pages.length - 1].push(row);
    free -= need;
  });
  return pages;
}

function measureRows() {
  const list = find("rows");
  list.hidden = false;
  Array.from(list.children).forEach((row) => {
    row.hidden = false;
    row.dataset.fitted = "";
    row.toggleAttribute("data-tall", !fitLine(row.querySelector(".name"), readable()));
  });
}

// A service's name whole: on one line, else on as many as its row is high. Anew only when its room is another.
function fitService(row) {
  const room = [document.body.dataset.mode, window.innerWidth, window.innerHeight].concat(row.textContent).join(" ");
  if (row.hidden || row.dataset.fitted === room) {
    return;
  }
  row.dataset.fitted = room;
  const name = row.querySelector(".name");
  if (!fitLine(name, readable())) {
    fitBox(name, (SMALL / 2) * unit());
  }
}

function range(list, ranges) {
  const low = Math.min.apply(null, ranges.map((each) => each[0]));
  const high = Math.max.apply(null, ranges.map((each) => each[1]));
  return list.dataset.minutes.replace("{from}", low).replace("{to}", high);
}

// Why it is closed stands there while calls go on.
function drawNotices(whyClosed) {
  closedText = whyClosed;
  const outage = find("outage");
  const says = outage.querySelector("[data-says]").dataset.says;
  const outages = shown.outages.map((system) => ({ place: outage, text: says.replace("{system}", system.toUpperCase()) }));
  const closed = whyClosed.split(/\.\s+/).filter(Boolean).map((text) => ({ place: find("closed"), text }));
  const told = (isLost ? [{ place: find("lost") }] : []).concat(outages, closed);
  find("notices").hidden = !told.length;
  document.body.toggleAttribute("data-noticed", Boolean(told.length));
  notices.tell(told);
}

function turnRows() {
  rowPage += 1;
  drawWaiting(shown);
  drawAbout();
}

function inZone(moment, options) {
  return new Intl.DateTimeFormat(locale, Object.assign({ timeZone: facts.zone }, options)).format(new Date(moment));
}

function clock(moment) {
  return inZone(moment, { hour: "2-digit", minute: "2-digit", hour12: false }).replace(":", ".");
}

function tick() {
  find("clock").textContent = clock(now());
  find("date").textContent = inZone(now(), { weekday: "long", day: "numeric", month: "short" });
}

// The office's name on one line; where it needs the room of the day, it has it.
function fitHead() {
  const day = find("date");
  day.hidden = false;
  day.hidden = !fitLine(find("office"), readable());
  if (day.hidden && !fitLine(find("office"), readable())) {
    fitBox(find("office"), SMALL * unit());
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

function lost(isLostNow, heardAt) {
  isLost = isLostNow;
  find("lost-at").textContent = clock(heardAt + offset);
  drawNotices(closedText);
}

stayAwake();
setInterval(tick, 1000);
setInterval(turnRows, ROWS_MS);
window.addEventListener("resize", redraw);
document.fonts.ready.then(redraw);
live({ office: facts.office, screen: "display", board: facts.board, pollUrl: facts.poll, pollMs: 2000, timeoutMs: 2000, draw, lost, told, reload: true, reloadSetup: true, isBusy: voice.isBusy });
tick();
foot.tell(Array.from(find("foot").children).map((place) => ({ place })));
