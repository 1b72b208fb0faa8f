// Gần tôi: asks the device where it stands, sends that to the server, draws the answers around it.
import { makeMap, pin } from "./map-ground.js";

const L = window.L;
const form = document.querySelector("[data-near-form]");
const button = form.querySelector("[data-near]");
const note = form.querySelector("[data-near-note]");
const decimals = (number) => number.toFixed(5).replace(".", ",");

if (navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    note.textContent = "Đang tìm vị trí…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.vd.value = decimals(coords.latitude);
        form.elements.kd.value = decimals(coords.longitude);
        form.elements.ss.value = String(Math.round(coords.accuracy));
        form.submit();
      },
      () => {
        note.textContent = "Máy chưa cho biết vị trí. Anh/chị bật định vị, cho phép trang này dùng, rồi bấm lại.";
        button.disabled = false;
      },
      { enableHighAccuracy: true, timeout: 20000 },
    );
  });
}

const box = document.querySelector("[data-near-map]");
if (box) {
  box.hidden = false;
  const here = box.dataset.here.split(",").map(Number);
  const items = [...document.querySelectorAll(".kc-near-list > li")];
  const points = items.map((item) => [Number(item.dataset.lat), Number(item.dataset.lon)]);
  const all = [here, ...points];
  const edge = (pick, index) => pick(...all.map((point) => point[index]));
  const margin = 0.002;
  const map = makeMap(box.querySelector("[data-map]"), [
    edge(Math.min, 0) - margin, edge(Math.min, 1) - margin, edge(Math.max, 0) + margin, edge(Math.max, 1) + margin,
  ], { scrollWheelZoom: false });
  const accuracy = Number(box.dataset.accuracy);
  if (accuracy) L.circle(here, { radius: accuracy, className: "kc-map-accuracy", weight: 1, interactive: false }).addTo(map);
  // The list is what is pressed; on the map each has its number there.
  points.forEach((point, index) => {
    const number = document.createElement("span");
    number.textContent = String(index + 1);
    const icon = L.divIcon({ className: "kc-map-number", html: number, iconSize: [26, 26] });
    L.marker(point, { icon, interactive: false, keyboard: false, zIndexOffset: -index }).addTo(map);
  });
  pin(here, "Chỗ đang đứng", "kc-map-here", { interactive: false, keyboard: false, zIndexOffset: 1000 }).addTo(map);
}
