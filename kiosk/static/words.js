// Shows the page's words in the visitor's language; both stand in the page already.

let language = "id";

export function speakIn(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  document.querySelectorAll("[data-id]").forEach((place) => { place.textContent = place.getAttribute("data-" + chosen); });
  document.querySelectorAll("[data-label-id]").forEach((place) => { place.setAttribute("aria-label", place.getAttribute("data-label-" + chosen)); });
  document.querySelectorAll("[data-other]").forEach((place) => { place.hidden = place.dataset.other === chosen; });
}

// A sentence of the page's list with its places filled in.
export function phrase(key, values) {
  const place = document.querySelector('[data-phrase="' + key + '"] [data-id]');
  const text = place ? place.getAttribute("data-" + language) : "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
}

function locale() {
  return language === "en" ? "en-GB" : "id-ID";
}

export function time(moment, zone) {
  return new Date(moment).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit", timeZone: zone });
}

// Why a service is closed, and when it opens again, as the board says it.
export function why(found) {
  return found.words ? found.words[language][0] : "";
}

export function again(found) {
  return found.words ? found.words[language][1] : "";
}
