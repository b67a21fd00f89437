// Shows a team's page again where there is no signal. It answers for pages under /team/ only,
// keeps one of them with its style and script, and never keeps what is sent.
const CACHE = "peelian-team";
const PATIENCE = 6000; // with one bar of signal the page kept is better than none [ms]

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function page(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  const fetched = fetch(request).then(async (answer) => {
    if (answer.ok) await cache.put(request, answer.clone());
    else if (answer.status === 403 || answer.status === 404) await cache.delete(request);
    return answer;
  });
  if (!kept) return fetched;
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE));
  return Promise.race([fetched.catch(() => kept), late]);
}

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) || fetch(request);
}
