/**
 * The page that chooses columns of an export, without asking the server for each change: a ticked
 * column joins the end of the list, an unticked one leaves it, and the buttons move a column.
 */
const form = document.querySelector("[data-export-columns]");
const list = form?.querySelector("[data-order]");
const model = form?.querySelector("template[data-column]");
const say = form?.querySelector("[data-say]");

function count() {
  form.querySelector("[data-count]").textContent = `(${list.children.length})`;
}

function itemOf(key) {
  return document.getElementById(`cot-${key}`);
}

function add(box) {
  const item = model.content.firstElementChild.cloneNode(true);
  const label = form.querySelector(`label[for="${box.id}"]`).textContent;
  item.id = `cot-${box.value}`;
  item.querySelector("[data-label]").textContent = label;
  item.querySelector('[name="thu_tu"]').value = box.value;
  for (const name of item.querySelectorAll("[data-name]")) name.textContent = label;
  for (const button of item.querySelectorAll("[data-move]")) {
    button.value = button.value.split(":")[0] + ":" + box.value;
  }
  list.append(item);
}

function move(item, where) {
  if (where === "first") list.prepend(item);
  if (where === "up") item.previousElementSibling?.before(item);
  if (where === "down") item.nextElementSibling?.after(item);
  const place = [...list.children].indexOf(item) + 1;
  say.textContent = `${item.querySelector("[data-label]").textContent}: cột ${place}`;
}

form?.addEventListener("change", (event) => {
  const box = event.target;
  if (box.name !== "cot") return;
  if (box.checked && !itemOf(box.value)) add(box);
  if (!box.checked) itemOf(box.value)?.remove();
  count();
});

list?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  event.preventDefault();
  move(button.closest("li"), button.dataset.move);
  button.focus();
});
