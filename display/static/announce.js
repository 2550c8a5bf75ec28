// The voice of one display: one queue of calls, each spoken once, none over another; it says back what it has spoken.

const FRESH_MS = 60000; // UX 19
const PAUSE_MS = 1000; // UX 25: chime, phrase, 1 s, repeat
const MOST_WAITING = 2; // when more wait, the repeat is dropped
const LONGEST_MS = 25000; // a sound that neither ends nor fails by then is given up

// `options`: facts of the page, now() by the server's clock, isMine(call), unlock (the button), quiet(isQuiet).
// Each sound that begins or ends is told to the document as an event "announce" {id, phase, round}.
export function announcer(options) {
  const facts = options.facts;
  const queue = [];
  let last = facts.board.version; // what was called before this page opened stays unspoken
  let isSpeaking = false;
  const audio = new Audio();
  let whenUnlocked = [];

  function hear(board) {
    board.speak.forEach((call) => {
      if (call.id <= last) {
        return;
      }
      last = call.id;
      if (facts.sound && options.isMine(call) && isFresh(call)) {
        queue.push(call);
        prepare(call);
      }
    });
    pump();
  }

  const isFresh = (call) => options.now() - Date.parse(call.at) < FRESH_MS;
  const address = (call) => facts.calls.replace("/0.wav", "/" + call.id + ".wav");

  // The sound is on its way while the one before is still spoken.
  function prepare(call) {
    call.sound = load(address(call));
    call.sound.catch(() => null);
  }

  function pump() {
    if (isSpeaking || !queue.length) {
      return;
    }
    isSpeaking = true;
    options.quiet(true);
    say(queue.shift())
      .catch((fault) => console.warn("not spoken", fault))
      .then(() => {
        isSpeaking = false;
        options.quiet(queue.length > 0);
        pump();
      });
  }

  function say(call) {
    return call.sound
      .catch(() => load(address(call)))
      .then((sound) => play(sound, call, 1))
      .then(() => (queue.length > MOST_WAITING ? null : repeat(call)));
  }

  function repeat(call) {
    return load(address(call) + "?again=1")
      .then((sound) => wait(PAUSE_MS).then(() => sound))
      .then((sound) => play(sound, call, 2));
  }

  function play(sound, call, round) {
    audio.src = sound;
    return audio
      .play()
      .then(() => {
        tell("start", call, round);
        if (round === 1 && call.id) {
          acknowledge(call);
        }
        return ended();
      })
      .then(() => {
        tell("end", call, round);
        URL.revokeObjectURL(sound);
      })
      .catch((fault) => {
        if (fault.name !== "NotAllowedError") {
          throw fault;
        }
        return touched().then(() => (!call.id || isFresh(call) ? play(sound, call, round) : null));
      });
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

  function acknowledge(call) {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": facts.csrf };
    fetch(facts.spoken, { method: "POST", credentials: "same-origin", headers, body: JSON.stringify({ id: call.id }) })
      .catch(() => null); // the counter then says that the call was not heard, which is what it cannot know better
  }

  function tell(phase, call, round) {
    document.dispatchEvent(new CustomEvent("announce", { detail: { id: call.id, number: call.number, phase, round } }));
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

  return { hear, test, isBusy: () => isSpeaking || queue.length > 0 };
}

function load(url) {
  return fetch(url, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.blob() : Promise.reject(new Error(String(answer.status)))))
    .then((blob) => URL.createObjectURL(blob));
}

function wait(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

// A twentieth of a second of nothing, as a WAV: 44 bytes of head, then zeros.
function silence() {
  const samples = 400;
  const view = new DataView(new ArrayBuffer(44 + samples));
  const text = (at, word) => word.split("").forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8000, true);
  view.setUint32(28, 8000, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, samples, true);
  for (let i = 0; i < samples; i += 1) {
    view.setUint8(44 + i, 128);
  }
  return URL.createObjectURL(new Blob([view], { type: "audio/wav" }));
}
