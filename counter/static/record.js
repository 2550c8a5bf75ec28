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
let running = null; // { clip, recorder, close }

document.querySelector("[data-no-microphone]").hidden = canRecord;
list.querySelectorAll("[data-action=record]").forEach((button) => { button.hidden = !canRecord; });

list.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  const clip = event.target.closest("[data-clip]");
  if (!button || !clip) {
    return;
  }
  if (button.dataset.action === "listen") {
    player.src = clip.dataset.url + "?at=" + Date.now();
    player.play();
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
    keep(clip, new Blob(pieces)).catch((refused) => say(refused.message || fault.dataset.failedWords));
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
  const form = new FormData();
  form.append("csrf_token", list.dataset.csrf);
  form.append("clip", wav(decoded.getChannelData(0), decoded.sampleRate), "clip.wav");
  const answer = await fetch(clip.dataset.url, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json" }, body: form });
  const said = await answer.json();
  if (!answer.ok) {
    throw new Error(said.error.message);
  }
  clip.querySelector("[data-state]").textContent = document.querySelector("[data-recorded-words]").textContent;
  clip.querySelectorAll("[data-action=listen], [data-action=forget]").forEach((button) => { button.hidden = false; });
}

function say(words) {
  fault.textContent = words;
  fault.hidden = !words;
}
