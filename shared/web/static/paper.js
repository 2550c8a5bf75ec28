// Keeps the page of the printers fresh: fetches itself and puts in what changed, unless a hand is in a form.

const LOOK_MS = 3000;
const place = document.querySelector("[data-paper]");

function look() {
  if (document.hidden || place.contains(document.activeElement)) {
    return;
  }
  fetch(location.href, { headers: { "X-Quiet": "1" }, credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
    .then((text) => {
      const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-paper]");
      if (fresh && facts(fresh) !== facts(place) && !place.contains(document.activeElement)) {
        place.textContent = "";
        place.append(...fresh.childNodes);
      }
    })
    .catch(() => {}); // the next look is in a moment
}

function facts(root) {
  return root.textContent.replace(/\s+/g, " ") + [...root.querySelectorAll("[data-slip]")].map((one) => one.dataset.slip);
}


setInterval(look, LOOK_MS);
