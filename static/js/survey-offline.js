// Survey pages without a connection: registers the service worker (survey-worker.js) and keeps in
// its caches the pages and files that it will serve.

import { ASSETS, PAGES } from "./device-copies.js";

const KEEP_DAYS = 14;

const settings = () => JSON.parse(document.getElementById("khao-sat-ngoai-tuyen").textContent);

/** Whether this browser can open pages without a connection here. */
export const canWorkOffline = () => "serviceWorker" in navigator && "caches" in window;

/** Let go of what is older than a survey round takes: pages first, then files that no page names. */
async function forgetOld() {
  const { assets } = settings();
  const isOld = (answer, days) => Date.now() - Date.parse(answer.headers.get("Date") ?? "") > days * 864e5;
  for (const [name, days, wanted] of [[PAGES, KEEP_DAYS, []], [ASSETS, KEEP_DAYS + 1, assets]]) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const isWanted = wanted.includes(new URL(request.url).pathname);
      if (!isWanted && isOld(await cache.match(request, { ignoreVary: true }), days)) await cache.delete(request);
    }
  }
}

async function keepAssets() {
  const cache = await caches.open(ASSETS);
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  const missing = settings().assets.filter((path) => !kept.has(path));
  await Promise.all(missing.map((path) => cache.add(path)));
}

/** Keep one page as the server gives it now; false when it may not be kept. */
export async function keepPage(path) {
  const answer = await fetch(path, { headers: { Accept: "text/html" } });
  const isPage = answer.ok && !answer.redirected && answer.headers.get("Content-Type")?.startsWith("text/html");
  if (isPage) await (await caches.open(PAGES)).put(path, answer);
  return isPage;
}

/** Let this page and its files be found again without a connection. Failures cost nothing. */
export async function prepare() {
  if (!canWorkOffline()) return false;
  try {
    const { worker, scope } = settings();
    await navigator.serviceWorker.register(worker, { scope });
    await keepAssets();
    await forgetOld();
    // Once the worker is at work it keeps each page as it comes.
    if (!(await keptPaths()).has(location.pathname)) await keepPage(location.pathname);
    return true;
  } catch (error) {
    console.warn("this page will not open without a connection", error);
    return false;
  }
}

/** Keep the pages of a list, telling after each; resolves to how many could be kept. */
export async function keepPages(paths, told) {
  await keepAssets();
  let kept = 0;
  for (const [index, path] of paths.entries()) {
    if (await keepPage(path)) kept += 1;
    told(index + 1);
  }
  return kept;
}

/** Forget a page whose work is done. */
export async function forgetPage(path) {
  if (canWorkOffline()) await (await caches.open(PAGES)).delete(path);
}

/** The paths of the pages kept here. */
export async function keptPaths() {
  if (!canWorkOffline()) return new Set();
  const requests = await (await caches.open(PAGES)).keys();
  return new Set(requests.map((request) => new URL(request.url).pathname));
}
