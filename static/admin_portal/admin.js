// Gives the search boxes that stand in for long lists the name of their field, for those who listen.
function nameSearchBoxes() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const box = select.parentElement?.querySelector(".select2-selection");
    if (!box || box.dataset.named) continue;
    box.dataset.named = "1";
    const shown = box.querySelector(".select2-selection__rendered");
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    if (label) {
      label.id ||= `${select.id}_label`;
      box.setAttribute("aria-labelledby", `${label.id} ${box.getAttribute("aria-labelledby") ?? ""}`.trim());
      shown?.setAttribute("aria-labelledby", label.id);
    } else if (select.getAttribute("aria-label")) {
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", select.getAttribute("aria-label"));
      shown?.setAttribute("aria-label", select.getAttribute("aria-label"));
    }
  }
}

window.addEventListener("load", nameSearchBoxes);
document.addEventListener("formset:added", () => setTimeout(nameSearchBoxes));
