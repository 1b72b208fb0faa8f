// The registry on the map: asks the server for the clusters of each window, zooms in on a cluster,
// opens the card of a point, keeps the panel beside the map in step.
import { makeMap, namesOn, NEAREST_ZOOM, onPress, pin } from "./map-ground.js";

const L = window.L;
const page = document.querySelector("[data-map-page]");
if (page) start();

function start() {
  page.hidden = false;
  const card = page.querySelector("[data-map-card]");
  const panel = page.querySelector("[data-map-panel]");
  const note = page.querySelector("[data-map-note]");
  const map = makeMap(page.querySelector("[data-map]"), page.dataset.firstView.split(",").map(Number));
  const names = namesOn(map);
  const marks = L.layerGroup().addTo(map);
  let asking = null;

  async function ask(edges, zoom) {
    const url = new URL(page.dataset.viewUrl, location.href);
    url.searchParams.set("khung", edges.map((edge) => edge.toFixed(6)).join(","));
    url.searchParams.set("muc", String(Math.floor(zoom)));
    asking?.abort();
    asking = new AbortController();
    const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: asking.signal });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? "");
    return answer.json();
  }

  async function refresh() {
    const bounds = map.getBounds();
    try {
      const shown = await ask(
        [bounds.getSouth(), bounds.getWest(), bounds.getNorth(), bounds.getEast()], map.getZoom(),
      );
      note.textContent = "";
      draw(shown);
    } catch (error) {
      if (error.name === "AbortError") return;
      note.textContent = error.message || "Chưa tải được bản đồ; anh/chị kiểm tra mạng rồi kéo bản đồ để thử lại.";
    }
  }

  function draw({ clusters, places, panel: piece }) {
    names.write(places);
    panel.innerHTML = piece;
    // Where the keyboard stood, it stays, as far as there is still a mark.
    const focused = document.activeElement?.closest?.("[data-map] .leaflet-marker-icon");
    const had = focused ? focused.dataset.where : null;
    marks.clearLayers();
    const most = Math.max(...clusters.map(({ n }) => n), 1);
    for (const one of clusters) {
      const mark = one.name ? pointOf(one) : clusterOf(one, most);
      mark.addTo(marks);
      mark.getElement().dataset.where = `${one.lat},${one.lon}`;
    }
    if (had !== null) {
      const same = [...page.querySelectorAll("[data-where]")].find((e) => e.dataset.where === had);
      (same ?? page.querySelector("[data-map]")).focus({ preventScroll: true });
    }
  }

  function pointOf(one) {
    const mark = pin([one.lat, one.lon], one.name);
    onPress(mark, () => open(one));
    return mark;
  }

  function clusterOf(one, most) {
    const inner = document.createElement("span");
    inner.textContent = one.label;
    const size = one.n > most / 8 && one.n > 30 ? 56 : one.n > 9 ? 48 : 44;
    const icon = L.divIcon({ className: "kc-map-cluster", html: inner, iconSize: [size, size] });
    const mark = L.marker([one.lat, one.lon], { icon, title: `${one.label} cơ sở, bấm để phóng to` });
    onPress(mark, () => nearer(one));
    return mark;
  }

  async function nearer(one) {
    if (map.getZoom() < NEAREST_ZOOM) {
      map.setView([one.lat, one.lon], Math.min(map.getZoom() + 2, NEAREST_ZOOM));
      return;
    }
    // As near as it gets and still together: they stand at the same spot.
    const { panel: piece } = await ask(one.cell.split(",").map(Number), NEAREST_ZOOM);
    openPiece(piece);
  }

  function open(one) {
    const title = document.createElement("h2");
    const link = document.createElement("a");
    link.href = one.url;
    link.textContent = one.name;
    title.append(link);
    const facts = document.createElement("p");
    facts.textContent = one.facts.join(" · ");
    const parts = [title, facts];
    if (one.estimated) {
      const words = document.createElement("p");
      words.className = "text-secondary small";
      words.textContent = "Dữ liệu minh họa; vị trí ước lượng theo xã.";
      parts.push(words);
    }
    fill(parts);
  }

  function openPiece(piece) {
    const box = document.createElement("div");
    box.innerHTML = piece;
    fill([box]);
  }

  function fill(parts) {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn kc-btn-quiet kc-map-close";
    close.textContent = "Đóng";
    close.addEventListener("click", shut);
    card.replaceChildren(...parts, close);
    card.hidden = false;
    card.focus({ preventScroll: true });
  }

  function shut() {
    card.hidden = true;
    page.querySelector("[data-map]").focus({ preventScroll: true });
  }

  card.addEventListener("keydown", (event) => event.key === "Escape" && shut());
  let waiting;
  map.on("moveend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 120);
  });
  refresh();
}
