// Records the phrases of the office's own voice: a level while one speaks, a WAV when one stops; the server trims it.

import { wav } from "../shared/wav.js";

const RATE = 22050; // what the server keeps
const LONGEST_MS = 9500; // the server takes ten seconds

const list = document.querySelector("[data-clips]");
const fault = document.querySelector("[data-clip-fault]");
const meter = document.querySelector("[data-level]");
const devices = window.isSecureContext && navigator.mediaDevices;
const canRecord = Boolean(devices && devices.getUserMedia && window.MediaRecorder && window.OfflineAudioContext);
const player = new Audio();
const unsaved = new Map(); // the place of a phrase -> its recording, until the server has taken it
let running = null; // { clip, recorder }

document.querySelector("[data-no-microphone]").hidden = canRecord;
list.querySelectorAll("[data-action=record]").forEach((button) => { button.hidden = !canRecord; });

list.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  const clip = event.target.closest("[data-clip]");
  if (!button || !clip) {
    return;
  }
  if (button.dataset.action === "listen") {
    const own = unsaved.get(clip);
    player.src = own ? URL.createObjectURL(own) : clip.dataset.url + "?at=" + Date.now();
    player.play();
  } else if (button.dataset.action === "again") {
    sendAgain(clip).catch(told);
  } else if (button.dataset.action === "record") {
    if (running) {
      running.recorder.stop();
    } else {
      record(clip, button).catch(() => say(fault.dataset.refusedWords));
    }
  }
});

async function record(clip, button) {
  say("");
  player.pause();
  const plain = { echoCancellation: false, noiseSuppression: true, autoGainControl: false };
  const stream = await devices.getUserMedia({ audio: plain });
  const recorder = new MediaRecorder(stream);
  const pieces = [];
  const words = button.querySelector("[data-words]");
  const before = words.textContent;
  const closeMeter = watch(stream);
  const timer = setTimeout(() => recorder.stop(), LONGEST_MS);
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = () => {
    clearTimeout(timer);
    closeMeter();
    stream.getTracks().forEach((track) => track.stop());
    words.textContent = before;
    running = null;
    keep(clip, new Blob(pieces)).catch(told);
  };
  running = { clip, recorder };
  words.textContent = button.dataset.stop;
  recorder.start();
}

// Shows how loud it is; the answer ends it.
function watch(stream) {
  const context = new AudioContext();
  const ear = context.createAnalyser();
  const samples = new Uint8Array(ear.fftSize);
  context.createMediaStreamSource(stream).connect(ear);
  document.querySelector("[data-level-place]").hidden = false;
  const timer = setInterval(() => {
    ear.getByteTimeDomainData(samples);
    meter.value = samples.reduce((most, sample) => Math.max(most, Math.abs(sample - 128) / 128), 0);
  }, 50);
  return () => {
    clearInterval(timer);
    meter.value = 0;
    context.close();
  };
}

async function keep(clip, sound) {
  const bytes = await new Response(sound).arrayBuffer();
  const decoded = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
  unsaved.set(clip, wav(decoded.getChannelData(0), decoded.sampleRate));
  await send(clip);
}

// What the server did not take stays here, and can be sent again; what it refuses for its sound is recorded anew.
async function send(clip) {
  const again = clip.querySelector("[data-action=again]");
  try {
    const form = new FormData();
    form.append("csrf_token", list.dataset.csrf);
    form.append("clip", unsaved.get(clip), "clip.wav");
    const answer = await fetch(clip.dataset.url, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json" }, body: form });
    const said = await answer.json();
    if (!answer.ok) {
      if (said.error.code.startsWith("clip_")) {
        unsaved.delete(clip);
      }
      throw new Error(said.error.message);
    }
    unsaved.delete(clip);
    clip.querySelector("[data-state]").textContent = document.querySelector("[data-recorded-words]").textContent;
    clip.querySelectorAll("[data-action=listen], [data-action=forget]").forEach((button) => { button.hidden = false; });
  } finally {
    again.hidden = !unsaved.has(clip);
    if (!again.hidden) {
      clip.querySelector("[data-state]").textContent = fault.dataset.unsavedWords;
      clip.querySelector("[data-action=listen]").hidden = false;
    }
  }
}

// Who signed in again in another tab has another key for forms; whoever did not is told.
async function sendAgain(clip) {
  say("");
  const text = await (await fetch(location.href, { credentials: "same-origin" })).text();
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-clips]");
  if (!fresh) {
    throw new Error(fault.dataset.signedOutWords);
  }
  list.dataset.csrf = fresh.dataset.csrf;
  await send(clip);
}

// A failure of the network has no words for people.
function told(refused) {
  say(refused instanceof TypeError || refused instanceof SyntaxError ? fault.dataset.failedWords : refused.message || fault.dataset.failedWords);
}

window.addEventListener("beforeunload", (event) => {
  if (unsaved.size || running) {
    event.preventDefault();
    event.returnValue = "";
  }
});

function say(words) {
  fault.textContent = words;
  fault.hidden = !words;
}
