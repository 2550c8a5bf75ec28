// Slides and videos between the calls. The call always wins: it hides them, stops a video and silences it. What cannot
// be shown is skipped; with nothing to show, the calls have the whole screen.

import { ask, json } from "../shared/ask.js";

const REFRESH_MS = 60000;
const SKIP_MS = 2000; // after a broken slide
const LONGEST_VIDEO_MS = 30 * 60000;
const BLURRED_PX = 24; // so few across the screen look blurred on every engine

// `options`: place, url of the playlist, mode(name) with "calls" or "media".
export function player(options) {
  let slides = [];
  let known = "";
  let place = -1;
  let timer = 0;
  let video = null;
  let from = 0; // of a page: the first of its lines that stands in this part
  let more = 0; // and of the next part, 0 after the last
  let isYielding = false;
  let isQuiet = false;

  async function refresh() {
    try {
      const playlist = await ask(options.url, REFRESH_MS, json, { cache: "no-store" });
      const text = JSON.stringify(playlist.slides);
      if (text !== known) {
        known = text;
        slides = playlist.slides;
        place = -1;
        more = 0;
        next();
      }
    } catch (fault) {
      console.warn("no playlist", fault); // what is on the screen stays
    }
  }

  function next() {
    clearTimeout(timer);
    clear();
    if (!slides.length) {
      layout();
      return;
    }
    place = more ? place : (place + 1) % slides.length;
    from = more;
    more = 0;
    const slide = slides[place];
    const show = { image: showImage, video: showVideo, page: showPage }[slide.kind];
    if (show) {
      show(slide);
    }
    layout();
  }

  function clear() {
    if (video) {
      video.onended = video.onerror = null;
      video.pause();
      video.removeAttribute("src");
      video.load(); // or the engine keeps the film in memory
      video = null;
    }
    options.place.textContent = "";
  }

  function later(ms) {
    clearTimeout(timer);
    timer = setTimeout(next, ms);
  }

  function showImage(slide) {
    const image = document.createElement("img");
    image.alt = "";
    image.onerror = broken;
    image.onload = () => behind(image, image.naturalWidth / image.naturalHeight);
    image.src = slide.url;
    options.place.appendChild(image);
    later(slide.seconds * 1000);
  }

  function showVideo(slide) {
    video = document.createElement("video");
    video.onended = next;
    video.onerror = broken;
    video.playsInline = true;
    const film = video;
    video.onloadeddata = () => behind(film, film.videoWidth / film.videoHeight);
    video.src = slide.url;
    options.place.appendChild(video);
    play();
    later(LONGEST_VIDEO_MS);
  }

  // A blurred copy fills what a picture of another shape leaves free.
  function behind(source, ratio) {
    const box = options.place.getBoundingClientRect();
    if (source.parentNode !== options.place || !box.height || Math.abs(ratio - box.width / box.height) < 0.02) {
      return;
    }
    const copy = document.createElement("canvas");
    copy.width = BLURRED_PX;
    copy.height = Math.max(1, Math.round((BLURRED_PX * box.height) / box.width));
    copy.getContext("2d").drawImage(source, 0, 0, copy.width, copy.height);
    options.place.insertBefore(copy, source);
  }

  function showPage(slide) {
    const page = document.createElement("article");
    const title = document.createElement("h2");
    const list = document.createElement("ul");
    title.textContent = slide.title;
    slide.lines.slice(from).forEach((line) => {
      list.appendChild(document.createElement("li")).textContent = line;
    });
    page.appendChild(title);
    page.appendChild(list);
    options.place.appendChild(page);
    later(slide.seconds * 1000);
  }

  // The letters are large: what does not fit under the title stands there in the next part.
  function part() {
    const page = options.place.querySelector("article");
    const lines = page ? Array.from(page.querySelectorAll("li")) : [];
    lines.forEach((line) => { line.hidden = false; });
    let fits = lines.length;
    while (fits > 1 && page.scrollHeight > page.clientHeight + 1) {
      fits -= 1;
      lines[fits].hidden = true;
    }
    more = fits < lines.length ? from + fits : 0;
  }

  function broken() {
    slides = slides.filter((slide, at) => at !== place); // until the playlist changes
    place -= 1;
    clear();
    layout();
    later(SKIP_MS);
  }

  function play() {
    if (!video) {
      return;
    }
    video.muted = isQuiet;
    if (isYielding || isQuiet) {
      video.pause();
      return;
    }
    start(video);
  }

  async function start(film) {
    try {
      await film.play();
    } catch (fault) {
      if (fault.name === "NotAllowedError" && film === video && !film.muted) {
        film.muted = true; // the browser holds sound back: the film goes on without
        start(film);
      }
    }
  }

  function layout() {
    const isShown = slides.length > 0 && options.place.firstChild !== null && !isYielding;
    options.place.hidden = !isShown;
    options.mode(isShown ? "media" : "calls");
    if (isShown) {
      part();
    }
  }

  refresh();
  setInterval(refresh, REFRESH_MS);
  return {
    // While a call is spoken.
    quiet(wanted) {
      isQuiet = wanted;
      play();
    },
    // While a call is new.
    yield(wanted) {
      isYielding = wanted;
      layout();
      play();
    },
  };
}
