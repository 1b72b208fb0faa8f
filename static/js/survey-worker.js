// The service worker of the survey pages, for work without a connection. It answers for the sheets,
// the list of one's sheets, and our static files; everything else goes its ordinary way. Pages are
// kept by the pages themselves (survey-offline.js) and forgotten at the log-out (device-copies.js).

const PAGES = "kc-khao-sat-trang";
const ASSETS = "kc-khao-sat-tinh";
const HOME = new URL(self.registration.scope).pathname;
const PAGE = new RegExp(`^${HOME}(phieu/\\d+|cua-toi)/$`);
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const PATIENCE_MS = 5000; // a connection that is there and carries nothing is none
const NO_PAGE = `<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Chưa có kết nối</title><main><h1>Chưa có kết nối</h1><p>Phiếu này chưa được tải sẵn về máy nên chưa mở được khi không có mạng. Những gì anh/chị đã nhập ở các phiếu khác vẫn giữ trên máy này.</p>
<p><a href="${HOME}cua-toi/">Về danh sách phiếu của tôi</a></p></main></html>`;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  // Further pages of the list are not kept: a page is known by its path alone.
  if (request.mode === "navigate" && PAGE.test(url.pathname) && !url.search) event.respondWith(page(request, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(request, url.pathname));
});

const find = async (name, path) => (await caches.open(name)).match(path, { ignoreVary: true });

async function store(path, answer) {
  await (await caches.open(PAGES)).put(path, answer);
}

/** The server's page where it can be had, else the kept one. */
async function page(request, path) {
  const kept = await find(PAGES, path);
  const asked = fetch(request).then((answer) => {
    if (answer.ok && !answer.redirected) store(path, answer.clone());
    return answer;
  });
  if (!kept) return asked.catch(() => new Response(NO_PAGE, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } }));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  return Promise.race([asked.then((answer) => (answer.status >= 500 ? kept : answer)), late]).catch(() => kept);
}

/** A file with its hash in its name never changes; any other comes from the server while it can. */
async function asset(request, path) {
  const kept = await find(ASSETS, path);
  if (kept && HASHED.test(path)) return kept;
  return fetch(request).catch(() => kept ?? Response.error());
}
