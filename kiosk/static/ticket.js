// Asks for a number until it is answered: the nonce stays the same, so however often it asks, it is one ticket.

import { keep, session } from "./session.js";

const PATIENCE_MS = 8000;
const AGAIN_MS = 2000;

let asking = 0; // which attempt is the present one; an older one that comes back late says nothing

// `options`: csrf, overlay(name or null), done(ticket), refused(message), stale().
export function asker(options) {
  function ask(pending) {
    keep({ pending });
    attempt();
  }

  function attempt() {
    const pending = session.pending;
    asking += 1;
    const mine = asking;
    options.overlay("busy");
    const control = typeof AbortController === "function" ? new AbortController() : null;
    const timer = setTimeout(() => control && control.abort(), PATIENCE_MS);
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": options.csrf };
    fetch(pending.url + "?lang=" + pending.body.language, { method: "POST", headers, credentials: "same-origin", body: JSON.stringify(pending.body), signal: control ? control.signal : undefined })
      .then((answer) => (answer.status >= 500 ? Promise.reject(new Error("fault")) : answer.json().then((facts) => ({ answer, facts }))))
      .then((both) => { if (mine === asking) { answered(both.answer, both.facts); } })
      .catch(() => { if (mine === asking) { later(mine); } })
      .then(() => clearTimeout(timer));
  }

  function answered(answer, facts) {
    if (answer.ok) {
      keep({ pending: null });
      options.overlay(null);
      options.done(facts);
    } else if (answer.status === 401 || (facts.error && facts.error.code === "csrf")) {
      options.stale(); // the page is older than its rights: it comes back new and asks again with the same nonce
    } else {
      keep({ pending: null });
      options.overlay(null);
      options.refused(facts.error ? facts.error.message : "");
    }
  }

  function later(mine) {
    options.overlay("retry");
    setTimeout(() => { if (mine === asking && session.pending) { attempt(); } }, AGAIN_MS);
  }

  function giveUp() {
    asking += 1;
    keep({ pending: null });
    options.overlay(null);
  }

  return { ask, attempt, giveUp };
}
