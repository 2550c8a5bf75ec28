// Typed work is kept: each form of an officer's page gives back after a reload, a sign-in or a fault what was typed.
// A draft belongs to one officer. It ends when the form was taken, and with signing out unless the form says `data-kept`.
// A form without a name for its draft (`data-draft`), or with people's data (`data-personal`), keeps it in its tab alone.

const PREFIX = "loket.draft:";
const OLD_MS = 7 * 24 * 60 * 60 * 1000;
const officer = document.body.dataset.officer;

function storages() {
  return [sessionStorage, localStorage];
}

function keyOf(form) {
  return PREFIX + officer + ":" + (form.dataset.draft || form.getAttribute("action") || location.pathname);
}

function storageOf(form) {
  return form.dataset.draft && form.dataset.personal === undefined ? localStorage : sessionStorage;
}

function keys(storage) {
  return Array.from({ length: storage.length }, (_, place) => storage.key(place)).filter((key) => key.startsWith(PREFIX));
}

function isTyped(field) {
  return field.name && !["hidden", "file", "password", "submit", "button", "search"].includes(field.type)
    && field.autocomplete !== "one-time-code";
}

function baseOf(form) {
  return form.elements.namedItem("_base") || form.elements.namedItem("base");
}

// What a form holds besides what its page put into it unseen: [name, value] for fields, ticks and choices.
function typed(form) {
  return Array.from(form.elements)
    .filter(isTyped)
    .map((field) => (["checkbox", "radio"].includes(field.type)
      ? [field.name, field.value, field.checked] : [field.name, field.value]));
}

// A form of rows is kept as it would be sent: with the order of its rows, and with what names each of them.
function hasRows(form) {
  return Boolean(form.querySelector("[data-rows-of]"));
}

function whole(form) {
  return Array.from(new FormData(form))
    .filter(([name, value]) => typeof value === "string" && !["csrf_token", "_sent", "_base", "base"].includes(name));
}

function keep(form, sent) {
  const base = baseOf(form);
  const draft = {
    at: Date.now(), fields: hasRows(form) ? whole(form) : typed(form), base: base ? [base.name, base.value] : null,
    sent: sent || null, isKept: form.dataset.kept !== undefined,
  };
  try {
    storageOf(form).setItem(keyOf(form), JSON.stringify(draft));
  } catch (full) {
    // A browser without room keeps nothing; the form works all the same.
  }
}

function read(form) {
  const text = storageOf(form).getItem(keyOf(form));
  const draft = text && JSON.parse(text);
  return draft && Date.now() - draft.at < OLD_MS ? draft : null;
}

function giveBack(form, draft) {
  let changed = 0;
  for (const [name, value, isChecked] of draft.fields) {
    const fields = Array.from(form.elements).filter((field) => field.name === name);
    const field = isChecked === undefined ? fields[0] : fields.find((each) => each.value === value);
    if (!field) {
      continue;
    }
    if (isChecked === undefined ? field.value !== value : field.checked !== isChecked) {
      changed += 1;
      if (isChecked === undefined) {
        field.value = value;
      } else {
        field.checked = isChecked;
      }
      for (let around = field.closest("details"); around; around = around.parentElement.closest("details")) {
        around.open = true;
      }
    }
  }
  const base = baseOf(form);
  if (base && draft.base) {
    base.value = draft.base[1]; // what was typed over that: what others saved meanwhile is not taken back
  }
  return changed;
}

function say(form) {
  const words = document.querySelector("template[data-draft-words]").content.cloneNode(true);
  const note = words.firstElementChild;
  note.querySelector("button").addEventListener("click", () => {
    storageOf(form).removeItem(keyOf(form));
    location.reload();
  });
  form.prepend(note);
}

// The server draws the form around the draft: rows that came, went and moved are rows again, each under its own name.
function redraw(form, draft) {
  const page = new DOMParser();
  const csrf = ["csrf_token", form.elements.namedItem("csrf_token").value];
  const body = new URLSearchParams([...draft.fields, ...(draft.base ? [draft.base] : []), csrf, ["row", "show"]]);
  fetch(form.getAttribute("action") || location.href, { method: "POST", credentials: "same-origin", headers: { Accept: "text/html" }, body })
    .then((answer) => answer.text())
    .then((text) => {
      const drawn = page.parseFromString(text, "text/html").querySelector(`form[data-draft="${form.dataset.draft}"]`);
      if (drawn) {
        form.replaceChildren(...Array.from(drawn.childNodes));
        say(form);
        form.querySelectorAll("[data-one]").forEach((row) => {
          row.querySelector("input, select, textarea").dispatchEvent(new Event("input", { bubbles: true }));
        });
      }
    })
    .catch((fault) => console.warn("draft", fault)); // it stays where it is, for the next time that the page is opened
}

function restore(form, isRefused) {
  const draft = read(form);
  if (!draft || (isRefused && !draft.sent)) {
    return;
  }
  const answered = form.elements.namedItem("_sent");
  if (answered && answered.value === draft.sent) {
    keep(form, null); // a refused form comes back with all that was typed, and its rows have new numbers
    return;
  }
  if (hasRows(form)) {
    if (JSON.stringify(draft.fields) !== JSON.stringify(whole(form))) {
      redraw(form, draft);
    }
  } else if (giveBack(form, draft) && !isRefused) {
    say(form);
  }
  if (isRefused) {
    keep(form, null);
  }
}

function isDrafted(form) {
  return form.getAttribute("method") === "post" && form.getAttribute("role") !== "search" && Array.from(form.elements).some(isTyped);
}

// A draft of a standard is long work without people's data: it waits for its officer, also after signing out.
function isKept(key) {
  const text = localStorage.getItem(key);
  return Boolean(text && JSON.parse(text).isKept);
}

function forget(isMine) {
  storages().forEach((storage) => keys(storage).filter(isMine).forEach((key) => storage.removeItem(key)));
}

// The server says which form it took: whatever else became of the page, a draft stays.
function settle() {
  const taken = /(?:^|; )loket_taken=([a-z0-9]+)/.exec(document.cookie);
  if (taken) {
    storages().forEach((storage) => keys(storage)
      .filter((key) => JSON.parse(storage.getItem(key)).sent === taken[1])
      .forEach((key) => storage.removeItem(key)));
  }
}

// A name for this sending, in a field that the server gives back when it took the form.
function mark(form) {
  const sent = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const field = form.elements.namedItem("_sent") || form.appendChild(document.createElement("input"));
  Object.assign(field, { type: "hidden", name: "_sent", value: sent });
  return sent;
}

if (officer) {
  settle();
  keys(sessionStorage).filter((key) => !key.startsWith(`${PREFIX}${officer}:`)).forEach((key) => sessionStorage.removeItem(key));
  const drafted = (root) => Array.from(root.querySelectorAll("form[method=post]")).filter(isDrafted);
  drafted(document).forEach((form) => restore(form));
  ["input", "change"].forEach((kind) => document.addEventListener(kind, (event) => {
    const form = event.target.form;
    if (form && isDrafted(form) && isTyped(event.target)) {
      keep(form, null);
    }
  }));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-row]");
    if (button && button.form) {
      const form = button.form;
      setTimeout(() => keep(form, null)); // after the row came or went
    }
  });
  document.addEventListener("submit", (event) => {
    if (isDrafted(event.target)) {
      keep(event.target, mark(event.target));
    }
  }, true);
  document.addEventListener("filled", (event) => {
    settle();
    drafted(event.target).forEach((form) => restore(form, true)); // what was refused in the background
  });
  document.querySelectorAll("form[data-sign-out]").forEach((form) => {
    form.addEventListener("submit", () => forget((key) => key.startsWith(`${PREFIX}${officer}:`) && !isKept(key)));
  });
}
