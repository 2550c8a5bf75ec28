// A file's page: what is ticked as done later was not done without what comes before; a dialog closes with Escape; a
// document that is wrong fills the reason of whatever way back there is.

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

// The data read back to the applicant: a tick a line, or the one below that approves all. A line that is wrong takes the
// approval back and opens its field.
const approval = document.querySelector("[name='collected.confirmation.is_approved']");
const lines = Array.from(document.querySelectorAll("[data-right]"));

function judge(line, isRight, isWrong) {
  line.checked = isRight;
  line.closest("div").className = isRight ? "is-right" : isWrong ? "is-wrong" : "";
}

if (approval) {
  const approve = () => lines.forEach((each) => judge(each, approval.checked, false));
  approval.addEventListener("change", approve);
  lines.forEach((line) => line.addEventListener("change", () => {
    judge(line, line.checked, false);
    approval.checked = lines.every((each) => each.checked);
  }));
  approve();
}

document.querySelectorAll("[data-mend]").forEach((link) => {
  link.addEventListener("click", (event) => {
    const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    judge(link.closest("div").querySelector("[data-right]"), false, true);
    if (approval) {
      approval.checked = false;
    }
    if (field) {
      event.preventDefault();
      field.scrollIntoView({ block: "center" });
      (field.matches("form") ? field.querySelector("input:not([type=hidden]), select") : field).focus({ preventScroll: true });
    }
  });
});

// "Everything is there" ticks what has to be there and accepts in one press.
document.querySelectorAll("[data-all-there]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.form.querySelectorAll(".document > input[type=checkbox]").forEach((each) => { each.checked = true; });
    button.form.querySelector("[data-action=accept]").click();
  });
});

function inReason(field, line, isWrong, between) {
  const kept = field.value.split(between).map((each) => each.trim()).filter((each) => each && each !== line);
  field.value = (isWrong ? kept.concat(line) : kept).join(between);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.querySelectorAll("[data-wrong]").forEach((button) => {
  const dialog = document.querySelector("details.problem");
  button.hidden = !dialog;
  button.addEventListener("click", () => {
    const isWrong = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isWrong));
    const lines = dialog.querySelector("#reason");
    const words = dialog.querySelector("#return-reason");
    [[lines, "\n"], [words, "; "]].filter((each) => each[0]).forEach((each) => inReason(each[0], button.dataset.wrong, isWrong, each[1]));
    if (isWrong) {
      dialog.open = true;
      (words || lines).focus();
    }
  });
});
