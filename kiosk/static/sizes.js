// Millimetres: the screen's own scale, kept by the calibration page; then as many tiles as really fit.

const KEY = "loket-px-per-mm";
const TABLET_PX_PER_MM = 5.9; // of 10.1 inches with 1280x800: its pixels are counted 160 to the inch
const TABLET_SHORT_SIDE = 850;
const LOWEST = 620; // no monitor has fewer
const HAND = 5; // fingers that touch at once
const WIDE = 1.7; // width to height of most monitors is more
const SQUARE = 1.4; // and of old ones less
const MONITOR_PX_PER_MM = 4.05; // of 21.5 inches, Full HD, or of 15.6 with 1366x768; on larger ones all is larger
const PER_SHORT_SIDE = 0.00375; // on a large screen sizes grow with it
const DENSE_MM = 175; // of height: below, pictures and spaces shrink, never targets or letters
const COMPACT_MM = 225; // of height: below, the entries under the services are one line each
const NARROW_MM = 190; // of width: below, the words of the toolbar need more than an even share of it
const LOW_MM = 230; // a screen that is lower than this is in reach as it is
const ROOMY_MM = 60;
const STACKED = 0.5; // height to width of a tile, above which the picture stands above the words

export function pxPerMm(fallback) {
  const kept = parseFloat(store((storage) => storage.getItem(KEY)));
  if (kept > 1 && kept < 40) {
    return kept;
  }
  return fallback || (isTablet() ? TABLET_PX_PER_MM : MONITOR_PX_PER_MM);
}

// An iPad calls itself a Macintosh, of which none is touched; an Android that asks for desktop pages a Linux on ARM. A
// tablet with a PC's processor counts at least five fingers, has no mouse, and is small: 16 to 10, scaled, or very low.
// A monitor of that size has another shape or one finger.
function isTablet() {
  const fingers = navigator.maxTouchPoints;
  const [short, long] = [screen.width, screen.height].sort((one, other) => one - other);
  const isSmall = short <= TABLET_SHORT_SIDE;
  const isOfTablets = short <= LOWEST || window.devicePixelRatio > 1 || long / short < WIDE;
  return /Android|iPad/.test(navigator.userAgent) || (fingers > 0 && /Mac/.test(navigator.platform + navigator.userAgent))
    || (fingers > 0 && isSmall && /arm|aarch/i.test(navigator.platform))
    || (fingers >= HAND && isSmall && isOfTablets && long / short > SQUARE && !window.matchMedia("(any-pointer: fine)").matches);
}

export function keepPxPerMm(value) {
  store((storage) => storage.setItem(KEY, String(value)));
}

function store(work) {
  try {
    return work(localStorage);
  } catch (error) {
    return null; // a browser that keeps nothing still gives numbers
  }
}

export function measure(isLow, fallback) {
  const root = document.documentElement;
  const mm = pxPerMm(fallback);
  const unit = Math.max(mm, Math.min(window.innerWidth, window.innerHeight) * PER_SHORT_SIDE);
  const height = isLow ? window.innerHeight / 2 : window.innerHeight;
  root.style.setProperty("--u", unit + "px");
  root.dataset.mm = String(mm);
  toggle(root, "dense", height / unit < DENSE_MM);
  toggle(root, "narrow", window.innerWidth / unit < NARROW_MM);
  toggle(root, "compact", height / unit >= DENSE_MM && height / unit < COMPACT_MM);
  root.dataset.shape = window.innerWidth > height ? "flat" : "tall";
  return window.innerHeight / unit >= LOW_MM;
}

// Pixels of a millimetre here, or a little more on a large screen.
export function unit() {
  return parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--u"));
}

export function toggle(root, name, isOn) {
  if (isOn) {
    root.dataset[name] = "";
  } else {
    delete root.dataset[name];
  }
}

// How many columns and rows of tiles: the most, up to `most`, at which every name of `tiles` stands whole in its tile.
export function grid(list, tiles, most) {
  const forms = [];
  for (let columns = 1; columns <= (most > 6 ? 4 : 3); columns += 1) {
    for (let rows = 1; rows <= most; rows += 1) {
      const room = (list.clientHeight - (rows - 1) * 3 * unit()) / rows;
      if (columns * rows <= most && (room >= 30 * unit() || rows === 1)) {
        forms.push([columns, rows]);
      }
    }
  }
  const cells = (form) => Math.min(form[0] * form[1], tiles.length);
  const shape = (form) => list.clientHeight / form[1] / (list.clientWidth / form[0]);
  const all = [];
  forms.forEach((form) => { all.push(form.concat(shape(form) > STACKED), form.concat(shape(form) <= STACKED)); });
  const badness = (form) => (form[2] !== shape(form) > STACKED ? 1 : 0) + form[0] * form[1] - cells(form) + Math.abs(Math.log(shape(form) / 0.6));
  all.sort((one, other) => cells(other) - cells(one) || badness(one) - badness(other));
  return all.find((form) => fits(list, tiles, form)) || [1, 1, false];
}

const TILE_MM = 30;
const GAP_MM = 3;
const NARROWEST_MM = 44;

// The fewest columns in which `count` tiles of short names stand, each a finger high and wide; and how many could.
export function frame(list, count, most) {
  const along = (length, size) => Math.max(1, Math.floor((length / unit() + GAP_MM) / (size + GAP_MM)));
  const rows = along(list.clientHeight, TILE_MM);
  const columns = Math.min(4, along(list.clientWidth, NARROWEST_MM));
  const wanted = Math.min(columns, Math.max(1, Math.ceil(count / rows)));
  return { form: [wanted, Math.ceil(count / wanted), false], room: Math.min(most, rows * columns) };
}

function fits(list, tiles, form) {
  set(list, form);
  for (let start = 0; start < tiles.length; start += form[0] * form[1]) {
    const shown = tiles.slice(start, start + form[0] * form[1]);
    tiles.forEach((tile) => { tile.parentElement.hidden = shown.indexOf(tile) < 0; });
    if (!shown.every(whole)) {
      return false;
    }
  }
  return true;
}

// Nothing of the picture or the words stands out of the tile.
function whole(tile) {
  const words = tile.querySelector("b").parentElement;
  const box = tile.getBoundingClientRect();
  const inner = [words, tile.firstElementChild].filter((part) => part.getClientRects().length).map((part) => part.getBoundingClientRect());
  return words.scrollWidth <= words.clientWidth + 1 && inner.every((part) => part.top >= box.top + 2 && part.bottom <= box.bottom - 2 && part.left >= box.left && part.right <= box.right);
}

// `form`: columns, rows, and whether the picture stands above the words.
export function set(list, form) {
  const root = document.documentElement;
  list.style.setProperty("--columns", form[0]);
  list.style.setProperty("--rows", form[1]);
  root.dataset.tile = form[2] ? "stacked" : "beside";
  toggle(root, "roomy", list.clientHeight / form[1] / unit() >= ROOMY_MM && list.clientWidth / form[0] / unit() > ROOMY_MM);
}
