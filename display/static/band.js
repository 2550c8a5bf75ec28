// Sentences that take turns in one band of the screen. One that is longer than the band moves through it.

const STANDS_MS = 7000; // each sentence that is seen whole
const LEAST_MS = 9000; // a longer one; it halts at its beginning and end for a tenth of its time each
const PASSES_PER_S = 2.9; // how much of it passes in a second, in heights of its letters

export function band() {
  let told = [];
  let key = "";
  let at = 0;
  let timer = 0;

  function show() {
    clearTimeout(timer);
    const one = told[at % Math.max(1, told.length)];
    told.forEach((each) => { each.place.hidden = each.place !== one.place; });
    if (one) {
      timer = setTimeout(next, draw(one));
    }
  }

  function next() {
    at += 1;
    show();
  }

  // How long it shall stand, in milliseconds.
  function draw(one) {
    const frame = one.place.querySelector("[data-fit]");
    const words = frame.firstElementChild;
    if (one.text) {
      one.place.querySelector("[data-says]").textContent = one.text;
    }
    frame.removeAttribute("data-runs");
    words.removeAttribute("style");
    const wide = words.getBoundingClientRect().width;
    const far = wide - frame.clientWidth;
    if (far <= 1) {
      return STANDS_MS;
    }
    const letters = parseFloat(getComputedStyle(words).fontSize);
    const ms = Math.max(LEAST_MS, (1250 * far) / (PASSES_PER_S * letters));
    words.style.setProperty("--far", -far + "px");
    words.style.animationDuration = ms + "ms";
    frame.setAttribute("data-runs", "");
    return ms;
  }

  return {
    // `sentences`: {place, text?}; what stands stays while they are the same.
    tell(sentences) {
      const now = sentences.map((each) => each.text || each.place.textContent).join("\n");
      if (now !== key) {
        key = now;
        told.forEach((each) => { each.place.hidden = true; });
        told = sentences;
        at = 0;
        show();
      }
    },
    // The room is another.
    redraw: show,
  };
}
