// What every map of the portal stands on: tiles where a server is set, else a plain ground with lines
// of latitude and longitude; names of communes; a scale; controls in Vietnamese. Leaflet is `window.L`.
const L = window.L;
const STEPS = [5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const LINE_PIXELS = 110;
export const NEAREST_ZOOM = 18;

/** A map on an element; `edges` is [south, west, north, east], what it opens on. */
export function makeMap(element, edges, options = {}) {
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    minZoom: 4,
    maxZoom: NEAREST_ZOOM,
    zoomSnap: 0.5,
    maxBounds: [[4, 98], [26, 122]],
    fadeAnimation: false,
    zoomAnimation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    // On a phone one finger scrolls the page over a small map, two move the map.
    ...options,
  });
  element.setAttribute("tabindex", "0");
  L.control.zoom({ zoomInTitle: "Phóng to", zoomOutTitle: "Thu nhỏ" }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  show(map, edges);
  const { tiles, attribution } = element.closest("[data-tiles]")?.dataset ?? {};
  if (tiles) {
    L.tileLayer(tiles, { maxZoom: NEAREST_ZOOM }).addTo(map);
    if (attribution) credit(map, attribution);
  } else {
    lines(map);
  }
  return map;
}

/** Show a piece of the country: [south, west, north, east]. */
export function show(map, [south, west, north, east], options = {}) {
  map.fitBounds([[south, west], [north, east]], { maxZoom: 16, animate: false, ...options });
}

/** "10,2°" as people here write decimals. */
function degrees(value, step, letter) {
  const decimals = Math.max(0, Math.ceil(-Math.log10(step)));
  return `${value.toFixed(decimals).replace(".", ",")}° ${letter}`;
}

function text(className, words) {
  const span = document.createElement("span");
  span.textContent = words;
  return L.divIcon({ className, html: span, iconSize: null });
}

/** The credit that a tile server asks for, as plain text. */
function credit(map, words) {
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => {
    const box = L.DomUtil.create("div", "kc-map-credit");
    box.textContent = words;
    return box;
  };
  control.addTo(map);
}

function lines(map) {
  const layer = L.layerGroup().addTo(map);
  const style = { className: "kc-map-line", weight: 1, interactive: false };
  const still = { interactive: false, keyboard: false };
  const draw = () => {
    layer.clearLayers();
    const bounds = map.getBounds();
    const [south, west, north, east] = [
      bounds.getSouth(), bounds.getWest(), bounds.getNorth(), bounds.getEast(),
    ];
    const wanted = ((east - west) / map.getSize().x) * LINE_PIXELS;
    const step = STEPS.findLast((one) => one >= wanted) ?? STEPS[0];
    for (let at = Math.ceil(south / step) * step; at < north; at += step) {
      L.polyline([[at, west - step], [at, east + step]], style).addTo(layer);
      L.marker([at, west], { ...still, icon: text("kc-map-degree", degrees(at, step, "B")) }).addTo(layer);
    }
    for (let at = Math.ceil(west / step) * step; at < east; at += step) {
      L.polyline([[south - step, at], [north + step, at]], style).addTo(layer);
      L.marker([north, at], { ...still, icon: text("kc-map-degree kc-map-degree-top", degrees(at, step, "Đ")) }).addTo(layer);
    }
  };
  map.on("moveend", draw);
  draw();
}

const LETTER_PIXELS = 7.5;
const NAME_HEIGHT = 22;

/** A layer for names on the ground; `write([{name, lat, lon}])` replaces what stands there. A name
 * that would run into another is left out until the map is nearer. */
export function namesOn(map) {
  const layer = L.layerGroup().addTo(map);
  return {
    write(places) {
      layer.clearLayers();
      const taken = [];
      for (const { name, lat, lon } of places) {
        const at = map.latLngToContainerPoint([lat, lon]);
        const half = (name.length * LETTER_PIXELS) / 2;
        if (taken.some((o) => Math.abs(o.x - at.x) < o.half + half && Math.abs(o.y - at.y) < NAME_HEIGHT)) continue;
        taken.push({ x: at.x, y: at.y, half });
        const icon = text("kc-map-name", name);
        L.marker([lat, lon], { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(layer);
      }
    },
  };
}

/** A mark of a point: a pin that the keyboard reaches, named for those who hear it. */
export function pin(at, name, className = "", options = {}) {
  const inner = document.createElement("span");
  inner.className = "kc-map-dot";
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = name;
  inner.append(words);
  const icon = L.divIcon({ className: `kc-map-pin ${className}`, html: inner, iconSize: [44, 44], iconAnchor: [22, 22] });
  return L.marker(at, { icon, title: name, riseOnHover: true, ...options });
}

/** Do something when a mark is pressed, by pointer or by keyboard. */
export function onPress(mark, act) {
  mark.on("click", act);
  mark.on("keydown", ({ originalEvent: event }) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
}
