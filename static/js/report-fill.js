// The page on which a report is written: autosave, the local copy, live checks, progress.

import { formatScaled, readFigure } from "./report-numbers.js";
import { spreadsheet } from "./report-grid.js";
import { bigints, evaluate } from "./report-rules.js";
import { LocalCopy } from "./report-store.js";
import { Sync } from "./report-sync.js";

const data = JSON.parse(document.getElementById("bao-cao-du-lieu").textContent);
const form = document.getElementById("bao-cao-form");
const find = (selector, root = form) => root.querySelector(selector);
const all = (selector, root = form) => [...root.querySelectorAll(selector)];
const inputOf = (key) => find(`[data-cell="${key}"]`);
const noteOf = (key) => find(`[data-note="${key}"]`);
const partOf = (key) => inputOf(key).closest("[data-part]");
const indicatorOf = Object.fromEntries(
  Object.values(data.form.indicators).flatMap((indicator) => indicator.keys.map((key) => [key, indicator])),
);
const previous = bigints(data.form.previous);
const counted = bigints(data.counted);
const keys = Object.keys(data.cells);
const ruleErrors = new Map();
const conflicts = new Set();
let isSubmitting = false;

const local = new LocalCopy(document.body.dataset.user ?? "", data.report);
const sync = new Sync({
  saveUrl: data.saveUrl,
  nothingUrl: data.nothingUrl,
  local,
  revisions: Object.fromEntries(keys.map((key) => [key, data.cells[key].revision])),
  on: { saved: showSaved, conflict: showConflict, stated: showStated, revision: showRevision, state: showState },
});

// State of saving

const SAVING_WORDS = {
  pending: "Đang nhập…",
  saving: "Đang lưu…",
  offline: "Chưa lưu được, vẫn giữ trên máy này",
  session: "Chưa lưu được, vẫn giữ trên máy này",
  refused: "Không lưu được, vẫn giữ trên máy này",
};

function showState(name, detail = "") {
  const place = document.getElementById("tinh-trang-luu");
  const now = new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Ho_Chi_Minh" });
  const words = name === "saved" ? `Đã lưu lúc ${now}` : SAVING_WORDS[name];
  place.dataset.state = name;
  // A screen reader is told what matters, not each key.
  if (find("span", place).textContent !== words) find("span", place).textContent = words;
  document.getElementById("bao-loi-phien").hidden = name !== "session";
  const refusal = document.getElementById("bao-tu-choi");
  if (name === "refused") find("[data-words]", refusal).textContent = detail;
  refusal.hidden = name !== "refused";
}

function showRevision(number) {
  find("[name=lan_luu]").value = number;
}

function showSaved(cell) {
  if (inputOf(cell.key).value.trim() === cell.text) showError(cell.key);
}

function showStated(part, words) {
  const place = find(`[data-part="${part}"] [data-stated]`);
  if (place) place.textContent = words;
}

// Errors beside the cell: what was typed first, then what the form's rules say

function showError(key) {
  const input = inputOf(key);
  const indicator = indicatorOf[key];
  const words = readFigure(input.value, indicator.decimals, indicator.negative).error || ruleErrors.get(key) || "";
  find(`[data-error="${key}"]`).textContent = words.charAt(0).toUpperCase() + words.slice(1);
  input.toggleAttribute("aria-invalid", Boolean(words));
  if (words) input.setAttribute("aria-invalid", "true");
  input.closest("tr").classList.toggle("rp-wrong", Boolean(words));
  showDiffers(key);
}

/** A figure that is not what the records say needs a reason in its note. */
function showDiffers(key) {
  const place = find(`[data-differs="${key}"]`);
  if (!place) return;
  const { decimals, negative } = indicatorOf[key];
  const value = readFigure(inputOf(key).value, decimals, negative).value;
  const counted = readFigure(data.cells[key].counted, decimals, negative).value;
  place.hidden = value === null || value === counted || Boolean(noteOf(key).value.trim());
}

const isStated = (part) => Boolean(find("[name=khong_phat_sinh]", part)?.checked);

function checkRules() {
  const values = { ...counted };
  for (const key of keys) {
    const indicator = indicatorOf[key];
    values[key] = isStated(partOf(key)) ? null : readFigure(inputOf(key).value, indicator.decimals, indicator.negative).value;
  }
  const findings = evaluate(data.form, values, previous);
  const wrongBefore = new Set(ruleErrors.keys());
  ruleErrors.clear();
  for (const finding of findings) {
    if (finding.severity === "error" && inputOf(finding.cell)) ruleErrors.set(finding.cell, finding.sentence);
  }
  for (const key of new Set([...wrongBefore, ...ruleErrors.keys()])) showError(key);
  for (const place of all("[data-warning]")) {
    const finding = findings.find((one) => one.rule === place.dataset.warning);
    place.classList.toggle("rp-on", Boolean(finding));
    if (finding) find("[data-sentence]", place).textContent = finding.sentence;
  }
  showProgress();
}

function showProgress() {
  for (const part of all("[data-part]")) {
    const place = document.querySelector(`[data-progress="${part.dataset.part}"]`);
    const inputs = all("[data-cell]", part);
    const rows = all("[data-draft-row]", part).length;
    const filled = inputs.filter((input) => input.value.trim()).length;
    let words = "đếm từ sổ";
    let isDone = true;
    if (isStated(part)) words = "không phát sinh";
    else if (part.dataset.kind === "figures") [words, isDone] = [`${filled}/${inputs.length} ô`, filled === inputs.length];
    else if (part.dataset.kind === "rows") [words, isDone] = [rows ? `${rows} dòng` : "chưa có dòng", rows > 0];
    find(".rp-progress-words", place).textContent = words;
    place.classList.toggle("rp-done", isDone);
  }
}

// Two values for one cell: both are shown, a person chooses

function showConflict(kept) {
  const { key } = kept;
  const place = find(`[data-conflict="${key}"]`);
  const mine = { text: inputOf(key).value, note: noteOf(key).value };
  const close = () => {
    conflicts.delete(key);
    place.hidden = true;
    place.replaceChildren();
    inputOf(key).focus();
  };
  const button = (words, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn kc-btn-secondary kc-btn-small";
    made.textContent = words;
    made.addEventListener("click", () => {
      sync.revisions[key] = kept.revision;
      act();
      close();
    });
    return made;
  };
  const words = document.createElement("p");
  words.textContent = `Nơi khác đã lưu “${kept.text || "trống"}”${kept.at ? ` lúc ${kept.at}` : ""}; trên máy này là “${mine.text || "trống"}”.`;
  if (kept.note !== mine.note) words.textContent += ` Ghi chú đã lưu: “${kept.note || "trống"}”.`;
  place.replaceChildren(
    words,
    button(`Dùng số trên máy này (${mine.text || "trống"})`, () => sync.put(key, mine.text, mine.note)),
    button(`Dùng số đã lưu (${kept.text || "trống"})`, () => {
      inputOf(key).value = kept.text;
      noteOf(key).value = kept.note;
      sync.forget(key);
      changed(key);
    }),
  );
  conflicts.add(key);
  place.hidden = false;
}

// Typing

let ruleTimer = null;
function changed(key) {
  showError(key);
  clearTimeout(ruleTimer);
  ruleTimer = setTimeout(checkRules, 200);
}

function typed(input) {
  const key = input.dataset.cell ?? input.dataset.note;
  sync.put(key, inputOf(key).value.trim(), noteOf(key).value.trim());
  changed(key);
}

function setText(input, text) {
  input.value = input.matches("[data-cell]") ? formatted(input, text) : text;
  typed(input);
}

function formatted(input, text) {
  const indicator = indicatorOf[input.dataset.cell];
  const { value } = readFigure(text, indicator.decimals, indicator.negative);
  return value === null ? text : formatScaled(value, indicator.decimals);
}

form.addEventListener("input", ({ target }) => {
  if (target.matches("[data-cell], [data-note]")) typed(target);
  if (target.name?.startsWith("ly_do.")) local.put("reasons", target.name, target.value);
});
form.addEventListener("focusout", ({ target }) => {
  if (!target.matches("[data-cell]")) return;
  const text = formatted(target, target.value);
  if (text !== target.value) setText(target, text);
});
form.addEventListener("change", ({ target }) => {
  if (target.name !== "khong_phat_sinh") return;
  showStated(target.value, "");
  find("[data-part-error]", target.closest("[data-part]"))?.remove();
  sync.state(target.value, target.checked);
  checkRules();
});
form.addEventListener("click", ({ target }) => {
  const one = target.closest("[data-take], [data-take-counted]");
  if (one) {
    const key = one.dataset.take ?? one.dataset.takeCounted;
    grid.together(() => setText(inputOf(key), one.dataset.take ? data.cells[key].before : data.cells[key].counted));
    inputOf(key).focus();
  }
  const put = target.closest("[data-put]");
  if (put) {
    grid.together(() => setText(inputOf(put.dataset.put), put.dataset.text));
    inputOf(put.dataset.put).focus();
  }
  const fromBook = target.closest("[data-take-counted-all]")?.closest("[data-part]");
  if (fromBook) {
    grid.together(() => {
      for (const input of all("[data-cell]", fromBook)) {
        const text = data.cells[input.dataset.cell].counted;
        if (text && input.value.trim() !== text) setText(input, text);
      }
    });
  }
  const part = target.closest("[data-take-all]")?.closest("[data-part]");
  if (!part) return;
  grid.together(() => {
    for (const input of all("[data-cell]", part)) {
      const { before } = data.cells[input.dataset.cell];
      // What was typed already is the person's own; only empty cells are filled.
      if (before && !input.value.trim()) setText(input, before);
    }
  });
});

const undoButton = document.querySelector("[data-undo]");
const grid = spreadsheet(form, setText, (steps) => (undoButton.hidden = !steps));
undoButton.addEventListener("click", () => grid.undo());

// A quarter without change: one press fills what is still empty; the person reads it and submits.

const noChange = document.querySelector("[data-no-change]");
if (noChange) {
  // What the records filled in nobody has touched yet.
  const isOwn = (key) => inputOf(key).value.trim() && inputOf(key).value.trim() !== data.cells[key].counted;
  const isUntouched = !keys.some(isOwn) && !find("[name=khong_phat_sinh]:checked");
  noChange.hidden = !isUntouched || keys.every((key) => !data.cells[key].before);
  const press = find("button", noChange);
  press.addEventListener("click", () => {
    // The work done in a quarter is never that of the last one: its author writes it down.
    const empty = keys.filter((key) => data.cells[key].before && !inputOf(key).value.trim() && !isStated(partOf(key)) && !("work" in partOf(key).dataset));
    const work = all("[data-work]").map((part) => find(".rp-numeral", document.querySelector(`[data-progress="${part.dataset.part}"]`)).textContent);
    grid.together(() => {
      for (const key of empty) setText(inputOf(key), data.cells[key].before);
    });
    const parts = all('[data-kind="rows"]').filter((part) => !find("[data-draft-row]", part) && !isStated(part));
    const boxes = parts.map((part) => find("[name=khong_phat_sinh]", part)).filter(Boolean);
    for (const box of boxes) box.click();
    const stated = boxes.map((box) => find(".rp-numeral", document.querySelector(`[data-progress="${box.value}"]`)).textContent);
    const done = find("[role=status]", noChange);
    done.textContent = `Đã lấy số quý trước cho ${empty.length} ô${stated.length ? `, khai không phát sinh ở phần ${stated.join(", ")}` : ""}. ${work.length ? `Anh/chị ghi việc đã làm ở phần ${work.join(", ")}, ` : "Anh/chị "}xem lại từng số rồi bấm Nộp báo cáo.`;
    press.remove();
    done.focus();
  });
}

// Submission: first everything is saved, then the form goes as it is

form.addEventListener("submit", async (event) => {
  if (isSubmitting) return event.preventDefault();
  if (conflicts.size) {
    event.preventDefault();
    jump(`o-${[...conflicts][0]}`);
    return;
  }
  if (!sync.isPending && !sync.running) {
    isSubmitting = true;
    return;
  }
  event.preventDefault();
  const { submitter } = event;
  if (await sync.flush()) form.requestSubmit(submitter);
});
addEventListener("pageshow", () => (isSubmitting = false));
addEventListener("beforeunload", (event) => {
  if (!isSubmitting && (sync.isPending || conflicts.size)) event.preventDefault();
});

// Links to a cell put the cursor into it

function jump(anchor) {
  const target = document.getElementById(anchor);
  if (!target) return;
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-jump]");
  if (!link) return;
  event.preventDefault();
  history.replaceState(null, "", link.hash);
  jump(link.hash.slice(1));
});

// Opening: bring back what this browser holds unsent

function bringBack() {
  for (const [key, cell] of Object.entries({ ...local.held.cells })) {
    const server = data.cells[key];
    if (!server || (server.text === cell.text && server.note === cell.note)) {
      local.drop("cells", key);
      continue;
    }
    inputOf(key).value = cell.text;
    noteOf(key).value = cell.note;
    if (cell.revision === server.revision) sync.put(key, cell.text, cell.note);
    else showConflict({ key, ...server, at: "" });
    showError(key);
  }
  for (const [part, stated] of Object.entries({ ...local.held.stated })) {
    const box = find(`[name=khong_phat_sinh][value="${part}"]`);
    if (!box || box.checked === stated) local.drop("stated", part);
    else {
      box.checked = stated;
      sync.state(part, stated);
    }
  }
  for (const [name, text] of Object.entries(local.held.reasons)) {
    const input = form.elements[name];
    if (input && !input.value) input.value = text;
  }
}

for (const element of document.querySelectorAll("[data-script-only]")) element.hidden = false;
for (const element of document.querySelectorAll("[data-no-script]")) element.hidden = true;
bringBack();
// What was typed before this script was there (a slow connection) has not been sent yet.
for (const key of keys) {
  const isChanged = inputOf(key).value.trim() !== data.cells[key].text || noteOf(key).value.trim() !== data.cells[key].note;
  if (isChanged && !local.held.cells[key] && find(`[data-conflict="${key}"]`).hidden) typed(inputOf(key));
}
checkRules();
const firstWrong = find("a[data-jump]", document.querySelector("[data-error-summary]") ?? document.createElement("i"));
if (firstWrong) jump(firstWrong.hash.slice(1));
else if (location.hash) {
  jump(location.hash.slice(1));
  // The fonts move what is above; the place is found again when they are there.
  const place = document.activeElement;
  document.fonts.ready.then(() => document.activeElement === place && jump(location.hash.slice(1)));
} else if (data.firstRequest) jump(data.firstRequest);
