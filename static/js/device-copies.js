// Pages that a device keeps for work without a connection belong to one account: they go when that
// account logs out, or when another one opens the portal here. What was typed and not yet sent is
// another matter: it stays under its account's name until that account has sent it.

import { forgetSent } from "./survey-store.js";

/** Caches of the service worker (survey-worker.js names them too). */
export const PAGES = "kc-khao-sat-trang";
export const ASSETS = "kc-khao-sat-tinh";
const OWNER = "kc-chu-may";
const PATIENCE_MS = 1500;

/** Forget every kept page, and of what was typed all that the server has. */
export async function forgetPages() {
  try {
    await Promise.all([caches.delete(PAGES), forgetSent()]);
  } catch {
    /* no cache here: nothing was kept */
  }
}

/** The account that this device last worked for. */
export function deviceOwner() {
  try {
    return localStorage.getItem(OWNER) ?? "";
  } catch {
    return "";
  }
}

/** Settle whose pages these are; resolves when another account's are gone. */
export async function claimDevice(user) {
  if (!user || deviceOwner() === user) return;
  try {
    localStorage.setItem(OWNER, user);
  } catch {
    /* nothing can be kept here */
  }
  await forgetPages();
}

/** Let every log-out form of the page forget the pages before it goes. */
export function forgetAtLogout() {
  for (const form of document.querySelectorAll("form[data-logout]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await Promise.race([forgetPages(), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
      form.submit();
    });
  }
}
