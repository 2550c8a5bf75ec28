// The way without touch: arrows move, one key can do all (the focus walks by itself), and a code scanner types.

const STEP_MS = 1800;
const BURST_MS = 60; // between two keys of a scanner; no finger is that fast
const SHORTEST_CODE = 8;

// `options`: scanned(text), typed(key).
export function keys(options) {
  let walking = null;
  let burst = "";
  let keyAt = 0;

  function places() {
    const overlay = Array.from(document.querySelectorAll("[data-overlay]")).find((each) => !each.hidden);
    return Array.from((overlay || document).querySelectorAll("button")).filter((each) => !each.disabled && each.offsetParent !== null);
  }

  function step(by) {
    const all = places();
    if (all.length) {
      const at = all.indexOf(document.activeElement);
      all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length].focus();
    }
  }

  function walk(isOn) {
    clearInterval(walking);
    walking = isOn ? setInterval(() => step(1), STEP_MS) : null;
    if (isOn) {
      step(1);
    }
    document.documentElement.classList.toggle("is-walking", isOn);
    document.querySelectorAll('[data-action="scan"]').forEach((each) => each.setAttribute("aria-pressed", String(isOn)));
  }

  function isOnButton() {
    return document.activeElement && document.activeElement.tagName === "BUTTON";
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const isFast = event.timeStamp - keyAt < BURST_MS;
    keyAt = event.timeStamp;
    if (event.key === "Enter" && isFast && burst.length >= SHORTEST_CODE) {
      event.preventDefault();
      options.scanned(burst);
      burst = "";
    } else if (event.key.length === 1 && event.key !== " ") {
      burst = isFast ? burst + event.key : event.key;
      options.typed(event.key);
    } else if (event.key === "Backspace") {
      options.typed("Backspace");
    } else if (["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"].indexOf(event.key) >= 0) {
      event.preventDefault();
      step(event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === " " && !isOnButton()) {
      event.preventDefault();
      walk(true);
    } else if (event.key === "Escape") {
      walk(false);
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (walking && !event.target.closest('[data-action="scan"]')) {
      walk(false);
    }
  });
  return { toggle: () => walk(walking === null), stop: () => walk(false) };
}
