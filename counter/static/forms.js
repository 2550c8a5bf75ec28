// Forms inside a place are sent in the background, and the answer takes the place; without this script they still work.

const desk = document.querySelector("[data-busy]");
const fault = document.querySelector("[data-fault]");
const listeners = [];
let pressed = null;
let asked = null; // where the button leads that was pressed while another click was under way

export function isBusy() {
  return desk.dataset.busy === "true";
}

// The parts of the page that the server fills; `version` is what each of them shows.
export function places() {
  return Array.from(document.querySelectorAll("[data-place][data-src]"), (element) => ({
    element,
    name: element.dataset.place,
    source: element.dataset.src,
    version: Math.max(versionOf(element), Number(element.dataset.seen || -1)),
  }));
}

// The database was put back to an earlier state: whatever stands there is older than what the server has.
export function outdate() {
  document.querySelectorAll("[data-place]").forEach((element) => { delete element.dataset.seen; });
  document.querySelectorAll("[data-version]").forEach((mark) => { mark.dataset.version = -1; });
}

export function whenLoaded(listener) {
  listeners.push(listener);
}

// Fetches one place again, without taking anything out of the officer's hands. `version`: what it will then show.
export function refresh(place, version) {
  if (place.element.dataset.loading) {
    return;
  }
  place.element.dataset.loading = "true";
  ask(place.source, { headers: { "X-Fragment": place.name, "X-Quiet": "1" } })
    .then((page) => {
      if (page && !isBusy()) {
        place.element.dataset.seen = version;
        const kept = remember(place.element);
        if (put(place.element, page)) {
          recall(place.element, kept);
        }
      }
    })
    .catch(() => {})
    .then(() => {
      delete place.element.dataset.loading;
      listeners.forEach((listener) => listener());
    });
}

export function sendForms() {
  document.addEventListener("click", (event) => {
    pressed = event.target.closest("button");
    if (pressed && event.detail > 1) {
      event.preventDefault(); // a finger that trembles does not press the button that took the place of the first
    }
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter || pressed;
    const place = (button || form).closest("[data-place]");
    if (!place || form.method !== "post" || form.dataset.whole !== undefined) {
      return;
    }
    event.preventDefault();
    if (isBusy()) {
      asked = target(form, button);
    } else {
      send(place, form, button);
    }
  });
}

function target(form, button) {
  return (button && button.getAttribute("formaction")) || form.getAttribute("action");
}

// A button that was pressed too early is pressed now, if the fresh panel still has the same one.
function pressAsked() {
  const where = asked;
  asked = null;
  const again = where && Array.from(desk.querySelectorAll("button")).find((button) => (
    button.form && !button.closest("details") && target(button.form, button) === where
  ));
  if (again) {
    again.click();
  }
}

function send(place, form, button) {
  desk.dataset.busy = "true";
  fault.hidden = true;
  const action = target(form, button);
  const body = new URLSearchParams(new FormData(form));
  if (button && button.name) {
    body.append(button.name, button.value);
  }
  ask(action, { method: "POST", headers: { "X-Fragment": place.dataset.place }, body })
    .then((page) => {
      if (page && put(place, page)) {
        const primary = place.querySelector("[data-primary]");
        const told = place.querySelector("[data-told]");
        if (told) {
          told.scrollIntoView({ block: "nearest" });
        }
        if (primary && (document.activeElement === document.body || !document.activeElement)) {
          primary.focus({ preventScroll: true });
        }
      }
    })
    .catch(() => {
      fault.hidden = false;
    })
    .then(() => {
      desk.dataset.busy = "false";
      pressAsked();
      listeners.forEach((listener) => listener());
    });
}

// The answer as a document; nothing when the page itself has to be loaded again (signed out, too long open).
function ask(address, options) {
  return fetch(address, Object.assign({ credentials: "same-origin", cache: "no-store" }, options)).then((answer) => {
    if (answer.redirected) {
      location.reload();
      return null;
    }
    return answer.text().then((text) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      if (!page.querySelector("main")) {
        return page;
      }
      if (answer.status === 400 || answer.status === 401) {
        location.reload();
        return null;
      }
      throw new Error(String(answer.status));
    });
  });
}

function put(place, page) {
  if (versionOf(page.body) < versionOf(place)) {
    return false;
  }
  while (place.firstChild) {
    place.removeChild(place.firstChild);
  }
  Array.from(page.body.childNodes).forEach((node) => place.appendChild(document.adoptNode(node)));
  place.dispatchEvent(new CustomEvent("filled", { bubbles: true }));
  return true;
}

function versionOf(element) {
  const marked = element.querySelector("[data-version]");
  return marked ? Number(marked.dataset.version) : -1;
}

// What the officer has open, typed and under the fingers.
function remember(place) {
  const active = document.activeElement;
  return {
    open: Array.from(place.querySelectorAll("details[id][open]"), (each) => each.id),
    typed: Array.from(place.querySelectorAll("[id]"), (each) => [each.id, each.value, each.checked])
      .filter((each) => each[1] !== undefined),
    focus: place.contains(active) ? active.id || null : null,
    action: place.contains(active) ? active.dataset.action : null,
    range: active && active.selectionStart !== undefined ? [active.selectionStart, active.selectionEnd] : null,
  };
}

function recall(place, kept) {
  kept.open.forEach((id) => {
    const details = document.getElementById(id);
    if (details) {
      details.open = true;
    }
  });
  kept.typed.forEach(([id, value, checked]) => {
    const field = document.getElementById(id);
    if (field && field.value !== undefined && field.closest("details[open]")) {
      field.value = value;
      field.checked = checked;
    }
  });
  const again = kept.focus ? document.getElementById(kept.focus)
    : kept.action ? place.querySelector(`[data-action="${kept.action}"]`) : null;
  if (again) {
    again.focus({ preventScroll: true });
    if (kept.range && again.type !== "checkbox" && again.setSelectionRange) {
      again.setSelectionRange(kept.range[0], kept.range[1]);
    }
  }
}
