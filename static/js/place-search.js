// A field that searches for a place suggests as one types (the combobox pattern of ARIA). Without
// scripts the typed name or code is sent as it is, and the server says which place it means.
const WAIT = 150;
let number = 0;

/** Wake every [data-place-search] field of the page. */
export function searchPlaces() {
  for (const input of document.querySelectorAll("input[data-place-search]")) wake(input);
}

function wake(input) {
  const list = document.createElement("ul");
  list.id = `goi-y-dia-ban-${(number += 1)}`;
  list.className = "kc-suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Địa bàn gợi ý");
  list.hidden = true;
  input.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  let timer, asking;

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(labels) {
    list.replaceChildren(
      ...labels.map((label, index) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = label;
        return option;
      }),
    );
    input.removeAttribute("aria-activedescendant");
    list.hidden = labels.length === 0;
    input.setAttribute("aria-expanded", String(labels.length > 0));
  }

  async function suggest() {
    asking?.abort();
    const text = input.value.trim();
    if (text.length < 2) return close();
    asking = new AbortController();
    const url = new URL(input.dataset.placeSearch, location.href);
    url.searchParams.set("tim", text);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: asking.signal });
      if (answer.ok && document.activeElement === input) show((await answer.json()).places);
    } catch {
      /* typed on, or no connection: the field works without suggestions */
    }
  }

  function choose(option) {
    input.value = option.textContent;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  }

  function move(step) {
    const options = [...list.children];
    const at = options.findIndex((one) => one.id === input.getAttribute("aria-activedescendant"));
    const to = at < 0 ? (step > 0 ? 0 : options.length - 1) : (at + step + options.length) % options.length;
    options.forEach((one, index) => one.setAttribute("aria-selected", String(index === to)));
    input.setAttribute("aria-activedescendant", options[to].id);
    options[to].scrollIntoView({ block: "nearest" });
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key === "ArrowDown") suggest();
      return;
    }
    const active = list.querySelector("[aria-selected=true]");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && active) choose(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  // Before the field loses the focus to the press.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  input.addEventListener("blur", close);
}
