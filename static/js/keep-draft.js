// Typed work on ordinary forms is never lost: a form with data-keep="key" is copied to this device
// as it is typed, and offered back when the page is opened again (after idleness, a crash, a lost
// connection). The copy goes when the server has confirmed: the next page came by a redirect without
// an error message, or carries data-kept-done="key".
const PREFIX = "kc-draft:";
const SENT = "kc-draft-sent";
const KEEP_DAYS = 14;
const SKIPPED = new Set(["password", "file", "hidden", "submit", "button", "reset", "image"]);

const storageKey = (form) =>
  `${PREFIX}${document.body.dataset.user ?? ""}:${location.pathname}:${form.dataset.keep}`;

function read(store, key) {
  try {
    return JSON.parse(store.getItem(key));
  } catch {
    return null;
  }
}

function write(store, key, value) {
  try {
    store.setItem(key, JSON.stringify(value));
  } catch {
    /* storage full or off: the form still works, only without a copy */
  }
}

const fields = (form) => [...form.elements].filter((field) => field.name && !SKIPPED.has(field.type));

/** The values of a form as [name, type, value] triples; boxes by whether they are checked. */
export function valuesOf(form) {
  return fields(form).map((field) => {
    if (field.type === "checkbox" || field.type === "radio") return [field.name, field.value, field.checked];
    if (field.type === "select-multiple") return [field.name, null, [...field.selectedOptions].map((o) => o.value)];
    return [field.name, null, field.value];
  });
}

/** Put kept values back, telling other scripts of the page as if they had been typed. */
export function restore(form, values) {
  const queues = new Map();
  for (const [name, box, value] of values) {
    const id = `${name}\u0000${box ?? ""}`;
    queues.set(id, [...(queues.get(id) ?? []), value]);
  }
  for (const field of fields(form)) {
    const isBox = field.type === "checkbox" || field.type === "radio";
    const queue = queues.get(`${field.name}\u0000${isBox ? field.value : ""}`);
    if (!queue?.length) continue;
    const value = queue.shift();
    if (isBox) field.checked = value;
    else if (field.type === "select-multiple") for (const o of field.options) o.selected = value.includes(o.value);
    else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function forgetOld() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && Date.now() - (read(localStorage, key)?.at ?? 0) > KEEP_DAYS * 864e5) {
        localStorage.removeItem(key);
      }
    }
  } catch {
    /* no storage */
  }
}

/** Whether this page is the server's confirmation of the form that was sent last. */
function confirmed() {
  if (document.querySelector("[data-login], [data-error-page], [data-error-summary], .kc-messages .kc-alert-danger")) return false;
  const entry = performance.getEntriesByType("navigation")[0];
  return entry?.type !== "back_forward" && (entry?.redirectCount ?? 0) > 0;
}

function settleSent() {
  const sent = read(sessionStorage, SENT);
  if (sent) {
    sessionStorage.removeItem(SENT);
    if (confirmed()) localStorage.removeItem(sent.key);
  }
  for (const mark of document.querySelectorAll("[data-kept-done]")) {
    for (const name of mark.dataset.keptDone.split(/\s+/)) {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(`${PREFIX}${document.body.dataset.user ?? ""}:`) && key.endsWith(`:${name}`)) localStorage.removeItem(key);
      }
    }
  }
}

function clock(at) {
  const then = new Date(at);
  const two = (n) => String(n).padStart(2, "0");
  const time = `${two(then.getHours())}:${two(then.getMinutes())}`;
  const sameDay = then.toDateString() === new Date().toDateString();
  return sameDay ? time : `${time} ngày ${two(then.getDate())}/${two(then.getMonth() + 1)}/${then.getFullYear()}`;
}

function offer(form, key, kept) {
  const box = document.createElement("div");
  box.className = "alert kc-alert kc-alert-info";
  box.setAttribute("role", "status");
  box.dataset.keptOffer = form.dataset.keep;
  const body = document.createElement("div");
  const words = document.createElement("p");
  words.className = "mb-0";
  words.textContent = `Khôi phục nội dung đã nhập lúc ${clock(kept.at)}?`;
  const actions = document.createElement("div");
  actions.className = "kc-alert-actions";
  const button = (label, css, act) => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = `btn ${css}`;
    element.textContent = label;
    element.addEventListener("click", () => {
      box.remove();
      act();
    });
    return element;
  };
  actions.append(
    button("Khôi phục", "kc-btn-primary", () => {
      restore(form, kept.values);
      fields(form)[0]?.focus();
    }),
    button("Bỏ", "kc-btn-secondary", () => localStorage.removeItem(key)),
  );
  body.append(words, actions);
  box.append(body);
  form.before(box);
}

function keep(form) {
  const key = storageKey(form);
  const first = JSON.stringify(valuesOf(form));
  const kept = read(localStorage, key);
  if (kept && !form.querySelector("[data-error-summary]")) {
    if (JSON.stringify(kept.values) === first) localStorage.removeItem(key);
    else offer(form, key, kept);
  }
  let timer = 0;
  const save = () => {
    clearTimeout(timer);
    timer = 0;
    write(localStorage, key, { at: Date.now(), values: valuesOf(form) });
    form.dataset.kept = "true";
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(save, 300);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  addEventListener("pagehide", () => timer && save());
  form.addEventListener("submit", () => {
    if (JSON.stringify(valuesOf(form)) !== first || read(localStorage, key)) save();
    write(sessionStorage, SENT, { key });
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    sessionStorage.removeItem(SENT);
    if (event.detail.successful && !document.querySelector("[data-error-summary]")) localStorage.removeItem(key);
  });
}

/** Keep every form of the page that asks for it. */
export function keepDrafts() {
  try {
    settleSent();
    forgetOld();
    document.querySelectorAll("form[data-keep]").forEach(keep);
  } catch (error) {
    console.warn("drafts are not kept on this device", error);
  }
}
