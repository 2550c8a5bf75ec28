// Rows of a form that come, go and move without a round trip; without this script the same buttons ask the server.

let next = 1000; // above every number that the server gave

function add(button) {
  const place = document.querySelector(`[data-rows-of="${button.dataset.rows}"]`);
  const template = place && [...place.children].find((child) => child.localName === "template");
  if (!template) return false;
  const row = document.importNode(template.content, true);
  next += 1;
  name(row, template.dataset.mark || (template.dataset.rowOf === "breaks" ? "__b__" : "__n__"), String(next));
  place.insertBefore(row, template);
  const field = template.previousElementSibling.querySelector("input:not([type=hidden]), select, textarea");
  if (field) field.focus();
  return true;
}

// Puts the row's number into the names; a row inside a row that was added belongs to that row's number.
function name(root, mark, number) {
  root.querySelectorAll("*").forEach((element) => {
    ["name", "id", "for", "value", "aria-describedby", "data-rows-of", "data-rows"].forEach((attribute) => {
      const text = element.getAttribute(attribute);
      if (text && text.includes(mark)) element.setAttribute(attribute, text.split(mark).join(number));
    });
    if (element.localName === "template") name(element.content, mark, number);
  });
}

function move(button) {
  const row = button.closest("[data-one]");
  if (!row) return false;
  if (button.dataset.row === "remove") {
    row.remove();
    return true;
  }
  const other = button.dataset.row === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (other && other.matches("[data-one]")) {
    if (button.dataset.row === "up") other.before(row);
    else other.after(row);
    button.focus();
  }
  return true;
}

// A link to a part of a fold opens the fold.
function unfold() {
  const part = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const fold = part && part.closest("details");
  if (fold && !fold.open) {
    fold.open = true;
    part.scrollIntoView();
  }
}

// A chosen picture stands beside its name at once.
document.addEventListener("change", (event) => {
  const choice = event.target.closest(".pictures .choice");
  if (!choice) return;
  const fold = choice.closest("details");
  fold.querySelector("summary img").src = choice.querySelector("img").src;
  fold.querySelector("summary [data-chosen]").textContent = choice.textContent;
});

addEventListener("hashchange", unfold);
unfold();

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-row]");
  if (!button) return;
  const done = button.dataset.row === "add" ? add(button) : move(button);
  if (done) event.preventDefault();
});

// The name of a chosen file stands beside the button that chose it.
document.addEventListener("change", (event) => {
  const told = event.target.type === "file" && event.target.parentNode.querySelector("[data-file-name]");
  if (told && event.target.files.length) {
    told.textContent = Array.from(event.target.files, (each) => each.name).join(", ");
  }
});
