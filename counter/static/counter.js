// The panel: hears the live line, fetches what has moved, and lets hands stay on the keyboard.

import { live, pageFacts } from "../shared/live.js";
import { isBusy, outdate, places, refresh, sendForms, whenLoaded } from "./forms.js";
import { listenToKeys } from "./keys.js";
import { startClocks } from "./clocks.js";

const MINUTE_MS = 60000; // minutes waited grow while nothing else happens
const SOON_MS = 10000; // a page that watches devices: their silence moves no version
const facts = pageFacts();
const lost = document.querySelector("[data-lost]");
let newest = facts.board.version;

function catchUp() {
  places().forEach((place) => {
    if (!isBusy() && place.version < newest) {
      refresh(place, newest);
    }
  });
}

sendForms();
listenToKeys();
startClocks();
whenLoaded(catchUp);
live({
  office: facts.office,
  screen: facts.screen,
  pollUrl: facts.pollUrl,
  pollMs: 30000,
  board: facts.board,
  reload: false,
  draw: (board, isOtherEpoch) => {
    if (isOtherEpoch) {
      outdate();
    }
    newest = isOtherEpoch ? board.version : Math.max(newest, board.version);
    (board.heard || []).forEach((call) => {
      const line = document.querySelector(`[data-unheard="${call}"]`);
      if (line) {
        line.dataset.heard = "";
      }
    });
    catchUp();
  },
  lost: (isLost) => {
    lost.hidden = !isLost;
  },
});
setInterval(() => {
  if (!isBusy()) {
    places().forEach((place) => refresh(place, newest));
  }
}, document.querySelector("[data-watches]") ? SOON_MS : MINUTE_MS);
