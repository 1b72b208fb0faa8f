// What every page needs: htmx requests carry the CSRF token and say when they fail, the phone menu
// closes, the error summary takes the focus, drafts are kept, the end of the session is announced,
// pages kept for work without a connection go at the log-out.
import { csrfToken } from "./csrf.js";
import { claimDevice, forgetAtLogout } from "./device-copies.js";
import { keepDrafts } from "./keep-draft.js";
import { searchPlaces } from "./place-search.js";
import { watchSession } from "./session.js";

/** Show a message of the page as the server would; `tone` is info, success, warning or danger. */
export function showMessage(text, tone = "info") {
  const list = document.querySelector("#messages");
  if (!list) return;
  const box = document.createElement("div");
  box.className = `alert kc-alert kc-alert-${tone}`;
  box.setAttribute("role", tone === "danger" || tone === "warning" ? "alert" : "status");
  const words = document.createElement("div");
  words.textContent = text;
  box.append(words);
  list.replaceChildren(box);
  box.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("htmx:responseError", (event) => {
  let message = "Hệ thống chưa thực hiện được; anh/chị thử lại sau.";
  try {
    message = JSON.parse(event.detail.xhr.responseText).message ?? message;
  } catch {
    /* not one of our answers */
  }
  showMessage(message, "danger");
});
document.addEventListener("htmx:sendError", () => {
  showMessage("Mất kết nối; nội dung đã nhập còn trên trang. Anh/chị thử lại khi có mạng.", "warning");
});

const menu = document.querySelector("details[data-menu]");
if (menu) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
document.querySelector("[data-error-summary]")?.focus();
claimDevice(document.body.dataset.user);
forgetAtLogout();
keepDrafts();
watchSession();
searchPlaces();
