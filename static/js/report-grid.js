// The grid behaves like a spreadsheet: arrows, Enter, Home and End move between cells, a block
// copied from a spreadsheet is pasted over several, and what was done to several cells at once is
// undone at once. Tab stays the browser's own.

const KEPT_STEPS = 100;

const isAllSelected = (input) => input.selectionStart === 0 && input.selectionEnd === input.value.length;
const isAtStart = (input) => isAllSelected(input) || (input.selectionStart === 0 && input.selectionEnd === 0);
const isAtEnd = (input) => isAllSelected(input) || input.selectionStart === input.value.length;

/**
 * `setText(input, text)` writes a text as if it had been typed; `onSteps(count)` hears how many steps
 * may be undone. Returns `together(act)`, which makes all that `act` writes one step, and `undo`.
 */
export function spreadsheet(form, setText, onSteps) {
  const fields = () => [...form.querySelectorAll("[data-cell], [data-note]")];
  const done = [];
  const undone = [];
  let atFocus = null; // the cell's text when the cursor came into it

  const remember = (step) => {
    if (!step.length) return;
    done.push(step);
    if (done.length > KEPT_STEPS) done.shift();
    undone.length = 0;
    onSteps(done.length);
  };

  const together = (act) => {
    const before = new Map(fields().map((input) => [input, input.value]));
    act();
    remember([...before].filter(([input, from]) => input.value !== from).map(([input, from]) => ({ input, from, to: input.value })));
    if (document.activeElement?.matches("[data-cell], [data-note]")) atFocus = document.activeElement.value;
  };

  /** Take a step back (or forth again); a cell that was changed since stays as it is. */
  const go = (from, to, [now, then]) => {
    const step = from.pop();
    if (!step) return;
    for (const change of step) if (change.input.value === change[now]) setText(change.input, change[then]);
    to.push(step);
    onSteps(done.length);
    step[0].input.focus();
    atFocus = step[0].input.value;
  };
  const undo = () => go(done, undone, ["to", "from"]);
  const redo = () => go(undone, done, ["from", "to"]);

  const lines = () => [...form.querySelectorAll("tr[data-row]")].filter((row) => row.offsetParent);
  const columns = (row) => [row.querySelector("[data-cell]"), row.querySelector("[data-note]")];

  const where = (input) => {
    const rows = lines();
    const row = rows.indexOf(input.closest("tr[data-row]"));
    return row < 0 ? null : { rows, row, column: input.matches("[data-note]") ? 1 : 0 };
  };

  const moveTo = (rows, row, column) => {
    const target = rows[row] && columns(rows[row])[column];
    if (!target) return false;
    target.focus();
    return true;
  };

  form.addEventListener("focusin", ({ target }) => {
    if (!target.matches("[data-cell], [data-note]")) return;
    target.select();
    atFocus = target.value;
  });
  form.addEventListener("focusout", ({ target }) => {
    if (!target.matches("[data-cell], [data-note]") || target.value === atFocus || atFocus === null) return;
    remember([{ input: target, from: atFocus, to: target.value }]);
    atFocus = target.value;
  });

  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (event.key === "Enter" && input.matches("input:not([type=checkbox])")) event.preventDefault();
    if (!input.matches("[data-cell], [data-note]") || event.isComposing || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey && (key === "z" || key === "y")) {
      // While a cell is being typed in, the browser's own undo takes back its letters.
      if (input.value !== atFocus) return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) redo();
      else undo();
      return;
    }
    const at = where(input);
    if (!at) return;
    const { rows, row, column } = at;
    let moved = false;
    if (event.key === "ArrowDown" || (event.key === "Enter" && !event.shiftKey)) moved = moveTo(rows, row + 1, column);
    else if (event.key === "ArrowUp" || event.key === "Enter") moved = moveTo(rows, row - 1, column);
    else if (event.key === "ArrowRight" && isAtEnd(input)) moved = moveTo(rows, row, column + 1);
    else if (event.key === "ArrowLeft" && isAtStart(input)) moved = moveTo(rows, row, column - 1);
    else if (event.key === "Home" && (event.ctrlKey || isAtStart(input))) moved = moveTo(rows, 0, column);
    else if (event.key === "End" && (event.ctrlKey || isAtEnd(input))) moved = moveTo(rows, rows.length - 1, column);
    if (moved) event.preventDefault();
  });

  form.addEventListener("paste", (event) => {
    const input = event.target;
    if (!input.matches?.("[data-cell], [data-note]")) return;
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    if (!/[\n\t]/.test(text)) return;
    event.preventDefault();
    const { rows, row, column } = where(input);
    together(() => {
      text.split("\n").forEach((line, down) => {
        line.split("\t").forEach((piece, right) => {
          const target = rows[row + down] && columns(rows[row + down])[column + right];
          if (target) setText(target, piece.trim());
        });
      });
    });
  });

  return { together, undo };
}
