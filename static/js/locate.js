// "Lấy vị trí đang đứng": fills latitude and longitude of a form from the device. The button only
// shows where the device can tell; without it the two fields are typed.
import { canLocate, NOT_LOCATED, whereAmI } from "./position.js";

const decimals = (number) => number.toFixed(6).replace(".", ",");

for (const button of document.querySelectorAll("[data-locate]")) {
  const form = button.closest("form");
  const note = form.querySelector("[data-locate-note]");
  if (!canLocate()) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    note.textContent = "Đang tìm vị trí…";
    try {
      const { lat, lon, accuracy } = await whereAmI();
      for (const [name, number] of [["latitude", lat], ["longitude", lon]]) {
        const field = form.elements[name];
        field.value = decimals(number);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      note.textContent = `Đã ghi vị trí đang đứng, sai số khoảng ${accuracy} m.`;
    } catch {
      note.textContent = NOT_LOCATED;
    }
    button.disabled = false;
  });
}
