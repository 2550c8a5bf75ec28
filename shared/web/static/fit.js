// Letters as large as their box allows; the style sheet says how large at most. Syntax of 2018, for the television.

const STEPS = 24;

const known = new Map();

// Does `fit` once for what stands in `key` (the words and their room) and remembers how it came out: measuring makes
// the engine lay out the whole page, which an old television feels.
export function fitOnce(place, key, fit) {
  const found = known.get(key);
  if (found) {
    place.textContent = found.text;
    place.style.fontSize = found.size;
    place.style.whiteSpace = found.space;
    return;
  }
  fit();
  known.set(key, { text: place.textContent, size: place.style.fontSize, space: place.style.whiteSpace });
}

// The room is another: everything is measured anew.
export function forgetFits() {
  known.clear();
}

// Makes the letters of `place` as large as fits on one line of its box, down to `least` pixels; whether they fit.
export function fitLine(place, least) {
  place.style.whiteSpace = "nowrap";
  const most = full(place);
  const wide = textWidth(place);
  if (wide <= place.clientWidth + 1) {
    return true;
  }
  place.style.fontSize = Math.max(least, (most * (place.clientWidth - 1)) / wide) + "px";
  return textWidth(place) <= place.clientWidth + 1;
}

// The same on as many lines as what it stands in is high.
export function fitBox(place, least) {
  place.style.whiteSpace = "normal";
  const most = full(place);
  for (let step = 0; step <= STEPS; step += 1) {
    place.style.fontSize = most - ((most - least) * step) / STEPS + "px";
    if (place.offsetHeight <= place.parentNode.clientHeight && place.scrollWidth <= place.clientWidth + 1) {
      return true;
    }
  }
  return false;
}

// A counter's name: whole on one line, or its short name, or whole on several lines.
export function fitName(place, name, short, least) {
  place.textContent = name;
  if (fitLine(place, least)) {
    return;
  }
  place.textContent = short || name;
  if (!short || !fitLine(place, least)) {
    place.textContent = name;
    fitBox(place, least / 3);
  }
}

function full(place) {
  place.style.fontSize = "";
  return parseFloat(getComputedStyle(place).fontSize);
}

function textWidth(place) {
  const range = document.createRange();
  range.selectNodeContents(place);
  return range.getBoundingClientRect().width;
}
