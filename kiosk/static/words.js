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

export function day(iso, zone) {
  return new Date(iso.length === 10 ? iso + "T12:00:00Z" : iso).toLocaleDateString(locale(), { weekday: "long", day: "numeric", month: "long", timeZone: zone });
}

export function time(moment, zone) {
  return new Date(moment).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit", timeZone: zone });
}

// When a service opens again, as far as the board says it.
export function again(found, now, zone) {
  if (found.opens_again_at) {
    const isToday = day(found.opens_again_at, zone) === day(now, zone);
    return phrase(isToday ? "again_today" : "again_at", { day: day(found.opens_again_at, zone), time: time(found.opens_again_at, zone) });
  }
  return found.opens_again_on ? phrase("again_on", { day: day(found.opens_again_on, zone) }) : "";
}

export function why(found) {
  const reason = phrase("availability." + found.code);
  return found.reason ? reason + " " + found.reason + "." : reason;
}
