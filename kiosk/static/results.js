// "Collect a result": the code of a receipt is typed or scanned; what comes of it is a number, or where the file stands.

import { askFile } from "./file.js";
import { note, one } from "./page.js";
import { keep, session } from "./session.js";

const LONGEST_CODE = 12;

// `options`: draw(), overlay(name), shown(file) for who need not come now, take(code, file) for who gets a number.
export function receiptAsker(options) {
  let isLooking = false;

  function draw(screen) {
    one("[data-code]", screen).textContent = session.code + "\u258F";
    one('[data-action="collect"]', screen).disabled = session.code.length === 0;
  }

  function digit(key) {
    keep({ code: key === "Backspace" ? session.code.slice(0, -1) : (session.code + key.toUpperCase()).slice(0, LONGEST_CODE) });
    note("");
    options.draw();
  }

  // A number when the file needs its applicant now; else where the file stands, and no word of paper that is not coming.
  async function collect(code) {
    if (!code || session.pending || isLooking) {
      return;
    }
    note("");
    isLooking = true;
    options.overlay("busy");
    const file = await askFile(code);
    isLooking = false;
    options.overlay(null);
    if (file && file.refused !== undefined) {
      note(file.refused);
      options.draw();
    } else if (file && !file.may_come) {
      options.shown(file);
    } else {
      options.take(code, file);
    }
  }

  return { draw, digit, collect, isLooking: () => isLooking };
}
