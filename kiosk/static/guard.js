// Holds off what a browser does with gestures: zoom, menus, dragging, going back.

export function guard() {
  const stop = (event) => event.preventDefault();
  ["contextmenu", "dragstart", "gesturestart", "selectstart"].forEach((name) => document.addEventListener(name, stop));
  document.addEventListener("touchmove", (event) => { if (event.touches.length > 1 || !event.target.closest("[data-scrolls]")) { stop(event); } }, { passive: false });
  document.addEventListener("wheel", (event) => { if (event.ctrlKey) { stop(event); } }, { passive: false });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && ["+", "-", "=", "0", "p", "s", "f"].indexOf(event.key) >= 0) {
      stop(event);
    }
  });
}
