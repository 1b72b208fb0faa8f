// Photographs of a question: taken with the camera, made small on the telephone, kept here until
// the server has them. What the camera writes into the file (owner, model, place) does not travel.

import { newId } from "./survey-sync.js";

const LONGEST = 1600; // px: a machine's plate stays readable, a file stays below some 400 KB
const THUMB = 200;
const QUALITY = 0.82;
const MOST = 10;

async function decoded(file) {
  if (window.createImageBitmap) return createImageBitmap(file, { imageOrientation: "from-image" });
  const image = new Image();
  image.src = URL.createObjectURL(file);
  await image.decode();
  return image;
}

function drawn(image, longest) {
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  // A transparent picture would turn black as JPEG.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY);
  });
}

/** {blob, thumb}: the photograph and its small picture as JPEG; rejects what is no picture. */
export async function reduced(file) {
  const image = await decoded(file);
  return { blob: await drawn(image, LONGEST), thumb: await drawn(image, THUMB) };
}

const STATES = { waiting: "Chờ gửi", sent: "Đã gửi", refused: "Không gửi được" };

/** The photographs of one question's block. `position()` may tell where the telephone stands. */
export class Photos {
  constructor(block, question, { sync, kept, position, changed }) {
    Object.assign(this, { block, question, sync, kept, position, changed });
    this.list = block.querySelector("[data-photos]");
    this.note = block.querySelector("[data-photo-note]");
    for (const input of block.querySelectorAll("input[type=file]")) {
      input.addEventListener("change", async () => {
        const files = [...input.files];
        input.value = "";
        for (const file of files) await this.take(file);
      });
    }
    this.show();
  }

  /** What the server has and what is still here, each once. */
  get all() {
    const here = this.sync.photos.filter((photo) => photo.question === this.question.code);
    const ids = new Set(here.map((photo) => photo.clientId));
    const there = this.kept.filter((photo) => photo.question === this.question.code && !ids.has(photo.client_id));
    return [
      ...there.map((photo) => ({ clientId: photo.client_id, url: photo.url, takenAt: photo.taken_at, state: "sent" })),
      ...here.filter((photo) => photo.state !== "removing"),
    ];
  }

  say(words) {
    this.note.textContent = words;
  }

  async take(file) {
    if (this.all.length >= MOST) return this.say(`Mỗi câu nhận nhiều nhất ${MOST} ảnh; anh/chị bỏ bớt ảnh rồi chụp lại.`);
    this.say("Đang thu nhỏ ảnh…");
    try {
      const photo = {
        clientId: newId(),
        user: this.sync.copy.user,
        target: this.sync.copy.target,
        question: this.question.code,
        takenAt: new Date().toISOString(),
        state: "waiting",
        ...(await reduced(file)),
        ...this.position(),
      };
      this.say("");
      await this.sync.addPhoto(photo).catch(() => this.say("Máy này không giữ được ảnh khi đóng trang; anh/chị gửi ngay khi còn mạng."));
    } catch {
      this.say(`Không đọc được ảnh “${file.name}”. Anh/chị chụp lại, hoặc chọn ảnh JPG, PNG.`);
    }
    this.changed();
    this.show();
  }

  async remove(clientId) {
    this.kept = this.kept.filter((photo) => photo.client_id !== clientId);
    await this.sync.removePhoto(clientId);
    this.say("Đã bỏ ảnh.");
    this.changed();
    this.show();
    this.block.querySelector("input[type=file]")?.focus();
  }

  show() {
    for (const image of this.list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.list.replaceChildren(...this.all.map((photo, index) => this.item(photo, index + 1)));
    this.list.hidden = !this.list.children.length;
  }

  item(photo, number) {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    const taken = photo.takenAt ? new Date(photo.takenAt).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" }) : "";
    picture.alt = `Ảnh ${number}${taken ? `, chụp lúc ${taken}` : ""}`;
    picture.src = photo.thumb ? URL.createObjectURL(photo.thumb) : photo.url;
    const words = document.createElement("span");
    words.className = "sv-photo-state";
    words.dataset.state = photo.state;
    words.textContent = photo.problem ?? STATES[photo.state];
    item.append(picture, words);
    if (this.block.closest("form")) {
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "btn kc-btn-quiet kc-btn-small";
      remove.textContent = "Bỏ ảnh";
      remove.setAttribute("aria-label", `Bỏ ảnh ${number}`);
      remove.addEventListener("click", () => this.remove(photo.clientId));
      item.append(remove);
    }
    return item;
  }
}
