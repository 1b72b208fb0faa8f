// The point of one establishment on a small map: set by a press, by dragging, by keyboard or from the
// device, always in step with the two number fields; or only shown, on the record's page.
import { makeMap, namesOn, NEAREST_ZOOM, pin } from "./map-ground.js";

const L = window.L;
const decimals = (number) => number.toFixed(6).replace(".", ",");
const read = (field) => Number.parseFloat(field.value.replace(",", "."));

/** The names of communes and, small and grey, the other establishments of the window. */
function surroundings(map, url, own = null) {
  const names = namesOn(map);
  const others = L.layerGroup().addTo(map);
  let asking;
  const refresh = async () => {
    const b = map.getBounds();
    const where = new URL(url, location.href);
    where.searchParams.set("khung", [b.getSouth(), b.getWest(), b.getNorth(), b.getEast()].map((e) => e.toFixed(6)).join(","));
    where.searchParams.set("muc", String(Math.floor(map.getZoom())));
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(where, { headers: { Accept: "application/json" }, signal: asking.signal });
      if (!answer.ok) return;
      const { clusters, places } = await answer.json();
      names.write(places);
      others.clearLayers();
      for (const { lat, lon } of clusters) {
        if (own && Math.abs(lat - own[0]) < 1e-5 && Math.abs(lon - own[1]) < 1e-5) continue;
        L.circleMarker([lat, lon], { className: "kc-map-other", radius: 4, weight: 1, interactive: false }).addTo(others);
      }
    } catch {
      /* typed or pressed on, or no connection: the map works without its surroundings */
    }
  };
  let waiting;
  map.on("moveend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 200);
  });
  refresh();
}

function around([lat, lon], degrees = 0.012) {
  return [lat - degrees, lon - degrees, lat + degrees, lon + degrees];
}

for (const box of document.querySelectorAll("[data-point-map]")) {
  box.hidden = false;
  const point = box.dataset.point.split(",").map(Number);
  const map = makeMap(box.querySelector("[data-map]"), around(point), { scrollWheelZoom: false });
  pin(point, box.dataset.name, "", { interactive: false, keyboard: false }).addTo(map);
  surroundings(map, box.dataset.viewUrl, point);
}

for (const box of document.querySelectorAll("[data-point-picker]")) pick(box);

function pick(box) {
  const form = box.closest("form");
  const { latitude, longitude } = form.elements;
  box.hidden = false;
  const stated = () => {
    const point = [read(latitude), read(longitude)];
    return point.every(Number.isFinite) && point[0] > 5 && point[0] < 25 && point[1] > 100 && point[1] < 120 ? point : null;
  };
  const start = stated();
  const map = makeMap(box.querySelector("[data-map]"), start ? around(start) : box.dataset.firstView.split(",").map(Number), { scrollWheelZoom: false });
  let mark = null;
  let circle = null;

  function place(point, { write = true, nearer = false } = {}) {
    circle?.remove();
    circle = null;
    if (point === null) {
      mark?.remove();
      mark = null;
    } else if (mark === null) {
      mark = pin(point, "Vị trí của cơ sở", "kc-map-own", { draggable: true, keyboard: false }).addTo(map);
      mark.on("dragend", () => {
        const { lat, lng } = mark.getLatLng();
        place([lat, lng]);
      });
    } else mark.setLatLng(point);
    if (write) {
      latitude.value = point ? decimals(point[0]) : "";
      longitude.value = point ? decimals(point[1]) : "";
      for (const field of [latitude, longitude]) field.dispatchEvent(new CustomEvent("change", { bubbles: true }));
    }
    if (point && nearer) map.setView(point, Math.max(map.getZoom(), 15));
  }

  if (start) place(start, { write: false });
  map.on("click", ({ latlng }) => place([latlng.lat, latlng.lng]));
  box.querySelector("[data-point-centre]").addEventListener("click", () => {
    const { lat, lng } = map.getCenter();
    place([lat, lng]);
  });
  box.querySelector("[data-point-clear]").addEventListener("click", () => place(null));
  for (const field of [latitude, longitude]) {
    field.addEventListener("input", () => place(stated(), { write: false, nearer: true }));
  }
  form.addEventListener("kc:located", ({ detail }) => {
    const point = stated();
    if (!point) return;
    place(point, { write: false });
    map.setView(point, NEAREST_ZOOM - 2);
    circle = L.circle(point, { radius: detail.accuracy, className: "kc-map-accuracy", weight: 1, interactive: false }).addTo(map);
  });
  surroundings(map, box.dataset.viewUrl, start);
}
