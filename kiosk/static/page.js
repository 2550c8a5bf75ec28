// The page: what it was given, its parts, and the newest board.

import { pageFacts } from "../shared/live.js";

export const facts = pageFacts();
export const root = document.documentElement;
export const one = (selector, within) => (within || document).querySelector(selector);
export const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
export let board = facts.board;

export function renew(newest) {
  board = newest;
}

// The systems outside that this service needs and that do not answer now: "OSS".
export function outOf(slug) {
  const needs = one('[data-service="' + slug + '"]').dataset.systems.split(" ");
  return (board.outages || []).filter((system) => needs.indexOf(system) >= 0).join(", ").toUpperCase();
}

export function availability(slug) {
  return board.availability[slug] || { is_open: true, code: "open", reason: "" };
}

// Why no slip can come out now, "paper_out" or "other"; "" while one can, here or from the printer that takes over.
export function noPaper() {
  const states = facts.paper.printers.map((slug) => board.printers[slug]);
  if (!states.length || states.some((state) => facts.paper.stopped.indexOf(state) < 0)) {
    return "";
  }
  return states.every((state) => state === "paper_out") ? "paper_out" : "other";
}

export function press(action, isOn) {
  all('[data-action="' + action + '"]').forEach((button) => button.setAttribute("aria-pressed", String(isOn)));
}

export function note(text, isGood) {
  all("[data-note]").forEach((each) => {
    each.hidden = !text;
    each.textContent = text;
    each.toggleAttribute("data-good", Boolean(isGood));
  });
}
