// Notices that nobody is there any more; counts with the monotonic clock, which no clock jump disturbs.

const ASK_MS = 60000; // untouched for so long: ask whether somebody is still there
const COUNT_MS = 20000;
const LOOK_MS = 250;

// `options`: isResting() (nothing to forget), counting(secondsLeft or null), leave(). `deadline(ms)` sets a time to go home.
export function idle(options) {
  let touchedAt = performance.now();
  let endsAt = null;

  function touch() {
    touchedAt = performance.now();
    options.counting(null);
  }

  function look() {
    const now = performance.now();
    if (endsAt !== null) {
      options.ending(Math.max(0, Math.ceil((endsAt - now) / 1000)));
      if (now >= endsAt) {
        endsAt = null;
        options.leave();
      }
      return;
    }
    if (options.isResting()) {
      touchedAt = now;
      return;
    }
    const quiet = now - touchedAt;
    if (quiet >= ASK_MS + COUNT_MS) {
      touch();
      options.leave();
    } else if (quiet >= ASK_MS) {
      options.counting(Math.ceil((ASK_MS + COUNT_MS - quiet) / 1000));
    }
  }

  ["pointerdown", "touchstart", "keydown"].forEach((name) => document.addEventListener(name, touch, true));
  setInterval(look, LOOK_MS);
  return {
    endIn(milliseconds) { endsAt = milliseconds === null ? null : performance.now() + milliseconds; },
    touch,
  };
}
