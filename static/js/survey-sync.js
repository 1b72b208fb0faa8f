// Sends what a device holds of a survey sheet: answers, then photographs, then the wish to send the
// sheet. One attempt at a time, tried again with growing pauses and as soon as there is a
// connection. Every edit, photograph and wish has an id of its own, so that what is sent twice
// counts once; nothing leaves the device before the server has said that it is kept.

import { deviceOwner } from "./device-copies.js";
import { meaningOf, post, retryAfter } from "./send.js";
import { dropPhoto, heldSheets, photosOf, putPhoto } from "./survey-store.js";

const PAUSE = 800; // ms after the last key
const NO_ID = "00000000-0000-0000-0000-000000000000"; // stands in the address of a removal
const REMEMBERED = 20; // earlier edits of a question that may have reached the server

/** A new id; randomUUID is missing where the portal is reached without https. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte, at) => ([4, 6, 8, 10].includes(at) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

/** Whether an answer can be sent now: not yet with the server, readable, and not in dispute. */
const isDue = (entry) => !entry.sent && !entry.error && !entry.conflict;

export class SheetSync {
  /**
   * `on` may have isOpen() (whether answers must be looked at again), saved(code), conflict(code), wrong(code), photo(photo), done(answer),
   * incomplete(errors, message, wish), state(name, detail) with name pending, saving, saved,
   * open (answers to look at again are left), offline, session, refused or unkept.
   */
  constructor(copy, urls, on = {}) {
    Object.assign(this, { copy, urls, on, failures: 0, running: null, timer: null, photos: [] });
    this.ready = photosOf(copy.user, copy.target).then((photos) => (this.photos = photos));
  }

  /** Follow the connection: a page does, a single attempt for another sheet does not. */
  follow() {
    const again = () => document.hidden || this.resume();
    for (const name of ["online", "focus"]) addEventListener(name, again);
    document.addEventListener("visibilitychange", again);
    addEventListener("pagehide", () => this.dueCodes.length && !this.running && this.flush(true));
  }

  tell(name, ...what) {
    this.on[name]?.(...what);
  }

  get dueCodes() {
    return [...this.copy.entries].filter(([, entry]) => isDue(entry)).map(([code]) => code);
  }

  get duePhotos() {
    return this.photos.filter((photo) => photo.state === "waiting" || photo.state === "removing");
  }

  get isPending() {
    return this.dueCodes.length > 0 || this.duePhotos.length > 0 || Boolean(this.copy.wish);
  }

  /** An answer as it stands on the page; `revision` is the one that the person saw. */
  put(code, { raw, value, error, declined = "" }, revision) {
    this.withdraw();
    const before = this.copy.entries.get(code);
    const replaces = before && !before.sent ? [...before.replaces, ...(before.tried ? [before.clientId] : [])] : [];
    const isKept = this.copy.put(code, {
      raw,
      value,
      error,
      declined,
      revision: before?.revision ?? revision,
      clientId: newId(),
      replaces: replaces.slice(-REMEMBERED),
      at: new Date().toISOString(),
    });
    this.tell("state", isKept ? "pending" : "unkept");
    if (!error) this.schedule(PAUSE);
  }

  /** Insist on what this device holds, having seen what the server holds. */
  insist(code) {
    const { conflict, ...entry } = this.copy.entries.get(code);
    this.copy.put(code, { ...entry, revision: conflict.revision, clientId: newId(), replaces: [] });
    this.tell("state", "pending");
    this.schedule(0);
  }

  /** Whoever goes on answering has not finished: the wish is made again at the end. */
  withdraw() {
    if (this.copy.wish) this.copy.wish = null;
  }

  async addPhoto(photo) {
    this.withdraw();
    this.photos.push(photo);
    this.schedule(0);
    await putPhoto(photo);
  }

  /** Take a photograph off; one that never left the device is simply forgotten. */
  async removePhoto(clientId) {
    this.withdraw();
    const photo = this.photos.find((one) => one.clientId === clientId);
    const isOnlyHere = photo && !photo.tried && photo.state !== "sent";
    if (isOnlyHere) {
      this.photos = this.photos.filter((one) => one !== photo);
      await dropPhoto(clientId);
      return;
    }
    const going = { clientId, user: this.copy.user, target: this.copy.target, question: photo?.question ?? "", takenAt: photo?.takenAt ?? "", state: "removing" };
    this.photos = [...this.photos.filter((one) => one.clientId !== clientId), going];
    this.schedule(0);
    await putPhoto(going).catch(() => {});
  }

  /** Send the sheet, or note that nobody was met, as soon as all else has been sent. */
  ask(wish) {
    this.copy.wish = { ...wish, clientId: newId(), at: new Date().toISOString() };
    return this.flush();
  }

  schedule(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  resume() {
    if (this.isPending && !this.running) this.schedule(0);
  }

  /** Send all there is; resolves to whether nothing is left. */
  async flush(leaving = false) {
    clearTimeout(this.timer);
    while (this.running) await this.running;
    this.running = this.attempt(leaving).finally(() => (this.running = null));
    const isSent = await this.running;
    if (isSent && this.isPending && !leaving) this.schedule(0);
    return isSent && !this.isPending;
  }

  async attempt(leaving) {
    if (!leaving) await this.ready;
    if (!this.isPending) return true;
    // Another account has worked here since: sending would put its name to these answers.
    if (deviceOwner() && deviceOwner() !== this.copy.user) {
      this.tell("state", "session");
      return false;
    }
    this.tell("state", "saving");
    try {
      await this.sendAnswers(leaving);
      if (!leaving) {
        for (const photo of this.duePhotos) await this.sendPhoto(photo);
        await this.sendWish();
      }
    } catch (problem) {
      const meaning = meaningOf(problem);
      this.tell("state", meaning, problem.message);
      if (meaning === "offline") this.schedule(retryAfter(this.failures++));
      return false;
    }
    this.failures = 0;
    const isWhole = [...this.copy.entries.values()].every((entry) => entry.sent);
    this.tell("state", this.isPending ? "pending" : isWhole ? "saved" : "open");
    return true;
  }

  async sendAnswers(leaving) {
    const codes = this.dueCodes;
    if (!codes.length) return;
    const answers = codes.map((code) => {
      const entry = { ...this.copy.entries.get(code), tried: true };
      this.copy.put(code, entry);
      const { value, declined, revision, clientId, replaces, at } = entry;
      return { question: code, value, declined, revision, client_id: clientId, replaces, answered_at: at };
    });
    const answer = await post(this.urls.save, { answers }, { keepalive: leaving });
    for (const saved of answer.saved) this.saved(saved);
    for (const { question, kept } of answer.conflicts) this.update(question, answers, { conflict: kept }, "conflict");
    for (const [code, sentences] of Object.entries(answer.errors)) {
      this.update(code, answers, { error: sentences.join(" ") }, "wrong");
    }
  }

  saved({ question, revision, client_id, value }) {
    const entry = this.copy.entries.get(question);
    if (!entry) return;
    const isLatest = entry.clientId === client_id;
    // Typed on meanwhile: the newer edit starts from what has just been kept.
    this.copy.put(question, isLatest ? { ...entry, value, revision, sent: true, replaces: [] } : { ...entry, revision });
    if (isLatest) this.tell("saved", question);
  }

  update(code, answers, changes, event) {
    const entry = this.copy.entries.get(code);
    const sent = answers.find((one) => one.question === code);
    if (!entry || entry.clientId !== sent?.client_id) return;
    this.copy.put(code, { ...entry, ...changes });
    this.tell(event, code);
  }

  async sendPhoto(photo) {
    if (photo.state === "removing") {
      await post(this.urls.photo_remove.replace(NO_ID, photo.clientId), {});
      this.photos = this.photos.filter((one) => one !== photo);
      await dropPhoto(photo.clientId);
      return;
    }
    photo.tried = true;
    await putPhoto(photo).catch(() => {});
    const form = new FormData();
    form.set("file", photo.blob, `anh-${photo.takenAt.slice(0, 19).replace(/\D/g, "")}.jpg`);
    form.set("client_id", photo.clientId);
    form.set("question", photo.question);
    form.set("taken_at", photo.takenAt);
    for (const name of ["lat", "lon", "accuracy"]) if (photo[name] !== undefined) form.set(name, photo[name]);
    let kept = { state: "sent", blob: null };
    try {
      await post(this.urls.photo, form);
    } catch (problem) {
      if (![413, 422].includes(problem.status)) throw problem;
      kept = { state: "refused", problem: problem.message ?? "Máy chủ không nhận ảnh này." };
    }
    // Taken off while it was being sent: the removal goes next.
    if (!this.photos.includes(photo)) return;
    Object.assign(photo, kept);
    await putPhoto(photo).catch(() => {});
    this.tell("photo", photo);
  }

  async sendWish() {
    const { wish } = this.copy;
    if (!wish) return;
    const entries = [...this.copy.entries.values()];
    const isOpen = this.on.isOpen ? this.on.isOpen() : entries.some((entry) => entry.error || entry.conflict);
    // Without its page the wish waits: only there can a person look at the answers again.
    if (wish.kind === "submit" && (isOpen || this.dueCodes.length || this.duePhotos.length)) {
      if (this.on.incomplete) this.copy.wish = null;
      this.tell("incomplete", {});
      return;
    }
    const url = wish.kind === "submit" ? this.urls.submit : this.urls.unreachable;
    let answer;
    try {
      answer = await post(url, { client_id: wish.clientId, reason: wish.reason, note: wish.note });
    } catch (problem) {
      if (!this.on.incomplete) throw problem;
      if (meaningOf(problem) === "refused") this.copy.wish = null;
      if (problem.status !== 422) throw problem;
      this.tell("incomplete", problem.errors ?? {}, problem.message, wish);
      return;
    }
    if (wish.kind === "submit") await this.copy.clear();
    else this.copy.wish = null;
    this.tell("done", answer, wish);
  }
}

/** Try once to send what sheets of this account hold; resolves to {left, sent}: what could not go, how many went. */
export async function sendHeld(user, except = null) {
  const left = [];
  let sent = 0;
  for (const copy of heldSheets(user).filter((one) => one.target !== except)) {
    const on = { state: (name, detail) => (copy.problem = name === "refused" ? detail : "") };
    const sync = new SheetSync(copy, copy.sheet.urls, on);
    await sync.ready;
    const hadSome = sync.isPending;
    if (hadSome) await sync.flush();
    clearTimeout(sync.timer);
    const waiting = [...copy.entries.values()].filter((entry) => !entry.sent).length;
    const photos = sync.photos.filter((photo) => photo.state !== "sent").length;
    if (waiting || photos || copy.wish) left.push({ copy, waiting, photos, problem: copy.problem });
    else if (hadSome) sent += 1;
  }
  return { left, sent };
}
