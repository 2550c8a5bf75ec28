// What somebody typed into a public form stays in this tab over a reload, the way back or a broken line, until the
// office has it: `data-typed` names the form, `data-typed-taken` says on the page after it which one was taken.

const PREFIX = "loket.typed:";
const ONCE = ["nonce", "id"]; // sent again with the same one, it counts once

function fields(form) {
  return Array.from(form.elements).filter((field) => field.name && (field.type !== "hidden" || ONCE.indexOf(field.name) >= 0));
}

const isMarked = (field) => field.type === "radio" || field.type === "checkbox";

function store(work) {
  try {
    return work(sessionStorage);
  } catch (fault) {
    console.warn("typed text is not kept", fault); // a browser that keeps nothing; the form works all the same
    return null;
  }
}

function keep(form) {
  const typed = fields(form).map((field) => [field.name, field.value, isMarked(field) ? field.checked : null]);
  store((storage) => storage.setItem(PREFIX + form.dataset.typed, JSON.stringify(typed)));
}

function giveBack(form) {
  const kept = store((storage) => storage.getItem(PREFIX + form.dataset.typed));
  (kept ? JSON.parse(kept) : []).forEach((each) => {
    const field = fields(form).find((one) => one.name === each[0] && (each[2] === null || one.value === each[1]));
    if (field && each[2] !== null) {
      field.checked = each[2];
    } else if (field) {
      field.value = each[1];
    }
  });
}

document.querySelectorAll("[data-typed-taken]").forEach((page) => {
  store((storage) => storage.removeItem(PREFIX + page.dataset.typedTaken));
});
document.querySelectorAll("form[data-typed]").forEach((form) => {
  giveBack(form);
  for (let around = form.closest("details"); around && form.querySelector("textarea").value; around = null) {
    around.open = true;
  }
  form.addEventListener("input", () => keep(form));
  form.addEventListener("change", () => keep(form));
});
