// The ticket on a phone. It speaks Engine.IO 4 and Socket.IO 5 itself: connect, listen, answer pings; forty lines
// instead of the 47 kB of the library, which would be most of what this page may weigh.

const page = JSON.parse(document.getElementById("facts").textContent);
const find = (mark) => document.querySelector("[data-" + mark + "]");
const POLL_MS = 8000; // while the line is silent
const CHECK_MS = 30000; // while it is not: for what no board tells
const SOON_MS = 3000; // between tries of the first minute: a server that was started again
const SOON_TRIES = 20;
const LATER_MS = 30000;
const LOST_MS = 12000;
let facts = page.facts;
let heardAt = Date.now();
let askedAt = Date.now();
let epoch = null;
let version = -1;
let callId = 0;
let sound = null;
let socket = null;
let pause = 1000;
let tries = 0;

function connect() {
  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  socket = new WebSocket(scheme + location.host + "/socket.io/?EIO=4&transport=websocket");
  socket.onmessage = (message) => {
    heardAt = Date.now();
    const text = String(message.data);
    if (text[0] === "0") {
      socket.send("40" + JSON.stringify({ office: page.office, ticket: page.token }));
    } else if (text === "2") {
      socket.send("3");
    } else if (text.indexOf("44") === 0) {
      ask(); // refused: the server may not know this number any more
    } else if (text.indexOf("42") === 0) {
      pause = 1000;
      tries = 0;
      const event = JSON.parse(text.slice(2));
      if (event[0] === "board") {
        hear(event[1]);
      }
    }
  };
  socket.onclose = () => {
    socket = null;
    if (!facts.is_over) {
      setTimeout(connect, pause * (0.5 + Math.random()));
      tries += 1;
      pause = Math.min(pause * 2, tries < SOON_TRIES ? SOON_MS : LATER_MS);
    }
  };
}

function hear(board) {
  if (epoch !== null && board.epoch !== epoch) { // the database was put back to an earlier state
    version = -1;
    callId = 0;
    ask();
  }
  epoch = board.epoch;
  if (board.version < version) {
    ask(); // late, or the server's past has changed: what was drawn is said, and the server knows
    return;
  }
  version = board.version;
  const place = board.line[facts.number];
  const here = board.counters.filter((counter) => counter.serving === facts.number)[0];
  const call = board.calls.filter((one) => one.number === facts.number)[0];
  const isWaiting = facts.state === "waiting";
  if (place && isWaiting) {
    show(Object.assign({}, facts, { ahead: place[0], ahead_words: ahead(place[0]), wait_words: range(place) }));
  } else if (here || Boolean(place) !== isWaiting || facts.counter !== null) {
    ask(); // at a counter the board does not tell "called" from "being served": few phones are, and each asks at once
  }
  if (here && call && call.id > callId) {
    callId = call.id;
    alarm(); // also for a recall
  }
}

function ahead(people) {
  return people === 0 ? page.next : (people === 1 ? page.one : page.many).replace("{n}", people);
}

function range(place) {
  return place.length === 3 ? page.range.replace("{low}", place[1]).replace("{high}", place[2]) : "";
}

async function ask() {
  askedAt = Date.now();
  try {
    const answer = await fetch(page.json, { cache: "no-store", headers: { "X-Drawn": version + " " + (epoch || "") } });
    if (answer.status === 404) {
      location.reload(); // the server knows this number no more, and its page says so
    } else if (answer.ok) {
      const newer = await answer.json();
      heardAt = Date.now();
      show(newer);
    }
  } catch (fault) {
    return; // the next look is in a moment, and the page says when it heard nothing for long
  }
}

function show(newer) {
  const wasCalled = facts.state === "called";
  const begins = facts.is_over && !newer.is_over;
  facts = newer;
  if (begins && !socket) {
    connect();
  }
  document.querySelector("[data-phone]").dataset.state = facts.state;
  put("sentence", facts.sentence);
  put("counter", facts.counter_name);
  put("ahead", facts.ahead_words);
  put("closed", facts.closed);
  put("wait", facts.wait_words);
  walk(facts.step);
  document.querySelectorAll("[data-survey]").forEach((line) => { line.hidden = line.dataset.survey !== facts.survey; });
  const called = facts.state === "called";
  document.title = called ? "\u25B6 " + facts.counter_name + " \u00B7 " + facts.number : facts.number + (facts.ahead_words ? " \u00B7 " + facts.ahead_words : "");
  if (called && !wasCalled) {
    alarm();
  }
  find("missed").hidden = facts.is_over;
  if (facts.is_over && find("sound")) {
    find("sound").hidden = true;
  }
}

function walk(step) {
  const steps = Array.from(document.querySelectorAll("[data-step]"));
  const at = steps.findIndex((each) => each.dataset.step === step);
  steps.forEach((each, place) => {
    each.classList.toggle("is-done", place < at);
    if (place === at) {
      each.setAttribute("aria-current", "step");
    } else {
      each.removeAttribute("aria-current");
    }
  });
}

function put(mark, text) {
  const place = find(mark);
  place.textContent = text || "";
  place.hidden = !text;
}

let alarmedAt = 0;
function alarm() {
  if (Date.now() - alarmedAt < 4000) {
    return;
  }
  alarmedAt = Date.now();
  if (navigator.vibrate) {
    navigator.vibrate([400, 200, 400, 200, 800]);
  }
  if (sound) {
    [0, 0.35, 0.7].forEach((at) => beep(at));
  }
}

function beep(at) {
  const tone = sound.createOscillator();
  const level = sound.createGain();
  tone.frequency.value = 880;
  level.gain.setValueAtTime(0.0001, sound.currentTime + at);
  level.gain.exponentialRampToValueAtTime(0.4, sound.currentTime + at + 0.02);
  level.gain.exponentialRampToValueAtTime(0.0001, sound.currentTime + at + 0.28);
  tone.connect(level);
  level.connect(sound.destination);
  tone.start(sound.currentTime + at);
  tone.stop(sound.currentTime + at + 0.3);
}

find("sound").hidden = facts.is_over; // without this script it would do nothing
find("sound").addEventListener("click", (event) => {
  const Context = window.AudioContext || window.webkitAudioContext;
  sound = sound || (Context ? new Context() : null);
  event.target.setAttribute("aria-pressed", "true");
  event.target.textContent = event.target.dataset.done;
  alarmedAt = 0;
  alarm(); // so that the visitor hears and feels what will come
});

setInterval(() => {
  if (facts.is_over) {
    if (socket) {
      socket.close();
    }
    if (!document.hidden && Date.now() - askedAt > CHECK_MS) {
      ask(); // what is over may begin again: undone at the counter, or the database was put back
    }
    return;
  }
  const silent = !socket || socket.readyState !== 1;
  if (Date.now() - askedAt > (silent ? POLL_MS : CHECK_MS)) {
    ask();
  }
  const isLost = Date.now() - heardAt > (silent ? LOST_MS : CHECK_MS + LOST_MS);
  find("lost").hidden = !isLost;
  if (isLost) {
    find("lost-at").textContent = new Date(heardAt).toTimeString().slice(0, 5).replace(":", ".");
  }
}, 1000);

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !facts.is_over) {
    ask(); // a phone that slept in a pocket looks at once
  }
});
show(facts);
connect();
