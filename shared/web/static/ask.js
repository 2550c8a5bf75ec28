// Asking the server, with an end to patience.

export function wait(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

// What `read` makes of the answer; it fails when the whole has not come after `patienceMs`.
export async function ask(url, patienceMs, read, options) {
  const control = typeof AbortController === "function" ? new AbortController() : null;
  const timer = setTimeout(() => control && control.abort(), patienceMs);
  try {
    return await read(await fetch(url, Object.assign({ credentials: "same-origin", signal: control ? control.signal : undefined }, options)));
  } finally {
    clearTimeout(timer);
  }
}

// The answer; a refusal fails with the `status` that the server said.
export function accepted(answer) {
  if (!answer.ok) {
    throw Object.assign(new Error(String(answer.status)), { status: answer.status });
  }
  return answer;
}

export const json = (answer) => accepted(answer).json();
