// The live line of a page: hands every newer board to `draw`, by socket, and by polling while the socket is silent.

import { ask, json } from "./ask.js";

const ALIVE_MS = 30000; // a kiosk or a display asks at least this often, so that the office sees that it lives
const STALE_MS = 5000; // a lost line is said within five seconds
const LATE_MS = 10000; // a board that was so long on its way waited for a page that slept

// `options`: office, screen, pollUrl, pollMs, timeoutMs, board (the one in the page), lost(isLost, heardAt),
// draw(board, isOtherEpoch): true when the database was put back to an earlier state, and older versions are newer,
// told(order) for what a paired device is asked to do, reload: whether a newer build reloads the page, reloadSetup: a newer setup too,
// isBusy(): when a reload would cut something short.
export function live(options) {
  let epoch = null; // versions compare within one epoch only
  let drawn = -1;
  let drawnMinute = ""; // with the minute the availability changes, without any click
  let heardAt = performance.now(); // not the clock on the wall, which may be set while we wait
  let polledAt = performance.now();
  let isLost = false;
  let isPolling = false;
  let drawnHeard = "";
  let ahead = null; // this clock less the server's; right as long as nobody sets one of them

  // A page that wakes finds boards of the time before: the newest one is asked for instead.
  function arrived(board) {
    const lag = Date.now() - Date.parse(board.at);
    if (ahead !== null && lag > ahead + LATE_MS) {
      poll();
      return;
    }
    ahead = ahead === null ? lag : Math.min(ahead, lag);
    hear(board);
  }

  function asked(board) {
    ahead = Date.now() - Date.parse(board.at);
    hear(board);
  }

  function hear(board) {
    heardAt = performance.now();
    tell(false);
    const isOld = board.build !== options.board.build || (options.reloadSetup && board.setup !== options.board.setup);
    if (options.reload && isOld && !(options.isBusy && options.isBusy())) {
      location.reload();
      return;
    }
    const isOtherEpoch = epoch !== null && board.epoch !== epoch;
    epoch = board.epoch === undefined ? epoch : board.epoch;
    if (!isOtherEpoch && board.version < drawn) {
      poll(); // late, or the server's past has changed: the poll says what was drawn, and the server knows
      return;
    }
    if (isOtherEpoch || board.version > drawn || (board.version === drawn && (board.minute !== drawnMinute || String(board.heard) !== drawnHeard))) {
      drawn = board.version;
      drawnMinute = board.minute;
      drawnHeard = String(board.heard);
      options.draw(board, isOtherEpoch);
    }
  }

  function tell(lost) {
    if (lost !== isLost) {
      isLost = lost;
      options.lost(lost, Date.now() - (performance.now() - heardAt));
    }
  }

  const socket = window.io({
    transports: ["websocket"],
    auth: { office: options.office, screen: options.screen, ticket: options.ticket },
    reconnectionDelay: 500,
    reconnectionDelayMax: 3000,
    timeout: 5000,
  });
  socket.on("board", arrived);
  socket.on("disconnect", () => poll());
  socket.on("device", (order) => options.told && options.told(order));

  async function poll() {
    if (isPolling) {
      return;
    }
    isPolling = true;
    polledAt = performance.now();
    const headers = { Accept: "application/json", "X-Drawn": drawn + " " + (epoch || "") };
    try {
      asked(await ask(options.pollUrl, options.timeoutMs || 4000, json, { headers, cache: "no-store" }));
    } catch (fault) {
      if (fault.status === 401 && options.reload) {
        location.reload(); // the device was revoked: the server shows how to pair it again
      }
      // A cut cable leaves the socket "connected" for a quarter of a minute: the poll is what knows.
      if (performance.now() - heardAt > STALE_MS - 1000) {
        tell(true);
      }
    }
    isPolling = false;
  }

  setInterval(() => {
    const isDue = options.screen && performance.now() - polledAt >= ALIVE_MS;
    if (!socket.connected || performance.now() - heardAt >= options.pollMs || isDue) {
      poll();
    }
  }, Math.min(options.pollMs, 1000));
  hear(options.board);
  return socket;
}

export function pageFacts() {
  return JSON.parse(document.getElementById("facts").textContent);
}
