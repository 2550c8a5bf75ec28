// The voice of one display: one queue of calls, each spoken once, none over another; it says back what it has spoken.

import { accepted, ask, wait } from "../shared/ask.js";
import { wav } from "../shared/wav.js";

const PAUSE_MS = 1000; // chime, phrase, 1 s, repeat
const MOST_TAKEN = 300;
const MOST_WAITING = 2; // when more wait, the repeat is dropped
const LONGEST_MS = 25000; // a sound that neither ends nor fails by then is given up
const LOAD_MS = 8000; // a cut cable never answers
const AGAIN_MS = 1000; // until a server that did not answer is asked again
const ASLEEP_MS = 10000; // a clock that stands still for so long: the page slept

// `options`: facts of the page, now() by the server's clock, isMine(call), unlock (the button), quiet(isQuiet).
// Each sound that begins or ends is told to the document as an event "announce" {id, phase, round, waiting}.
export function announcer(options) {
  const facts = options.facts;
  const queue = [];
  let epoch = facts.board.epoch;
  let last = facts.board.version; // what was called before this page opened stays unspoken
  let taken = facts.board.speak.map(keyOf); // and what this page has taken up, also when ids begin again
  let isSpeaking = false;
  let cutAt = 0; // when the page last woke or found the server gone: what was called before and is old stays unspoken
  let awakeAt = Date.now();
  const audio = new Audio();
  let whenUnlocked = [];

  function hear(board) {
    if (board.epoch !== epoch) {
      restart(board.epoch);
    }
    board.speak.forEach((call) => {
      if (call.id <= last || taken.indexOf(keyOf(call)) >= 0) {
        return;
      }
      last = call.id;
      taken = taken.slice(1 - MOST_TAKEN).concat([keyOf(call)]);
      if (facts.sound && options.isMine(call) && isFresh(call)) {
        queue.push(call);
        prepare(call);
      }
    });
    pump();
  }

  // The database was put back: what waits to be spoken was never called, and an id may be another call's.
  function restart(newer) {
    epoch = newer;
    last = 0;
    queue.splice(0).forEach(drop);
  }

  const isFresh = (call) => options.now() - Date.parse(call.at) < facts.fresh_s * 1000;
  const address = (call) => facts.calls.replace("/0.wav", "/" + call.id + ".wav") + "?epoch=" + epoch;

  // A sound that may still be on its way.
  async function drop(call) {
    try {
      URL.revokeObjectURL(await call.sound);
    } catch (fault) {
      return; // there is none
    }
  }

  // The sound is on its way while the one before is still spoken.
  function prepare(call) {
    call.sound = load(address(call));
    call.sound.catch(() => null);
  }

  function wake() {
    if (Date.now() - awakeAt > ASLEEP_MS) {
      cutAt = options.now();
    }
    awakeAt = Date.now();
  }

  // A call that grew old behind others is still said; one that grew old while nothing could be said is not.
  const isOver = (call) => call.id && !isFresh(call) && Date.parse(call.at) < cutAt;

  async function pump() {
    wake();
    while (queue.length && isOver(queue[0])) {
      drop(queue.shift());
    }
    if (isSpeaking || !queue.length) {
      return;
    }
    isSpeaking = true;
    options.quiet(true);
    try {
      await say(queue.shift());
    } catch (fault) {
      console.warn("not spoken", fault);
    }
    isSpeaking = false;
    options.quiet(queue.length > 0);
    pump();
  }

  async function say(call) {
    const sound = await soundOf(call);
    try {
      const isSpoken = await play(sound, call, 1);
      if (isSpoken && queue.length <= MOST_WAITING) {
        await repeat(call, sound);
      }
    } finally {
      URL.revokeObjectURL(sound);
    }
  }

  // While the server is away for a moment the calls wait for it, in order, as long as this one is new.
  async function soundOf(call) {
    for (;;) {
      try {
        return await call.sound;
      } catch (fault) {
        cutAt = call.id ? options.now() : cutAt;
        if (!call.id || !isAway(fault) || !isFresh(call)) {
          throw fault;
        }
      }
      await wait(AGAIN_MS);
      prepare(call);
    }
  }

  // In the visitor's language and without the chime; with a server that is away, what is there already.
  async function repeat(call, first) {
    let sound = first;
    try {
      sound = await load(address(call) + "&again=1");
    } catch (fault) {
      console.warn("not loaded again", fault);
    }
    try {
      await wait(PAUSE_MS);
      await play(sound, call, 2);
    } finally {
      URL.revokeObjectURL(sound);
    }
  }

  // Whether it was played to its end.
  async function play(sound, call, round) {
    wake();
    if (isOver(call)) {
      return false;
    }
    audio.src = sound;
    try {
      await audio.play();
    } catch (fault) {
      if (fault.name !== "NotAllowedError") {
        throw fault;
      }
      await touched();
      return !call.id || isFresh(call) ? play(sound, call, round) : false;
    }
    tell("start", call, round);
    if (round === 1 && call.id) {
      acknowledge(call);
    }
    await ended();
    tell("end", call, round);
    return true;
  }

  function ended() {
    return new Promise((done, failed) => {
      const timer = setTimeout(() => stop(failed, new Error("no end")), LONGEST_MS);
      function stop(how, what) {
        clearTimeout(timer);
        audio.onended = audio.onerror = null;
        how(what);
      }
      audio.onended = () => stop(done);
      audio.onerror = () => stop(failed, new Error("broken sound"));
      if (audio.ended) {
        stop(done);
      }
    });
  }

  function touched() {
    options.unlock.hidden = false;
    return new Promise((done) => whenUnlocked.push(done));
  }

  options.unlock.addEventListener("click", () => {
    options.unlock.hidden = true;
    const waiting = whenUnlocked;
    whenUnlocked = [];
    waiting.forEach((done) => done());
  });

  async function acknowledge(call) {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": facts.csrf };
    const said = { method: "POST", headers, body: JSON.stringify({ id: call.id }) };
    const of = epoch;
    do {
      try {
        await ask(facts.spoken, LOAD_MS, (answer) => answer.text(), said); // an answer nobody reads stays in memory
        return;
      } catch (fault) {
        await wait(AGAIN_MS);
      }
    } while (isFresh(call) && of === epoch); // in another epoch the id is another call's
  }

  function tell(phase, call, round) {
    document.dispatchEvent(new CustomEvent("announce", { detail: { id: call.id, number: call.number, phase, round, waiting: queue.length } }));
  }

  function test() {
    const call = { id: 0, number: "", sound: load(facts.test) };
    call.sound.catch(() => null);
    queue.push(call);
    pump();
  }

  // Whether the browser holds the sound back is known before the first call, not after it.
  if (facts.sound) {
    audio.src = silence();
    audio.play().catch((fault) => (fault.name === "NotAllowedError" ? touched() : null));
  }

  setInterval(pump, AGAIN_MS);

  return { hear, test, isBusy: () => isSpeaking || queue.length > 0 };
}

// The sound as an address of this page; a refusal carries the `status` that the server said, if it said one.
async function load(url) {
  return URL.createObjectURL(await ask(url, LOAD_MS, (answer) => accepted(answer).blob()));
}

function keyOf(call) {
  return call.number + " " + call.at;
}

// Nobody answered, or a proxy in the server's stead.
function isAway(fault) {
  return !fault.status || fault.status === 502 || fault.status === 504;
}

// A twentieth of a second of nothing.
function silence() {
  return URL.createObjectURL(wav(new Float32Array(400), 8000));
}
