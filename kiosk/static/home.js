// The first screen: a tile for every service, as many as are readable, and the search.

import { all, availability, board, one } from "./page.js";
import { keep, session } from "./session.js";
import { grid, set, toggle } from "./sizes.js";
import { again, phrase, why } from "./words.js";

export function drawHome(screen) {
  const tiles = all("[data-service]", screen);
  tiles.forEach((tile) => {
    const found = availability(tile.dataset.service);
    const waiting = board.waiting[tile.dataset.service] || 0;
    tile.classList.toggle("is-closed", !found.is_open);
    toggle(one("[data-status]", tile), "open", found.is_open);
    one("[data-status]", tile).textContent = found.is_open ? (waiting ? phrase("people", { count: waiting }) : phrase("nobody")) : why(found) + " " + again(found);
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
