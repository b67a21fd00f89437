// A team's page: what is said is kept on this phone first, then sent; nothing is sent twice.
const page = document.querySelector("[data-team]");
const zone = "Europe/London";
const CACHE = "peelian-team";
const AT_ONCE = 100;
const SLACK = 120_000; // clocks differ by less than this without a word [ms]
const prefix = "peelian-team ";
const key = prefix + page.dataset.team;
const state = page.querySelector("[data-state]");
const warning = page.querySelector("[data-warning]");
let memory = null; // what is said where the phone lets a page keep nothing
let sending = false;
let csrf = page.dataset.csrf;

const said = () => memory ?? JSON.parse(localStorage.getItem(key) ?? "[]");

function keep(entries) {
  try {
    localStorage.setItem(key, JSON.stringify(entries));
    memory = null;
  } catch {
    memory = entries;
  }
}

if (page.dataset.ended !== undefined) showLeftOver();
else start();

function start() {
  forgetOldPacks();
  page.addEventListener("submit", press);
  window.addEventListener("online", send);
  window.addEventListener("offline", show);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  setInterval(send, 30_000);
  show();
  send();
  keepPage();
}

function press(event) {
  event.preventDefault();
  const form = event.target;
  const what = event.submitter.value;
  const given = Object.fromEntries(new FormData(form));
  const entry = { id: newId(), stop: Number(form.dataset.stop), what, time: new Date().toISOString() };
  if (what === "seen") {
    const n = Number(given.n);
    const wrong = !given.seen ? "Choose what you saw"
      : !(Number.isInteger(n) && n >= 1 && n <= Number(page.dataset.most)) ? "Give how many, from 1 to 99" : "";
    form.querySelector("[data-error]").textContent = wrong;
    if (wrong) {
      form.querySelector(given.seen ? "[name=n]" : "[name=seen]").focus();
      return;
    }
    Object.assign(entry, { seen: given.seen, n });
    form.reset();
  }
  if (what === "taken-back") entry.of = given.of;
  keep([...said(), entry]);
  show();
  if (what === "taken-back") document.querySelector(`#stop-${entry.stop} button`).focus();
  send();
}

async function send() {
  const waiting = said().filter((one) => !one.held && !one.refused).slice(0, AT_ONCE);
  if (sending || !waiting.length) return;
  sending = true;
  try {
    let answer = await post(waiting);
    if (answer.status === 403 && !isJson(answer)) {
      await renewToken();
      answer = await post(waiting);
    }
    const body = isJson(answer) ? await answer.json() : {};
    if (answer.ok) {
      mark(body);
      tellClock(body.now);
    } else {
      tell(body.error ?? "The workbench did not take what was sent. It is kept and sent again.");
    }
  } catch {
    // no signal: what waits is sent when there is one
  }
  sending = false;
  show();
  if (waiting.length === AT_ONCE) send();
}

const isJson = (answer) => (answer.headers.get("Content-Type") ?? "").startsWith("application/json");

function post(waiting) {
  const reports = waiting.map(({ id, stop, what, time, seen, n, of }) => ({ id, stop, what, time, seen, n, of }));
  return fetch(location.pathname, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({ sent: new Date().toISOString(), reports }),
  });
}

async function renewToken() {
  const answer = await fetch(location.pathname);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  csrf = fresh.querySelector("[data-csrf]")?.dataset.csrf ?? csrf;
}

function mark({ held, refused }) {
  keep(said().map((one) => ({
    ...one,
    held: one.held || held.includes(one.id),
    refused: one.refused || refused[one.id] || "",
  })));
}

function tell(words) {
  warning.textContent = words;
  warning.hidden = !words;
}

function tellClock(now) {
  const ahead = Date.now() - Date.parse(now);
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  tell(Math.abs(ahead) > SLACK
    ? `This phone's clock is ${minutes} minutes ${ahead > 0 ? "ahead" : "behind"}. Your times are put right and both are kept.`
    : "");
}

function show() {
  const entries = said();
  const gone = new Set(entries.filter((one) => one.what === "taken-back" && !one.refused).map((one) => one.of));
  for (const stop of page.querySelectorAll("[data-log]")) {
    const list = stop.querySelector("ul");
    list.querySelectorAll("[data-own]").forEach((item) => item.remove());
    const listed = new Set();
    for (const item of list.children) {
      listed.add(item.dataset.id);
      item.hidden = gone.has(item.dataset.id);
    }
    for (const one of entries) {
      if (one.stop !== Number(stop.dataset.log) || one.what === "taken-back") continue;
      if (!listed.has(one.id) && !gone.has(one.id)) list.append(itemOf(one));
    }
    stop.hidden = ![...list.children].some((item) => !item.hidden);
  }
  showNext();
  const waiting = entries.filter((one) => !one.held && !one.refused).length;
  const words = [navigator.onLine ? "" : "No signal."];
  if (waiting) words.push(`${waiting} to send, kept on this phone${memory ? " while this page is open" : ""}.`);
  else if (entries.length) words.push("All sent.");
  else words.push("Nothing to send.");
  const text = words.join(" ").trim();
  if (state.textContent !== text) state.textContent = text;
  state.dataset.state = waiting ? "waiting" : "sent";
}

// The first stop that nobody has left yet.
function showNext() {
  const left = (stop) => [...stop.querySelectorAll("[data-what=left]")].some((item) => !item.hidden);
  const next = [...page.querySelectorAll("[data-called]")].find((stop) => !left(stop));
  page.querySelector("[data-next-place]").hidden = !next;
  if (!next) return;
  const link = page.querySelector("[data-next]");
  link.href = `#${next.id}`;
  link.textContent = next.dataset.called;
}

function itemOf(one) {
  const item = document.createElement("li");
  item.dataset.own = one.id;
  if (!one.refused) item.dataset.what = one.what;
  const words = document.createElement("span");
  words.textContent = wordsOf(one);
  item.append(words, ` (${one.refused ? `refused: ${one.refused}` : one.held ? "sent" : "to send"}) `);
  if (one.refused) return item;
  const form = page.querySelector("[data-undo]").content.firstElementChild.cloneNode(true);
  form.dataset.stop = one.stop;
  form.querySelector("[name=of]").value = one.id;
  form.querySelector("[data-words]").textContent = ` ${wordsOf(one)}`;
  item.append(form);
  return item;
}

function wordsOf(one) {
  const time = new Date(one.time).toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  if (one.what !== "seen") return `${one.what === "left" ? "Left" : "Arrived"} ${time}`;
  const label = page.querySelector(`[data-choice="${one.seen}"]`)?.textContent.trim() ?? one.seen;
  return [label, ...(one.n > 1 ? [one.n] : []), time].join(", ");
}

// 32 hexadecimal digits; crypto.randomUUID is not there without https.
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function packs() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}

function forgetOldPacks() {
  for (const name of packs()) {
    const all = JSON.parse(localStorage.getItem(name)).every((one) => one.held || one.refused);
    if (name !== key && all) localStorage.removeItem(name);
  }
}

// The link has ended: what was never sent is read out, for someone to write down.
function showLeftOver() {
  const left = said().filter((one) => !one.held && !one.refused && one.what !== "taken-back");
  if (!left.length) return;
  const list = page.querySelector("ul");
  for (const one of left) {
    const item = document.createElement("li");
    item.textContent = `Stop ${one.stop}: ${wordsOf(one)}`;
    list.append(item);
  }
  page.querySelector("[data-left]").hidden = false;
}

// Keep this page, its style and its script for when there is no signal; needs https or localhost.
async function keepPage() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(page.dataset.worker, { scope: "/team/" });
    const cache = await caches.open(CACHE);
    const files = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((one) => one.href || one.src);
    const wanted = [location.origin + location.pathname, ...files];
    for (const kept of await cache.keys()) if (!wanted.includes(kept.url)) await cache.delete(kept);
    await cache.addAll(wanted);
    page.dataset.ready = "";
  } catch {
    // the open page still works
  }
}
