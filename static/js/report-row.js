// A row's page: money with separators, and a search above a long list of establishments.

import { formatScaled, readFigure } from "./report-numbers.js";

const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
const MANY = 8;

for (const input of document.querySelectorAll("[data-money]")) {
  input.addEventListener("blur", () => {
    const { value } = readFigure(input.value, 0, false);
    if (value !== null) input.value = formatScaled(value, 0);
  });
}

for (const select of document.querySelectorAll("select[data-picker]")) {
  const options = [...select.options].map((option) => ({ option, text: fold(option.text) }));
  if (options.length <= MANY) continue;
  const label = document.createElement("label");
  label.className = "form-hint";
  label.textContent = "Tìm trong danh sách (không cần gõ dấu)";
  const search = document.createElement("input");
  search.type = "search";
  search.className = "form-control rp-search";
  search.autocomplete = "off";
  search.id = `${select.id}-tim`;
  label.htmlFor = search.id;
  search.addEventListener("input", () => {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    const kept = options.filter(({ option, text }) => !option.value || option.selected || words.every((word) => text.includes(word)));
    const chosen = select.value;
    select.replaceChildren(...kept.map(({ option }) => option));
    select.value = chosen;
    const found = kept.filter(({ option }) => option.value && option.value !== chosen);
    if (words.length && found.length === 1 && !chosen) select.value = found[0].option.value;
  });
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  select.before(label, search);
}
