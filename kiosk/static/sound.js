// What the speaker button says, one thing at a time.

import { facts, press } from "./page.js";
import { session } from "./session.js";

let sound = null;

// `key`: which text, as `kiosk/speech.py` knows it. A second touch silences it.
export function speak(key, ahead) {
  if (sound) {
    hush();
    return;
  }
  sound = new Audio(facts.urls.speech.replace("KEY", encodeURIComponent(key)) + "?lang=" + session.language + (ahead === undefined ? "" : "&ahead=" + ahead));
  sound.volume = session.volume;
  sound.onended = hush;
  sound.onerror = hush;
  press("speak", true);
  const started = sound.play();
  if (started) {
    started.catch(hush);
  }
}

export function hush() {
  if (sound) {
    sound.onended = sound.onerror = null;
    sound.pause();
  }
  sound = null;
  press("speak", false);
}
