// The frame of the officers' pages: messages that go, the chosen appearance, the menu beneath the name.

const TOAST_MS = 12000;
const YEAR_S = 31536000;
const LOOKS = ["light", "dark", "auto"];

// A message waits while a hand or the keyboard is on it; one that can be taken back goes when that is over.
function letGo(toast) {
  let timer = null;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), TOAST_MS);
  };
  toast.addEventListener("mouseenter", () => clearTimeout(timer));
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.addEventListener("mouseleave", wait);
  toast.addEventListener("focusout", wait);
  wait();
}

document.querySelectorAll("[data-toast]").forEach(letGo);

// A menu that is longer than the window begins where the page stands in it.
const rail = document.querySelector(".rail");
const places = rail ? rail.querySelectorAll("[aria-current]") : [];
if (places.length) {
  rail.scrollTop = places[places.length - 1].offsetTop - rail.clientHeight / 2;
}

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (close) {
    close.closest("[data-toast]").remove();
  }
  const look = event.target.closest("[data-theme-next]");
  if (look) {
    const now = document.documentElement.dataset.theme;
    const next = LOOKS[(LOOKS.indexOf(now) + 1) % LOOKS.length];
    document.documentElement.dataset.theme = next;
    document.cookie = `theme=${next}; path=/; max-age=${YEAR_S}; samesite=lax`;
    look.textContent = look.dataset[next];
  }
  const menu = document.getElementById("menu");
  if (menu && menu.open && !menu.contains(event.target)) {
    menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = document.getElementById("menu");
  if (event.key === "Escape" && menu && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
