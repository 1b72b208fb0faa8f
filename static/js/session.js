// The session ends after idleness. Typing counts as work, so it is told to the server now and then;
// two minutes before the end a notice offers to stay, without taking the focus.
import { csrfToken } from "./csrf.js";

const WARN_BEFORE_MS = 2 * 60 * 1000;
const KEEP_EVERY_MS = 5 * 60 * 1000;
const CHECK_EVERY_MS = 5 * 1000;
const seenKey = () => `kc-seen:${document.body.dataset.user}`;

/** Note that the server was just reached with this session (all tabs share it). */
export function sessionTouched() {
  try {
    localStorage.setItem(seenKey(), String(Date.now()));
  } catch {
    /* a browser without storage only loses the notice across tabs */
  }
  lastTouch = Date.now();
}
let lastTouch = Date.now();

function lastSeen() {
  let stored = 0;
  try {
    stored = Number(localStorage.getItem(seenKey())) || 0;
  } catch {
    /* as above */
  }
  return Math.max(stored, lastTouch);
}

/** Ask the server to keep the session; resolves to "kept", "ended" or "offline". */
export async function keepSession() {
  try {
    const answer = await fetch(document.body.dataset.sessionUrl, {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    });
    if (answer.ok) {
      sessionTouched();
      return "kept";
    }
    return answer.status === 401 || answer.status === 403 ? "ended" : "offline";
  } catch {
    return "offline";
  }
}

/** Watch the idle time of a page of a person logged in. */
export function watchSession() {
  const { user, idleMinutes, loginUrl, savesItself } = document.body.dataset;
  // A page that saves each answer keeps the session by that, and says itself when it has ended: out
  // of reach of the network an end means nothing yet.
  if (!user || !idleMinutes || savesItself !== undefined) return;
  const idleMs = Number(idleMinutes) * 60 * 1000;
  const warnMs = Math.min(WARN_BEFORE_MS, idleMs / 2);
  let shown = null;
  sessionTouched();

  function show(state, text, action) {
    if (shown?.dataset.state === state) return;
    shown?.remove();
    shown = document.createElement("div");
    shown.className = "alert kc-alert kc-alert-warning kc-notice";
    shown.setAttribute("role", "status");
    shown.dataset.state = state;
    const body = document.createElement("div");
    const words = document.createElement("p");
    words.className = "mb-2";
    words.textContent = text;
    body.append(words, action);
    shown.append(body);
    document.body.append(shown);
  }

  function stayButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn kc-btn-primary";
    button.textContent = "Tiếp tục làm việc";
    button.addEventListener("click", async () => {
      const result = await keepSession();
      if (result === "kept") hide();
      else if (result === "ended") ended();
      else button.textContent = "Chưa kết nối được, thử lại";
    });
    return button;
  }

  function ended() {
    const link = document.createElement("a");
    link.className = "btn kc-btn-primary";
    link.href = `${loginUrl}?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = "Đăng nhập lại";
    show("ended", "Phiên làm việc đã hết. Nội dung đã nhập còn được giữ trên máy này; anh/chị đăng nhập lại để tiếp tục.", link);
  }

  function hide() {
    shown?.remove();
    shown = null;
  }

  function check() {
    const left = idleMs - (Date.now() - lastSeen());
    if (left <= 0) ended();
    else if (left <= warnMs) {
      const minutes = Math.max(1, Math.ceil(left / 60000));
      show("soon", `Phiên làm việc sẽ hết sau khoảng ${minutes} phút vì lâu không thao tác.`, stayButton());
    } else hide();
  }

  let keeping = false;
  document.addEventListener("input", async () => {
    const age = Date.now() - lastSeen();
    if (keeping || age < Math.min(KEEP_EVERY_MS, idleMs / 3) || age > idleMs) return;
    keeping = true;
    if ((await keepSession()) === "kept") hide();
    keeping = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr?.status && event.detail.xhr.status < 500) sessionTouched();
  });
  document.addEventListener("visibilitychange", () => document.hidden || check());
  setInterval(check, CHECK_EVERY_MS);
}
