// The keyboard: Space or Enter does the primary action, a letter presses the button that carries it, Escape closes.

const TYPING = "input, textarea, select";
const SETTLED_MS = 600; // a finger that presses twice does not do what has just taken the button's place
const TAKES_SPACE = "button, a, summary, input, textarea, select";

const desk = document.querySelector("[data-busy]");
let primary = null; // what the large button does
let settling = 0;
let asked = null; // the dialog that a letter opened: when it closes, Space is for the large button again

// `data-settled` says whether Space and Enter press the large button.
function settle() {
  desk.dataset.settled = "true";
}

function notice() {
  const button = document.querySelector("[data-primary]");
  const does = button && `${button.dataset.action} ${button.getAttribute("formaction") || button.getAttribute("href")}`;
  if (does !== primary) {
    if (primary !== null) {
      desk.dataset.settled = "false";
      clearTimeout(settling);
      settling = setTimeout(settle, SETTLED_MS);
    }
    primary = does;
  }
}

export function listenToKeys() {
  settle();
  notice();
  document.addEventListener("filled", notice);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    if (event.key === "Escape") {
      close(event.target.closest("details[open]"));
    } else if (event.repeat && (event.key === "Enter" || !event.target.closest(TYPING))) {
      event.preventDefault();
    } else if (!event.target.closest(TYPING)) {
      press(event);
    }
  });
  document.addEventListener("toggle", (event) => {
    const opened = event.target;
    if (opened.open && opened.getAttribute("name") === "ask") {
      Array.from(document.querySelectorAll("details[name=ask][open]")).forEach((each) => {
        each.open = each === opened;
      });
    }
  }, true);
}

function press(event) {
  if (event.key === " " || event.key === "Enter") {
    // The primary button is pressed as the key goes down: the panel may be drawn anew before it comes up again.
    if (event.target.matches("[data-primary]") || !event.target.closest(TAKES_SPACE)) {
      if (desk.dataset.settled === "false") {
        event.preventDefault();
      } else {
        click(document.querySelector("[data-primary]"), event);
      }
    }
  } else if (/^[a-z]$/i.test(event.key)) {
    click(document.querySelector(`[data-key="${event.key.toUpperCase()}"]`), event);
  }
}

function click(button, event) {
  if (!button) {
    return;
  }
  event.preventDefault();
  button.click();
  const details = button.closest("details[open]");
  const field = details && button.matches("summary") ? details.querySelector(TYPING.replace("input", "input:not([type=hidden])")) : null;
  if (field) {
    field.focus();
    asked = details;
  }
}

function close(details) {
  if (details) {
    const large = document.querySelector("[data-primary]");
    details.open = false;
    (details === asked && large ? large : details.querySelector("summary")).focus({ preventScroll: true });
    asked = null;
  }
}
