// Typed work is kept: each form with a name for its draft gives back after a reload, a sign-in or a fault what was typed.
// A draft belongs to one officer. It ends when the form was taken, and with signing out unless the form says `data-kept`;
// one with people's data (`data-personal`) lives no longer than the tab.

const PREFIX = "loket.draft:";
const OLD_MS = 7 * 24 * 60 * 60 * 1000;
const officer = document.body.dataset.officer;

function storages() {
  return [sessionStorage, localStorage];
}

function keyOf(form) {
  return PREFIX + officer + ":" + form.dataset.draft;
}

function storageOf(form) {
  return form.dataset.personal === undefined ? localStorage : sessionStorage;
}

function keys(storage) {
  return Array.from({ length: storage.length }, (_, place) => storage.key(place)).filter((key) => key.startsWith(PREFIX));
}

// What a form holds besides what its page put into it unseen: [name, value] for fields, ticks and choices.
function typed(form) {
  return Array.from(form.elements)
    .filter((field) => field.name && !["hidden", "file", "password", "submit", "button"].includes(field.type))
    .map((field) => (["checkbox", "radio"].includes(field.type)
      ? [field.name, field.value, field.checked] : [field.name, field.value]));
}

function keep(form, sent) {
  const base = form.elements.namedItem("_base") || form.elements.namedItem("base");
  const draft = { at: Date.now(), fields: typed(form), base: base ? base.value : null, sent: sent || null, isKept: form.dataset.kept !== undefined };
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
  const base = form.elements.namedItem("_base") || form.elements.namedItem("base");
  if (base && draft.base !== null) {
    base.value = draft.base; // what was typed over that: what others saved meanwhile is not taken back
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

// Rows that were added by hand are added again; their fields get the names of the fresh rows.
function restore(form) {
  const draft = read(form);
  if (!draft) {
    return;
  }
  const answered = form.elements.namedItem("_sent");
  if (answered && answered.value === draft.sent) {
    keep(form, null); // a refused form comes back with all that was typed, and its rows have new numbers
    return;
  }
  const missing = new Map();
  for (const [name] of draft.fields) {
    const row = /^([a-z_]+)-(\d+)-/.exec(name);
    if (row && !form.elements.namedItem(name)) {
      missing.set(`${row[1]}-${row[2]}`, row[1]);
    }
  }
  missing.forEach((rows, old) => {
    const before = new Set(Array.from(form.elements, (field) => field.name));
    const button = form.querySelector(`button[data-row=add][data-rows="${rows}"]`);
    if (!button) {
      return;
    }
    button.click();
    const fresh = Array.from(form.elements, (field) => field.name).find((name) => !before.has(name));
    const place = fresh && /^([a-z_]+-\d+)-/.exec(fresh);
    if (place) {
      draft.fields = draft.fields.map(([name, ...rest]) => (
        [name.startsWith(`${old}-`) ? place[1] + name.slice(old.length) : name, ...rest]
      ));
    }
  });
  if (giveBack(form, draft)) {
    say(form);
  }
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
  document.querySelectorAll("form[data-draft]").forEach((form) => {
    restore(form);
    ["input", "change"].forEach((kind) => form.addEventListener(kind, () => keep(form, null)));
    form.addEventListener("click", (event) => {
      if (event.target.closest("button[data-row]")) {
        setTimeout(() => keep(form, null)); // after the row came or went
      }
    });
    form.addEventListener("submit", () => {
      keep(form, mark(form));
    });
  });
  document.querySelectorAll("form[data-sign-out]").forEach((form) => {
    form.addEventListener("submit", () => forget((key) => key.startsWith(`${PREFIX}${officer}:`) && !isKept(key)));
  });
}
