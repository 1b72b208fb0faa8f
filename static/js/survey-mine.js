// The list of one's sheets: loads them for the way, says which are on this device, and sends what
// earlier visits left unsent.

import { canWorkOffline, keepPages, keptPaths, prepare } from "./survey-offline.js";
import { sendHeld } from "./survey-sync.js";

const { user } = document.body.dataset;
const place = document.querySelector("[data-survey-offline]");
const links = [...document.querySelectorAll("[data-survey-fill]")];
const find = (name) => place.querySelector(`[data-${name}]`);

function mark(link, words) {
  const facts = link.closest("li").querySelector(".kc-todo-facts");
  let note = facts.querySelector("[data-kept]");
  if (!words) return note?.remove();
  if (!note) {
    note = document.createElement("span");
    note.dataset.kept = "";
    note.className = "kc-status kc-tone-success";
    facts.append(note);
  }
  note.textContent = words;
}

async function showKept() {
  const kept = await keptPaths();
  const here = links.filter((link) => kept.has(link.pathname));
  for (const link of links) mark(link, kept.has(link.pathname) ? "Mở được khi mất mạng" : "");
  if (links.length && here.length === links.length) find("preload-note").textContent = `Cả ${links.length} phiếu đã tải sẵn về máy này. Khi không có mạng, anh/chị mở lại trang này rồi chọn phiếu.`;
}

async function preload() {
  const button = find("preload");
  const note = find("preload-note");
  button.disabled = true;
  // Asked for at a press that says why: the browser then does not clear the device by itself.
  navigator.storage?.persist?.().catch(() => {});
  try {
    const kept = await keepPages(links.map((link) => link.pathname), (done) => (note.textContent = `Đang tải phiếu ${done} trên ${links.length}…`));
    note.textContent = `Đã tải sẵn ${kept} trên ${links.length} phiếu. Khi không có mạng, anh/chị mở lại trang này rồi chọn phiếu.`;
  } catch {
    note.textContent = "Mất mạng khi đang tải; những phiếu đã tải vẫn mở được. Anh/chị bấm lại khi có mạng.";
  }
  button.disabled = false;
  await showKept();
}

/** "3 câu, 1 ảnh": what of a sheet has not left this device. */
const amount = ({ waiting, photos, copy }) =>
  [waiting && `${waiting} câu`, photos && `${photos} ảnh`, copy.wish?.kind === "submit" && "chờ gửi phiếu"].filter(Boolean).join(", ") || "chờ ghi nhận không gặp được";

let isSending = false;
async function sendAll() {
  if (isSending) return;
  isSending = true;
  const { left } = await sendHeld(user);
  find("unsent").hidden = !left.length;
  find("unsent-list").replaceChildren(
    ...left.map((sheet) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = sheet.copy.sheet.path;
      link.textContent = sheet.copy.sheet.title;
      item.append(link, `: ${amount(sheet)}.`, sheet.problem ? ` ${sheet.problem}` : "");
      return item;
    }),
  );
  isSending = false;
  showPlace();
}

/** An empty box says nothing: it shows only with something in it. */
function showPlace() {
  place.hidden = find("unsent").hidden && find("preload-box").hidden;
}

if (place) {
  find("preload-box").hidden = !canWorkOffline() || !links.length;
  showPlace();
  find("preload").addEventListener("click", preload);
  find("send").addEventListener("click", sendAll);
  addEventListener("online", sendAll);
  sendAll();
  prepare().then(showKept);
}
