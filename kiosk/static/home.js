// The first screen: a tile for every service, as many as are readable; chapters when there are many; and the search.

import { fitBox } from "../shared/fit.js";
import { chapters } from "./chapters.js";
import { all, availability, board, one, outOf, root } from "./page.js";
import { keep, session } from "./session.js";
import { frame, grid, set, toggle, unit } from "./sizes.js";
import { again, phrase, why } from "./words.js";

const MOST_ON_PAGE = 8; // the services that an office usually has
const MOST_IN_CHAPTER = 12; // so many, when else a service would be more than three touches away
const ENOUGH_PAGES = 2;
const FEW = 3; // services that are drawn as large as their room
const LEAST_MM = 7.2; // letters with capitals of 4.8 mm

export function drawHome(screen) {
  const tiles = all("[data-service]", screen);
  tiles.forEach(drawStatus);
  drawClosed(screen, tiles);
  one("[data-keys]", screen).hidden = !session.searching;
  const typed = one("[data-typed]", screen);
  typed.hidden = !session.searching;
  typed.textContent = session.find + "▏";
  const wanted = tiles.filter((tile) => !session.searching || tile.dataset.find.toUpperCase().indexOf(session.find) >= 0);
  const list = one("[data-tiles]", screen);
  toggle(root, "few", tiles.length <= FEW && !session.searching && !("shut" in root.dataset));
  const found = session.searching ? null : chaptersOf(list, tiles);
  const chapter = found && found[session.chapter];
  toggle(root, "many", Boolean(found));
  toggle(root, "chapter", Boolean(chapter));
  const isShut = "shut" in root.dataset;
  one("#home-title").hidden = session.searching || isShut || Boolean(chapter);
  one("[data-shut-title]").hidden = session.searching || !isShut || Boolean(chapter);
  one("[data-chapter-title]").hidden = !chapter;
  one("[data-chapter-title]").textContent = chapter ? chapter.title : "";
  drawChapters(one("[data-chapters]", screen), found && !chapter ? found : []);
  list.hidden = Boolean(found && !chapter);
  if (list.hidden) {
    one('[data-action="more"]').hidden = true;
    return;
  }
  const shown = chapter ? chapter.services.map((each) => each.tile) : wanted;
  tiles.filter((tile) => shown.indexOf(tile) < 0).forEach((tile) => { tile.parentElement.hidden = true; });
  drawTiles(list, shown, chapter ? MOST_IN_CHAPTER : MOST_ON_PAGE);
}

function drawStatus(tile) {
  const found = availability(tile.dataset.service);
  const waiting = board.waiting[tile.dataset.service] || 0;
  const out = found.is_open ? outOf(tile.dataset.service) : "";
  tile.classList.toggle("is-closed", !found.is_open);
  tile.classList.toggle("is-out", Boolean(out));
  toggle(one("[data-status]", tile), "open", found.is_open);
  one("[data-status]", tile).textContent = out ? phrase("dense" in root.dataset ? "out_short" : "out", { system: out }) : found.is_open ? (waiting ? phrase("people", { count: waiting }) : "") : why(found) + " " + again(found);
}

// Nothing is open: why, and when again, is said once and large, and nothing promises a number; what to bring can still
// be read. Where services have reasons of their own, these stay on the tiles.
function drawClosed(screen, tiles) {
  const found = tiles.map((tile) => availability(tile.dataset.service));
  const isShut = tiles.length > 0 && found.every((each) => !each.is_open);
  const says = (each) => why(each) + " " + again(each);
  const isOne = isShut && found.every((each) => says(each) === says(found[0]));
  const opens = (each) => each.opens_again_at || each.opens_again_on || "9999";
  const first = found.reduce((one, other) => (opens(other) < opens(one) ? other : one), found[0]);
  one("[data-all-closed]", screen).hidden = !isShut || session.searching;
  one('[data-action="priority"]', screen).hidden = isShut;
  one("[data-shut-why]", screen).textContent = isOne ? why(first) : phrase("shut");
  one("[data-shut-again]", screen).textContent = isShut ? again(first) : "";
  toggle(root, "shut", isShut);
  if (isShut && !session.searching) {
    fitBox(one("[data-shut-words]", screen), LEAST_MM * unit());
  }
  toggle(root, "alike", isOne); // on the tiles it is then for screen readers alone
}

let known = { key: "", found: null };

// The chapters, worked out anew when the screen, the letters or the language are others; null while pages do.
function chaptersOf(list, tiles) {
  const key = [window.innerWidth, window.innerHeight, session.size, session.language, session.low, tiles.length].join();
  if (known.key !== key) {
    known = { key, found: worked(list, tiles) };
  }
  return known.found;
}

function worked(list, tiles) {
  list.hidden = false;
  toggle(root, "chapter", false);
  toggle(root, "many", false);
  one("[data-chapters]").hidden = true;
  const usual = cells(grid(list, tiles, MOST_ON_PAGE));
  if (tiles.length <= Math.max(MOST_IN_CHAPTER, usual * ENOUGH_PAGES)) {
    return null;
  }
  toggle(root, "many", true);
  const most = frame(list, 0, MOST_IN_CHAPTER).room;
  toggle(root, "chapter", true);
  const room = cells(grid(list, tiles, MOST_IN_CHAPTER));
  const services = tiles.map((tile) => ({ tile, name: one("b", tile).textContent.trim(), group: tile.dataset["group" + (session.language === "en" ? "En" : "")] }));
  return chapters(services, room, most, phrase("other"));
}

const cells = (form) => form[0] * form[1];

function drawChapters(list, found) {
  list.hidden = !found.length;
  while (list.children.length > found.length) {
    list.lastElementChild.remove();
  }
  while (list.children.length < found.length) {
    list.appendChild(document.importNode(one("[data-chapter-tile]").content, true));
  }
  found.forEach((chapter, place) => {
    const tile = one("button", list.children[place]);
    tile.dataset.chapter = String(place);
    one("b", tile).textContent = chapter.title;
    one("small", tile).textContent = chapter.services.map((each) => each.name).join(", ");
  });
  if (found.length) {
    set(list, frame(list, found.length, MOST_IN_CHAPTER).form);
    list.dataset.pages = "1";
  }
}

function drawTiles(list, tiles, most) {
  const more = one('[data-action="more"]');
  more.hidden = tiles.length <= most;
  one("[data-more]").textContent = phrase("page", { page: 1, pages: 2 });
  let form = grid(list, tiles, most);
  if (more.hidden && cells(form) < tiles.length) {
    more.hidden = false; // it takes its own room, so the tiles are laid out once more
    form = grid(list, tiles, most);
  }
  const size = cells(form);
  const pages = Math.max(1, Math.ceil(tiles.length / size));
  if (session.page >= pages) {
    keep({ page: 0 });
  }
  set(list, form);
  tiles.forEach((tile, index) => {
    tile.parentElement.hidden = Math.floor(index / size) !== session.page;
    list.appendChild(tile.parentElement); // in the order of their chapter
  });
  more.hidden = pages < 2;
  one("[data-more]").textContent = phrase("page", { page: session.page + 1, pages });
  list.dataset.pages = String(pages);
}
