// What one visitor chose: kept in the tab, so that a reload in the middle of the way loses nothing.

const KEY = "loket-kiosk";
const FRESH = { language: "id", size: "normal", contrast: "normal", low: false, volume: 1, priority: false, searching: false, find: "", code: "", page: 0, chapter: null, answers: {}, ticks: {}, pending: null, ticket: null, file: null, complaint: null, survey: null };

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) || "{}");
  } catch (error) {
    return {}; // a browser that keeps nothing still gives numbers
  }
}

export const session = Object.assign({}, FRESH, kept());

export function keep(changes) {
  Object.assign(session, changes);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session));
  } catch (error) {
    return;
  }
}

export function forget() {
  keep(Object.assign({}, FRESH, { answers: {}, ticks: {} }));
}

export function isFresh() {
  return ["language", "size", "contrast", "low", "volume", "priority", "searching", "page", "chapter"].every((name) => session[name] === FRESH[name]);
}

// Unique for each number that a visitor asks for; kept until the server has answered.
export function nonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.prototype.map.call(bytes, (byte) => ("0" + byte.toString(16)).slice(-2)).join("");
}
