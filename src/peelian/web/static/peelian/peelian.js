// What the pages do beyond plain HTML: GOV.UK components, and work under way.
import { initAll } from "../vendor/govuk/govuk-frontend.min.js";

// On a wide screen settings stand open beside the map; on a phone they fold, table first.
if (window.matchMedia("(min-width: 80em)").matches) {
  for (const fold of document.querySelectorAll("[data-open-wide]")) fold.open = true;
}

initAll();

const work = document.querySelector("[data-progress]");
if (work) follow(work);

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A wide table that scrolls sideways takes the keyboard's focus; one that fits does not.
for (const box of document.querySelectorAll(".peelian-scroll, .map-table")) {
  const fit = () => {
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  fit();
  new ResizeObserver(fit).observe(box);
}

async function follow(place) {
  const bar = place.querySelector("progress");
  const words = place.querySelector("[data-words]");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    let state;
    try {
      const answer = await fetch(place.dataset.progress);
      if (!answer.ok) throw new Error(answer.statusText);
      state = await answer.json();
    } catch {
      words.textContent = "The workbench does not answer. Start it again, then reload this page.";
      return;
    }
    if (state.done) {
      window.location.reload();
      return;
    }
    bar.value = state.share;
    if (words.textContent !== state.message) words.textContent = state.message;
  }
}
