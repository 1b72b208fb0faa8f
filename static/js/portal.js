// What every page needs: htmx requests carry the CSRF token, the phone menu closes, the error
// summary takes the focus, drafts are kept and the end of the session is announced.
import { keepDrafts } from "./keep-draft.js";
import { watchSession } from "./session.js";

/** The CSRF token of the page, from the cookie or from a form of the page. */
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? decodeURIComponent(cookie[1]) : document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});

function phoneMenu() {
  const menu = document.querySelector("details[data-menu]");
  if (!menu) return;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

phoneMenu();
document.querySelector("[data-error-summary]")?.focus();
keepDrafts();
watchSession();
