// A file's page: what is ticked as done later was not done without what comes before; a dialog closes with Escape.

const DONE = /^collected\.\w+\.is_done$/;

document.addEventListener("change", (event) => {
  const tick = event.target;
  if (!DONE.test(tick.name || "") || !tick.checked) {
    return;
  }
  const all = Array.from(tick.form.querySelectorAll("input[type=checkbox]")).filter((each) => DONE.test(each.name));
  all.slice(0, all.indexOf(tick)).forEach((each) => { each.checked = true; });
});

document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("details[name=ask][open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// "Everything is there" ticks what has to be there and accepts in one press.
document.querySelectorAll("[data-all-there]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.form.querySelectorAll(".document > input[type=checkbox]").forEach((each) => { each.checked = true; });
    button.form.querySelector("[data-action=accept]").click();
  });
});
