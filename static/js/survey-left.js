// A sheet that takes no more answers, while this device still holds some that never arrived: both
// are shown, and only the person lets go of them.

import { forgetPage } from "./survey-offline.js";
import { photosOf, SheetCopy } from "./survey-store.js";
import { inWords, rawOf } from "./survey-values.js";

const data = JSON.parse(document.getElementById("phieu-du-lieu").textContent);
const box = document.getElementById("con-tren-may");
const copy = new SheetCopy(document.body.dataset.user, data.target.id);
const questionOf = Object.fromEntries(data.parts.flatMap((part) => part.questions).map((question) => [question.code, question]));
const reasonOf = Object.fromEntries(data.decline_reasons);

function line(label, words) {
  const item = document.createElement("li");
  const name = document.createElement("p");
  name.className = "sv-summary-name";
  name.textContent = label;
  const value = document.createElement("p");
  value.textContent = words;
  const both = document.createElement("div");
  both.append(name, value);
  item.append(both);
  return item;
}

const words = (question, raw, declined) => (declined ? `không trả lời (${reasonOf[declined]})` : inWords(question, raw) || "trống");

const photos = (await photosOf(copy.user, copy.target)).filter((photo) => photo.state === "waiting");
const lines = [...copy.entries]
  .filter(([code, entry]) => questionOf[code] && !entry.sent && data.answers[code]?.client_id !== entry.clientId)
  .map(([code, entry]) => {
    const question = questionOf[code];
    const there = data.answers[code];
    return line(question.label, `Trên máy này: ${words(question, entry.raw, entry.declined)}. Đã lưu: ${words(question, rawOf(question, there?.value), there?.declined)}.`);
  });
if (photos.length) lines.push(line("Ảnh", `${photos.length} ảnh chưa gửi.`));
await forgetPage(location.pathname);
if (lines.length) {
  box.querySelector("[data-left]").replaceChildren(...lines);
  box.hidden = false;
  box.querySelector("[data-forget]").addEventListener("click", async () => {
    await copy.clear();
    box.hidden = true;
  });
} else await copy.clear();
