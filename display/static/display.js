import { live, pageFacts } from "../shared/live.js";

const facts = pageFacts();
function draw(board) {
  const call = board.calls[0];
  document.querySelector("[data-call-number]").textContent = call ? call.number : "";
  document.querySelector("[data-call-counter]").textContent = call ? call.counter_name : "";
  document.querySelector("[data-waiting]").textContent = board.waiting_total;
}
live({ office: facts.office, screen: "display", board: facts.board, pollUrl: facts.poll, pollMs: 5000, draw, reload: true, lost: (isLost) => { document.querySelector("[data-lost]").hidden = !isLost; } });
