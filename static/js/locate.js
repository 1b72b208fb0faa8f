// "Lấy vị trí đang đứng": fills latitude and longitude of a form from the device. The button only
// shows where the device can tell; without it the two fields are typed.
const decimals = (number) => number.toFixed(6).replace(".", ",");

for (const button of document.querySelectorAll("[data-locate]")) {
  const form = button.closest("form");
  const note = form.querySelector("[data-locate-note]");
  if (!navigator.geolocation) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    note.textContent = "Đang tìm vị trí…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        for (const name of ["latitude", "longitude"]) {
          const field = form.elements[name];
          field.value = decimals(coords[name]);
          field.dispatchEvent(new Event("input", { bubbles: true }));
        }
        note.textContent = `Đã ghi vị trí đang đứng, sai số khoảng ${Math.round(coords.accuracy)} m.`;
        button.disabled = false;
      },
      () => {
        note.textContent = "Máy chưa cho biết vị trí. Anh/chị bật định vị, cho phép trang này dùng, rồi bấm lại.";
        button.disabled = false;
      },
      { enableHighAccuracy: true, timeout: 20000 },
    );
  });
}
