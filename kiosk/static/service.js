// A service: its questions, what to bring, and why it is closed when it is.

import { all, availability, facts, one, outOf, root } from "./page.js";
import { session } from "./session.js";
import { toggle } from "./sizes.js";
import { again, phrase, why } from "./words.js";

const ROOMY_MM = 33; // of height for each line: then pictures and letters are larger

let needsPage = 0;

export function turnNeeds(page) {
  needsPage = page === undefined ? needsPage + 1 : page;
}

function node(slug) {
  const answers = session.answers[slug] || {};
  let tree = facts.trees[slug];
  while (tree.ask && tree.then[answers[tree.ask]]) {
    tree = tree.then[answers[tree.ask]];
  }
  return tree;
}

export function drawService(screen, slug) {
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
  one("[data-closed-again]", screen).textContent = found.is_open ? "" : again(found);
  const out = found.is_open ? outOf(slug) : "";
  one("[data-outage]", screen).hidden = !out;
  one("[data-outage] span", screen).textContent = phrase("outage", { system: out });
  all('[data-action="take"]', screen).forEach((button) => {
    button.hidden = !found.is_open;
    button.classList.toggle("quiet", Boolean(tree.ask)); // the question comes first; who skips it may
  });
  one('[data-action="print-missing"]', screen).hidden = !tree.bring || tree.bring.every((key) => ticks.indexOf(key) >= 0);
  all("[data-need]", screen).forEach((each) => each.setAttribute("aria-pressed", String(ticks.indexOf(each.dataset.need) >= 0)));
  placeNotices(screen, Boolean(tree.bring));
  if (tree.bring) {
    drawNeeds(screen, all("[data-need]", screen).filter((each) => tree.bring.indexOf(each.dataset.need) >= 0));
  }
}

// On a low screen why it is closed, and the way online, are the first lines of the list, whose pages can be turned.
function placeNotices(screen, hasList) {
  const notices = one("[data-tell]", screen);
  const line = one("[data-told]", screen);
  const isIn = hasList && ("dense" in root.dataset || "narrow" in root.dataset || ("compact" in root.dataset && root.dataset.shape === "flat"));
  if (isIn) {
    line.appendChild(notices);
  } else {
    one("[data-bring]", screen).insertAdjacentElement("afterend", notices);
  }
  line.hidden = !isIn || all("p", notices).every((each) => each.hidden);
}

function drawNeeds(screen, wanted) {
  const list = one("[data-needs]", screen);
  const more = one('[data-action="more-needs"]', screen);
  const items = all("li", list);
  more.hidden = true;
  const isOther = (item) => one("[data-need]", item) && !wanted.some((each) => each.parentElement === item);
  items.filter((item) => !("told" in item.dataset)).forEach((item) => { item.hidden = wanted.length > 0 && Boolean(isOther(item)); });
  const shown = items.filter((item) => !item.hidden);
  toggle(list, "roomy", false);
  if (list.scrollHeight <= list.clientHeight + 1) {
    const unit = parseFloat(getComputedStyle(root).getPropertyValue("--u"));
    toggle(list, "roomy", list.clientHeight / unit / shown.length > ROOMY_MM);
    toggle(list, "roomy", list.dataset.roomy === "" && list.scrollHeight <= list.clientHeight + 1);
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

// The drawn procedure, in as many columns as suit the screen, and the code of the whole standard: asked for once seen.
export function drawStandard(screen) {
  const columns = root.dataset.shape === "flat" ? 2 : 1;
  all("[data-picture]", screen).forEach((each) => {
    const address = each.dataset.picture + "?columns=" + columns + "&lang=" + session.language;
    if (each.getAttribute("src") !== address) {
      each.src = address;
    }
  });
}
