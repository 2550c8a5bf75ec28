// Asks for a number until it is answered: the nonce stays the same, so however often it asks, it is one ticket.

import { ask as request } from "../shared/ask.js";
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

  async function attempt() {
    const pending = session.pending;
    asking += 1;
    const mine = asking;
    options.overlay("busy");
    try {
      const said = await post(pending.url + "?lang=" + pending.body.language, PATIENCE_MS, options.csrf, pending.body);
      if (mine === asking) {
        answered(said.answer, said.facts);
      }
    } catch (fault) {
      if (mine === asking) {
        later(mine);
      }
    }
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

// The answer and its facts; fails when nobody answers in time, or only a fault.
export function post(url, patienceMs, csrf, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf };
  return request(url, patienceMs, async (answer) => {
    if (answer.status >= 500) {
      throw new Error("fault");
    }
    return { answer, facts: await answer.json() };
  }, { method: "POST", headers, body: JSON.stringify(body) });
}
