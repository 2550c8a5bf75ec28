// What runs by the second: the time in a state, the moment when calling again is offered, the end of taking back.

const started = new WeakMap();

export function startClocks() {
  document.addEventListener("filled", tick);
  setInterval(tick, 250);
  tick();
}

function tick() {
  const now = performance.now();
  each("[data-elapsed-s]", (clock) => {
    const seconds = Math.floor(Number(clock.dataset.elapsedS) + age(clock, now));
    const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (clock.textContent !== shown) {
      clock.textContent = shown; // the same words again would be drawn again
    }
  });
  each("[data-ready-after-s]", (button) => {
    button.toggleAttribute("data-ready", age(button, now) >= Number(button.dataset.readyAfterS));
  });
  each("[data-unheard-after-s]", (line) => {
    line.hidden = line.dataset.heard !== undefined || age(line, now) < Number(line.dataset.unheardAfterS);
  });
  each("[data-lasts-s]", (line) => {
    line.hidden = age(line, now) >= Number(line.dataset.lastsS);
  });
}

function each(places, draw) {
  Array.from(document.querySelectorAll(places)).forEach(draw);
}

function age(element, now) {
  if (!started.has(element)) {
    started.set(element, now);
  }
  return (now - started.get(element)) / 1000;
}
