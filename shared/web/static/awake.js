// A screen that nobody touches stays lit, where the browser lets a page ask for it (`loket kiosk-mode` sees to that).

export function stayAwake() {
  if (!navigator.wakeLock) {
    return;
  }
  const ask = () => document.hidden || navigator.wakeLock.request("screen").catch(() => null);
  document.addEventListener("visibilitychange", ask); // the browser lets go of it whenever the page is hidden
  ask();
}
