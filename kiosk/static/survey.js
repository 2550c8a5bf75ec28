// The survey at the kiosk: whose visit it was, nine questions, one a screen, then everything is sent at once.
// Until then nothing leaves this page: whoever walks away leaves nothing behind.

import { all, facts, note, one } from "./page.js";
import { keep, nonce, session } from "./session.js";
import { post } from "./ticket.js";
import { phrase } from "./words.js";

const PATIENCE_MS = 8000;
const TRIES = 3;
const NUMBER_LENGTH = 4;
const CODE_LENGTH = 4;
const FRESH = { letter: "", number: "", code: "", token: "", visit: null, answers: {}, respondent: {}, id: "", isSent: false };

// `options`: csrf, go(hash), draw(), leave(), ended() once the answers are sent.
export function questionnaire(options) {
  const screens = all('[data-screen="survey"]').map((each) => each.dataset.of);
  const asked = screens.filter((each) => one('[data-of="' + each + '"][data-screen="survey"]').dataset.asks);
  const letters = all("[data-survey-letter]").map((each) => each.dataset.surveyLetter);
  let isBusy = false;

  const now = () => session.survey || FRESH;
  const set = (changes) => keep({ survey: Object.assign({}, now(), changes) });
  const first = () => (letters.length > 1 ? "letter" : "number");
  const to = (step) => options.go("survey/" + step);

  // Which screen may stand there: no question before a visit was shown or left out.
  function step(wanted) {
    const isAsking = asked.indexOf(wanted) >= 0 || wanted === "invitation" || wanted === "send";
    if (screens.indexOf(wanted) < 0 || (isAsking && !now().visit) || (wanted === "thanks" && !now().isSent)) {
      return first();
    }
    return wanted;
  }

  function draw(screen, slug) {
    const said = now();
    all("[data-survey-typed]", screen).forEach((each) => {
      each.textContent = (slug === "code" ? said.code : said.letter + "-" + said.number) + "\u258F";
    });
    all("[data-survey-answer]", screen).forEach((each) => {
      const given = said.answers[slug] || said.respondent[slug.replace("about-", "")];
      each.setAttribute("aria-pressed", String(given !== undefined && String(given) === each.dataset.surveyAnswer));
    });
    all(".options", screen).forEach((each) => { each.style.setProperty("--options", String(each.dataset.columns || all("button", each).length)); });
    all("[data-survey-drawn]", screen).forEach((each) => { each.hidden = !said.visit || String(said.visit.is_drawn) !== each.dataset.surveyDrawn; });
    const next = one('[data-survey-action="next"]', screen);
    if (next) {
      next.disabled = isBusy || (slug === "code" ? said.code.length < CODE_LENGTH : said.number.length === 0);
    }
    all('[data-survey-action="send"]', screen).forEach((each) => { each.disabled = isBusy; });
  }

  function begin() {
    keep({ survey: Object.assign({}, FRESH, { id: nonce(), letter: letters.length === 1 ? letters[0] : "" }) });
    note("");
    to(first());
  }

  function back(slug) {
    const before = asked[asked.indexOf(slug) - 1];
    if (slug === "thanks") {
      options.leave();
    } else if (before) {
      to(before);
    } else if (slug === "send") {
      to(asked[asked.length - 1]);
    } else if (slug === "code") {
      to("number");
    } else if (slug === "number" && first() === "letter") {
      to("letter");
    } else {
      keep({ survey: null });
      options.go("");
    }
  }

  function onward(slug) {
    to(asked[asked.indexOf(slug) + 1] || "send");
  }

  // Whether the button was one of the survey's.
  function touch(button, slug) {
    const data = button.dataset;
    if (data.surveyLetter) {
      set({ letter: data.surveyLetter, number: "" });
      to("number");
    } else if (data.digit) {
      typed(data.digit, slug);
    } else if (data.surveyAnswer) {
      const about = slug.indexOf("about-") === 0 ? slug.slice(6) : null;
      set(about ? { respondent: Object.assign({}, now().respondent, { [about]: data.surveyAnswer }) } : { answers: Object.assign({}, now().answers, { [slug]: Number(data.surveyAnswer) }) });
      onward(slug);
    } else if (DONE[data.surveyAction]) {
      DONE[data.surveyAction](slug);
    } else {
      return false;
    }
    return true;
  }

  const DONE = {
    next(slug) {
      if (slug === "number") {
        set({ code: "" });
        to("code");
      } else {
        show();
      }
    },
    alone() { set({ visit: { is_drawn: false, is_open: true }, letter: "", number: "", code: "", token: "" }); to("invitation"); },
    start() { to(asked[0]); },
    refuse() { tell("/refuse", whose()); options.leave(); },
    skip(slug) { onward(slug); },
    "skip-all"() { to("send"); },
    send,
    finish() { options.leave(); },
  };

  function typed(key, slug) {
    if (slug === "letter" && letters.indexOf(key.toUpperCase()) >= 0) {
      set({ letter: key.toUpperCase(), number: "" });
      to("number");
    } else if ((slug === "number" || slug === "code") && (/^[0-9]$/.test(key) || key === "Backspace")) {
      const most = slug === "code" ? CODE_LENGTH : NUMBER_LENGTH;
      set({ [slug]: key === "Backspace" ? now()[slug].slice(0, -1) : (now()[slug] + key).slice(0, most) });
      note("");
      options.draw();
    } else if (/^[1-4]$/.test(key) && asked.indexOf(slug) >= 0) {
      const button = one('[data-screen="survey"][data-of="' + slug + '"] [data-survey-answer="' + key + '"]');
      if (button) {
        touch(button, slug);
      }
    }
  }

  function whose() {
    const said = now();
    return said.token ? { token: said.token } : said.number ? { number: said.letter + said.number, code: said.code } : {};
  }

  function scanned(text) {
    if (!now().visit) {
      set({ token: text, number: "", code: "" });
      show();
    }
  }

  async function show() {
    if (isBusy) {
      return;
    }
    isBusy = true;
    const said = await tell("/visit", whose());
    isBusy = false;
    if (said && said.answer.ok && said.facts.is_open) {
      set({ visit: said.facts });
      to("invitation");
      return;
    }
    const message = said && said.answer.ok ? phrase("survey_settled") : said && said.facts.error ? said.facts.error.message : phrase("survey_failed");
    set({ token: "", code: "" });
    options.draw();
    note(message);
  }

  async function send() {
    if (isBusy) {
      return;
    }
    isBusy = true;
    options.draw();
    const body = Object.assign({ id: now().id, answers: now().answers, respondent: now().respondent }, whose());
    const said = await tell("", body);
    isBusy = false;
    if (said && said.answer.ok) {
      keep({ survey: Object.assign({}, FRESH, { isSent: true }) }); // the answers are gone from this page, too
      options.ended();
      to("thanks");
      return;
    }
    options.draw();
    note(said && said.facts.error ? said.facts.error.message : phrase("survey_failed"));
  }

  // The answer with its facts; null when nobody answers. Sent twice, a questionnaire counts once.
  async function tell(path, body) {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      try {
        return await post(facts.urls.survey + path + "?lang=" + session.language, PATIENCE_MS, options.csrf, body);
      } catch (fault) {
        console.warn("survey", tries);
      }
    }
    return null;
  }

  return { step, draw, begin, back, touch, typed, scanned };
}
