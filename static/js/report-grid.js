// The grid behaves like a spreadsheet: arrows, Enter, Home and End move between cells, a block
// copied from a spreadsheet is pasted over several. Tab stays the browser's own.

const isAllSelected = (input) => input.selectionStart === 0 && input.selectionEnd === input.value.length;
const isAtStart = (input) => isAllSelected(input) || (input.selectionStart === 0 && input.selectionEnd === 0);
const isAtEnd = (input) => isAllSelected(input) || input.selectionStart === input.value.length;

/** `setText(input, text)` writes a pasted text as if it had been typed. */
export function spreadsheet(form, setText) {
  const lines = () => [...form.querySelectorAll("tr[data-row]")].filter((row) => row.offsetParent);
  const columns = (row) => [row.querySelector("[data-cell]"), row.querySelector("[data-note]")];

  const where = (input) => {
    const rows = lines();
    const row = rows.indexOf(input.closest("tr[data-row]"));
    return row < 0 ? null : { rows, row, column: input.matches("[data-note]") ? 1 : 0 };
  };

  const go = (rows, row, column) => {
    const target = rows[row] && columns(rows[row])[column];
    if (!target) return false;
    target.focus();
    return true;
  };

  form.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-cell], [data-note]")) target.select();
  });

  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (event.key === "Enter" && input.matches("input:not([type=checkbox])")) event.preventDefault();
    if (!input.matches("[data-cell], [data-note]") || event.isComposing || event.altKey || event.metaKey) return;
    const at = where(input);
    if (!at) return;
    const { rows, row, column } = at;
    let moved = false;
    if (event.key === "ArrowDown" || (event.key === "Enter" && !event.shiftKey)) moved = go(rows, row + 1, column);
    else if (event.key === "ArrowUp" || event.key === "Enter") moved = go(rows, row - 1, column);
    else if (event.key === "ArrowRight" && isAtEnd(input)) moved = go(rows, row, column + 1);
    else if (event.key === "ArrowLeft" && isAtStart(input)) moved = go(rows, row, column - 1);
    else if (event.key === "Home" && (event.ctrlKey || isAtStart(input))) moved = go(rows, 0, column);
    else if (event.key === "End" && (event.ctrlKey || isAtEnd(input))) moved = go(rows, rows.length - 1, column);
    if (moved) event.preventDefault();
  });

  form.addEventListener("paste", (event) => {
    const input = event.target;
    if (!input.matches?.("[data-cell], [data-note]")) return;
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    if (!/[\n\t]/.test(text)) return;
    event.preventDefault();
    const { rows, row, column } = where(input);
    text.split("\n").forEach((line, down) => {
      line.split("\t").forEach((piece, right) => {
        const target = rows[row + down] && columns(rows[row + down])[column + right];
        if (target) setText(target, piece.trim());
      });
    });
  });
}
