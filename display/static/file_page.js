// The page of a file on a phone: looks again by itself, without moving what somebody reads.

const LOOK_MS = 60000;

setInterval(async () => {
  const answer = await fetch(location.href).catch(() => null); // away for the moment: the next look may find it
  if (answer && answer.ok) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    const shown = document.querySelector("main");
    if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(document.adoptNode(fresh));
  }
}, LOOK_MS);
