// The page on which a survey sheet is filled in front of the workshop: one question a screen, every
// answer kept on the device at once and sent when there is a connection.

import { canLocate, metresBetween, NOT_LOCATED, whereAmI } from "./position.js";
import { forgetPage, prepare } from "./survey-offline.js";
import { Photos } from "./survey-photos.js";
import { Screens } from "./survey-screens.js";
import { SheetCopy } from "./survey-store.js";
import { sendHeld, SheetSync } from "./survey-sync.js";
import { amountInWords, inWords, rawIn, rawOf, read, tidied, writeRaw } from "./survey-values.js";

const FRESH_MS = 10 * 60 * 1000; // a position still holds for a photograph taken so much later
const ROUGH_M = 50;
const NEAR_M = 200;

const data = JSON.parse(document.getElementById("phieu-du-lieu").textContent);
const { user } = document.body.dataset;
const form = document.getElementById("phieu-form");
const find = (selector, root = form) => root.querySelector(selector);
const all = (selector, root = form) => [...root.querySelectorAll(selector)];
const questions = data.parts.flatMap((part) => part.questions);
const questionOf = Object.fromEntries(questions.map((question) => [question.code, question]));
const blockOf = (code) => document.getElementById(`cau-${code}`);
const photosOf = {};
let lastPosition = null;

const copy = new SheetCopy(user, data.target.id);
const sync = new SheetSync(copy, data.urls, {
  saved: (code) => showState(code),
  wrong: (code) => showState(code),
  conflict: (code) => showState(code),
  photo: ({ question }) => photosOf[question]?.show(),
  isOpen: () => wrong().length > 0,
  incomplete: showIncomplete,
  done: showDone,
  state: showSaving,
});

// What an answer is now: here, else as the server gave it

function entryOf(code) {
  const here = copy.entries.get(code);
  if (here) return here;
  const there = data.answers[code];
  return { raw: rawOf(questionOf[code], there?.value), value: there?.value ?? null, declined: there?.declined ?? "", error: "", revision: there?.revision ?? 0 };
}

const hasValue = ({ value, raw, error }) => Boolean(error) || (value !== null && value !== undefined && raw.length !== 0);
const photoCount = (code) => photosOf[code]?.all.length ?? 0;

function isAnswered(code) {
  const entry = entryOf(code);
  return Boolean(entry.declined) || hasValue(entry) || photoCount(code) > 0;
}

function isAsked({ asked_if: other }) {
  if (!other || !questionOf[other]) return true;
  const { value, declined } = entryOf(other);
  if (!isAsked(questionOf[other]) || declined) return false;
  return questionOf[other].kind === "yes_no" ? value === true : hasValue({ ...entryOf(other), error: "" }) || photoCount(other) > 0;
}

function wordsOf(code) {
  const { raw, declined, error } = entryOf(code);
  if (declined) return `Không trả lời: ${reasonLabel(declined)}`;
  if (questionOf[code].kind === "photo") return photoCount(code) ? `${photoCount(code)} ảnh` : "";
  return inWords(questionOf[code], raw) + (error ? " (cần sửa)" : "");
}

const reasonLabel = (reason) => data.decline_reasons.find(([code]) => code === reason)?.[1] ?? reason;
const needed = () => questions.filter((question) => isAsked(question) && question.required && !isAnswered(question.code));
const wrong = () => questions.filter((question) => isAsked(question) && (entryOf(question.code).error || entryOf(question.code).conflict));

// State of saving, of one answer, of the sheet

const SAVING_WORDS = {
  pending: "Đang nhập…",
  saving: "Đang gửi…",
  open: "Còn câu cần xem lại",
  offline: "Mất mạng, đã giữ trên máy này",
  session: "Đã giữ trên máy này, cần đăng nhập lại",
  refused: "Chưa gửi được, đã giữ trên máy này",
  unkept: "Máy này không giữ được bản sao, xin đừng đóng trang",
};

function showSaving(name, detail = "") {
  const place = document.getElementById("tinh-trang-luu");
  const now = new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Ho_Chi_Minh" });
  const words = name === "saved" ? `Đã lưu lúc ${now}` : SAVING_WORDS[name];
  place.dataset.state = name;
  if (find("span", place).textContent !== words) find("span", place).textContent = words;
  if (name !== "saving" && name !== "pending") document.getElementById("bao-loi-phien").hidden = name !== "session";
  const refusal = document.getElementById("bao-tu-choi");
  if (name === "refused") find("[data-words]", refusal).textContent = detail;
  refusal.hidden = name !== "refused";
  document.getElementById("cho-gui").hidden = !copy.wish;
  if (copy.wish) find("[data-words]", document.getElementById("cho-gui")).textContent = WAITING[copy.wish.kind];
}

const WAITING = {
  submit: "Phiếu đã xong trên máy này và sẽ tự gửi khi có mạng. Anh/chị có thể sang phiếu khác; sửa thêm câu nào thì bấm Gửi phiếu lại.",
  unreachable: "Việc không gặp được cơ sở đã ghi trên máy này và sẽ tự gửi khi có mạng.",
};

function showState(code) {
  const block = blockOf(code);
  const entry = entryOf(code);
  const problem = find("[data-error]", block);
  const words = entry.error ? entry.error.charAt(0).toUpperCase() + entry.error.slice(1) : "";
  if (problem.textContent !== words) problem.textContent = words;
  for (const field of all("[data-answer]:not([type=radio], [type=checkbox])", block)) {
    field.toggleAttribute("aria-invalid", Boolean(words));
    if (words) field.setAttribute("aria-invalid", "true");
  }
  find("[data-clear]", block).hidden = !entry.declined && !hasValue(entry);
  const box = find("[data-conflict]", block);
  box.hidden = !entry.conflict;
  if (entry.conflict) showConflict(code, box, entry);
  const amount = find("[data-amount]", block);
  if (amount) amount.textContent = amountInWords(rawIn(block, questionOf[code]));
  showProgress();
}

function showConflict(code, box, { conflict, declined }) {
  const question = questionOf[code];
  const theirs = conflict.declined ? `không trả lời (${reasonLabel(conflict.declined)})` : inWords(question, rawOf(question, conflict.value)) || "trống";
  const mine = declined ? wordsOf(code) : inWords(question, entryOf(code).raw) || "trống";
  const when = conflict.updated_at ? ` lúc ${new Date(conflict.updated_at).toLocaleString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit" })}` : "";
  find("[data-words]", box).textContent = `${conflict.by || "Nơi khác"} đã lưu “${theirs}”${when}; trên máy này là “${mine}”. Anh/chị chọn câu trả lời đúng.`;
  find("[data-mine]", box).textContent = `Giữ “${mine}”`;
  find("[data-theirs]", box).textContent = `Lấy “${theirs}”`;
}

function showProgress() {
  const asked = questions.filter(isAsked);
  const answered = asked.filter(({ code }) => isAnswered(code)).length;
  const at = asked.findIndex(({ code }) => screens.now === blockOf(code));
  const { id } = screens.now ?? {};
  find("[data-where]", document).textContent = at >= 0 ? `Câu ${at + 1} trên ${asked.length}` : id === "xem-lai" ? "Xem lại và gửi" : "Trước khi hỏi";
  const bar = find("[data-progress]", document);
  bar.max = asked.length;
  bar.value = answered;
  bar.setAttribute("aria-valuetext", `Đã trả lời ${answered} trên ${asked.length} câu`);
  find("[data-answered]", document).textContent = `Đã trả lời ${answered}/${asked.length}`;
  for (const link of all("[data-jump]", document)) {
    const code = link.dataset.jump;
    link.parentElement.hidden = !isAsked(questionOf[code]);
    const entry = entryOf(code);
    const state = entry.error || entry.conflict ? "wrong" : isAnswered(code) ? "done" : "todo";
    link.dataset.state = state;
    find("[data-jump-state]", link).textContent = { wrong: "cần sửa", done: entry.declined ? "không trả lời" : "đã trả lời", todo: "chưa trả lời" }[state];
  }
}

// Answering

function answered(code, { declined = "" } = {}) {
  const question = questionOf[code];
  const block = blockOf(code);
  if (declined) writeRaw(block, question, question.kind === "multiple" ? [] : question.kind === "position" ? {} : "");
  else for (const radio of all("[data-decline]", block)) radio.checked = false;
  const raw = question.kind === "photo" ? "" : rawIn(block, question);
  sync.put(code, { raw, ...read(question, raw), declined }, data.answers[code]?.revision ?? 0);
  showState(code);
}

function clear(code) {
  const question = questionOf[code];
  writeRaw(blockOf(code), question, question.kind === "multiple" ? [] : question.kind === "position" ? {} : "");
  answered(code);
}

/** One press: what the register says is still so. */
function confirmRecord(code) {
  writeRaw(blockOf(code), questionOf[code], rawOf(questionOf[code], questionOf[code].record));
  answered(code);
  next();
}

function takeTheirs(code) {
  const { conflict } = copy.entries.get(code);
  data.answers[code] = conflict;
  copy.drop(code);
  showAnswer(code);
}

function showAnswer(code) {
  const { raw, declined } = entryOf(code);
  writeRaw(blockOf(code), questionOf[code], raw);
  for (const radio of all("[data-decline]", blockOf(code))) radio.checked = radio.value === declined;
  if (declined) find("[data-decline-box]", blockOf(code)).open = true;
  showState(code);
}

const codeOf = (element) => element.closest("[data-question]")?.dataset.question;

form.addEventListener("input", ({ target }) => {
  if (target.matches("[data-answer]")) {
    // Typed by hand, a position is no longer the receiver's.
    if (target.dataset.answer === "lat" || target.dataset.answer === "lon") {
      for (const part of ["accuracy", "taken_at"]) find(`[data-answer=${part}]`, blockOf(codeOf(target))).value = "";
    }
    answered(codeOf(target));
  } else if (target.matches("[data-decline]")) answered(codeOf(target), { declined: target.value });
});
form.addEventListener("focusout", ({ target }) => {
  if (!target.matches("[data-answer]") || target.matches("[type=radio], [type=checkbox]")) return;
  const question = questionOf[codeOf(target)];
  const text = tidied(question, target.value);
  if (text === target.value) return;
  target.value = text;
  answered(question.code);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
  event.preventDefault();
  if (event.target.matches("[data-answer]:not([type=radio], [type=checkbox])")) next();
});
form.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const code = codeOf(button);
  if ("confirm" in button.dataset) confirmRecord(code);
  else if ("clear" in button.dataset) clear(code);
  else if ("mine" in button.dataset) {
    sync.insist(code);
    showState(code);
  } else if ("theirs" in button.dataset) takeTheirs(code);
  else if ("here" in button.dataset) locate(code, button);
  else if ("next" in button.dataset) next();
  else if ("back" in button.dataset) screens.show(screens.beside(-1));
  else if ("send" in button.dataset) send();
  else if ("unreachable" in button.dataset) sendUnreachable();
  else if ("edit" in button.dataset) screens.show(blockOf(button.dataset.edit));
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-jump]");
  if (!link) return;
  event.preventDefault();
  link.closest("details").open = false;
  screens.show(blockOf(link.dataset.jump));
});
form.addEventListener("submit", (event) => event.preventDefault());

async function locate(code, button) {
  const block = blockOf(code);
  const note = find("[data-position-note]", block);
  button.disabled = true;
  note.textContent = "Đang tìm vị trí… có thể mất đến 20 giây.";
  try {
    const position = await whereAmI();
    lastPosition = position;
    writeRaw(block, questionOf[code], rawOf(questionOf[code], position));
    answered(code);
    note.textContent = `Đã ghi vị trí đang đứng, sai số khoảng ${position.accuracy} m.`;
    if (position.accuracy > ROUGH_M) note.textContent += " Sai số còn lớn: anh/chị đứng ngoài trời rồi lấy lại.";
    const { lat, lon } = data.establishment;
    const metres = lat === null || lat === undefined ? 0 : metresBetween(position, { lat, lon });
    if (metres > NEAR_M) note.textContent += ` Chỗ này cách vị trí ghi trong sổ khoảng ${metres.toLocaleString("vi-VN")} m.`;
    find("[data-here-words]", button).textContent = "Lấy lại vị trí";
  } catch {
    note.textContent = `${NOT_LOCATED} Hoặc anh/chị nhập hai số bên dưới.`;
    find("[data-by-hand]", block).open = true;
  }
  button.disabled = false;
}

function recentPosition() {
  const isRecent = lastPosition && Date.now() - Date.parse(lastPosition.taken_at) < FRESH_MS;
  return isRecent ? { lat: lastPosition.lat, lon: lastPosition.lon, accuracy: lastPosition.accuracy } : {};
}

// From screen to screen

const screens = new Screens(form, {
  isAsked: (screen) => !screen.dataset.question || isAsked(questionOf[screen.dataset.question]),
  shown(screen) {
    if (screen.id === "xem-lai") showSummary();
    find("[data-back]").hidden = !screens.beside(-1);
    find("[data-next]").hidden = !screens.beside(1);
    find("[data-send]").hidden = screen.id !== "xem-lai";
    find("[data-next] [data-words]").textContent = screen.id === "bat-dau" ? "Bắt đầu hỏi" : "Tiếp";
    showProgress();
  },
});

function next() {
  const code = screens.now.dataset.question;
  if (code && entryOf(code).error) {
    find("[data-answer]:not([type=hidden])", screens.now).focus();
    return;
  }
  screens.show(screens.beside(1));
}

// The end: read once more, then send

function showSummary() {
  const list = find("[data-summary]");
  list.replaceChildren(
    ...questions.filter(isAsked).map(({ code, label, required }) => {
      const item = document.createElement("li");
      const words = document.createElement("div");
      const name = document.createElement("p");
      name.className = "sv-summary-name";
      name.textContent = label;
      const value = document.createElement("p");
      value.className = "sv-summary-value";
      value.textContent = wordsOf(code) || (required ? "Chưa trả lời (bắt buộc)" : "Chưa trả lời");
      const { error, conflict } = entryOf(code);
      value.dataset.state = error || conflict || (required && !isAnswered(code)) ? "wrong" : isAnswered(code) ? "done" : "todo";
      words.append(name, value);
      const edit = document.createElement("button");
      edit.type = "button";
      edit.className = "btn kc-btn-quiet kc-btn-small";
      edit.dataset.edit = code;
      edit.textContent = "Sửa";
      edit.setAttribute("aria-label", `Sửa câu: ${label}`);
      item.append(words, edit);
      return item;
    }),
  );
}

function showIncomplete(errors, message = "", wish = null) {
  if (wish?.kind === "unreachable") {
    screens.show(document.getElementById("bat-dau"), { focus: false });
    find("[data-unreachable-box]").open = true;
    find("[data-unreachable-error]").textContent = message;
    return;
  }
  const lines = Object.entries(errors).filter(([code]) => questionOf[code]).map(([code, sentences]) => [code, `${questionOf[code].label} – ${[sentences].flat().join(" ")}`]);
  for (const { code, label } of wrong()) lines.push([code, `${label} – cần xem lại.`]);
  for (const { code, label } of needed()) if (!lines.some(([one]) => one === code)) lines.push([code, `${label} – chưa trả lời.`]);
  if (!lines.length && !message) return;
  screens.show(document.getElementById("xem-lai"), { focus: false });
  const box = find("[data-incomplete]");
  find("[data-words]", box).textContent = lines.length ? `Chưa gửi được: còn ${lines.length} câu cần anh/chị xem lại. Câu không hỏi được thì chọn “Không trả lời được câu này”.` : message;
  find("ul", box).replaceChildren(
    ...lines.map(([code, words]) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn kc-btn-quiet kc-btn-small";
      button.dataset.edit = code;
      button.textContent = words;
      item.append(button);
      return item;
    }),
  );
  box.hidden = false;
  box.focus();
}

async function ask(wish) {
  await sync.ask(wish);
  if (copy.wish) document.getElementById("cho-gui").scrollIntoView({ block: "center" });
}

async function send() {
  find("[data-incomplete]").hidden = true;
  if (wrong().length || needed().length) return showIncomplete({});
  await ask({ kind: "submit" });
}

async function sendUnreachable() {
  const box = find("[data-unreachable-box]");
  const reason = find("[name=ly_do]:checked", box)?.value;
  const note = find("[name=ghi_chu]", box);
  const isMissing = reason === "other" && !note.value.trim();
  find("[data-unreachable-error]", box).textContent = !reason ? "Anh/chị chọn một lý do." : isMissing ? "Anh/chị ghi rõ lý do." : "";
  if (!reason) return find("[name=ly_do]", box).focus();
  if (isMissing) return note.focus();
  await ask({ kind: "unreachable", reason, note: note.value.trim() });
}

async function showDone(answer, wish) {
  await forgetPage(location.pathname);
  const done = document.getElementById("da-xong");
  find("[data-words]", done).textContent = answer.message ?? (wish.kind === "submit" ? "Phiếu đã gửi về Trung tâm." : "Đã ghi nhận không gặp được cơ sở.");
  for (const part of all("[data-while-filling]", document)) part.hidden = true;
  form.hidden = true;
  done.hidden = false;
  done.focus();
}

// Opening: bring back what this device holds, then send it

function bringBack() {
  for (const [code, entry] of [...copy.entries]) {
    const there = data.answers[code];
    // Either the server has it, or a page kept on the device is older than what it has confirmed.
    const isKnown = entry.sent ? (there?.revision ?? 0) >= entry.revision : there?.client_id === entry.clientId;
    if (isKnown || !questionOf[code]) copy.drop(code);
  }
  for (const { code } of questions) showAnswer(code);
}

copy.sheet = { title: data.establishment.name, path: location.pathname, urls: data.urls };
for (const element of all("[data-script-only]", document)) element.hidden = false;
for (const element of all("[data-no-script]", document)) element.hidden = true;
for (const button of all("[data-here]")) button.hidden = !canLocate();
await sync.ready;
for (const question of questions.filter(({ kind }) => kind === "photo")) {
  const changed = () => {
    // A photograph answers what had been declined.
    if (entryOf(question.code).declined && photoCount(question.code)) answered(question.code);
    showProgress();
  };
  photosOf[question.code] = new Photos(blockOf(question.code), question, { sync, kept: data.photos, position: recentPosition, changed });
}
bringBack();
screens.show(screens.named(location.hash), { push: false, focus: Boolean(location.hash) });
form.dataset.ready = "";
sync.follow();
sync.resume();
addEventListener("online", () => sendHeld(user, copy.target));
addEventListener("beforeunload", (event) => {
  if (document.getElementById("tinh-trang-luu").dataset.state === "unkept") event.preventDefault();
});
prepare();
sendHeld(user, copy.target);
