// The live line of a page: hands every newer board to `draw`, by socket, and by polling while the socket is silent.

const ALIVE_MS = 30000; // a kiosk or a display asks at least this often, so that the office sees that it lives
const STALE_MS = 5000; // UX 19: a lost line is said within five seconds

// `options`: office, screen, pollUrl, pollMs, timeoutMs, board (the one in the page), draw(board), lost(isLost, heardAt),
// told(order) for what a paired device is asked to do, reload: whether a newer build reloads the page, reloadSetup: a newer setup too,
// isBusy(): when a reload would cut something short.
export function live(options) {
  let drawn = -1;
  let drawnMinute = ""; // with the minute the availability changes, without any click
  let heardAt = Date.now();
  let polledAt = Date.now();
  let isLost = false;
  let isPolling = false;
  let drawnHeard = "";

  function hear(board) {
    heardAt = Date.now();
    tell(false);
    const isOld = board.build !== options.board.build || (options.reloadSetup && board.setup !== options.board.setup);
    if (options.reload && isOld && !(options.isBusy && options.isBusy())) {
      location.reload();
      return;
    }
    if (board.version > drawn || (board.version === drawn && (board.minute !== drawnMinute || String(board.heard) !== drawnHeard))) {
      drawn = board.version;
      drawnMinute = board.minute;
      drawnHeard = String(board.heard);
      options.draw(board);
    }
  }

  function tell(lost) {
    if (lost !== isLost) {
      isLost = lost;
      options.lost(lost, heardAt);
    }
  }

  const socket = window.io({
    transports: ["websocket"],
    auth: { office: options.office, screen: options.screen, ticket: options.ticket },
    reconnectionDelay: 500,
    reconnectionDelayMax: 3000,
    timeout: 5000,
  });
  socket.on("board", hear);
  socket.on("disconnect", () => poll());
  socket.on("device", (order) => options.told && options.told(order));

  function poll() {
    if (isPolling) {
      return;
    }
    isPolling = true;
    polledAt = Date.now();
    const control = typeof AbortController === "function" ? new AbortController() : null;
    const timer = setTimeout(() => control && control.abort(), options.timeoutMs || 4000);
    fetch(options.pollUrl, { headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin", signal: control ? control.signal : undefined })
      .then((answer) => {
        if (answer.status === 401 && options.reload) {
          location.reload(); // the device was revoked: the server shows how to pair it again
        }
        return answer;
      })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then(hear)
      .catch(() => {
        // A cut cable leaves the socket "connected" for a quarter of a minute: the poll is what knows.
        if (Date.now() - heardAt > STALE_MS - 1000) {
          tell(true);
        }
      })
      .then(() => {
        isPolling = false;
        clearTimeout(timer);
      });
  }

  setInterval(() => {
    const isDue = options.screen && Date.now() - polledAt >= ALIVE_MS;
    if (!socket.connected || Date.now() - heardAt >= options.pollMs || isDue) {
      poll();
    }
  }, Math.min(options.pollMs, 1000));
  hear(options.board);
  return socket;
}

export function pageFacts() {
  return JSON.parse(document.getElementById("facts").textContent);
}
