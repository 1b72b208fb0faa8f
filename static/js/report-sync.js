// Sends what was typed to the server: debounced, in batches, one request at a time, tried again
// with growing pauses. Nothing leaves the local copy before the server has said that it is kept.

import { meaningOf, post, retryAfter } from "./send.js";

const PAUSE = 800; // ms after the last key

export class Sync {
  /** `on` has saved(cell), conflict(cell), stated(part, words), revision(number), state(name, detail). */
  constructor({ saveUrl, nothingUrl, local, revisions, on }) {
    Object.assign(this, { saveUrl, nothingUrl, local, revisions, on });
    this.cells = new Map();
    this.stated = new Map();
    this.failures = 0;
    this.running = null;
    this.timer = null;
    addEventListener("online", () => this.resume());
    addEventListener("focus", () => this.resume());
    addEventListener("pagehide", () => this.isPending && !this.running && this.flush(true));
  }

  get isPending() {
    return this.cells.size > 0 || this.stated.size > 0;
  }

  put(key, text, note, soon = true) {
    const cell = { text, note, revision: this.revisions[key] };
    this.cells.set(key, cell);
    this.local.put("cells", key, cell);
    this.on.state("pending");
    if (soon) this.schedule(PAUSE);
  }

  state(part, isStated) {
    this.stated.set(part, isStated);
    this.local.put("stated", part, isStated);
    this.on.state("pending");
    this.schedule(0);
  }

  /** Take back a cell that a person decided not to send. */
  forget(key) {
    this.cells.delete(key);
    this.local.drop("cells", key);
  }

  schedule(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  resume() {
    if (this.isPending && !this.running) this.schedule(0);
  }

  /** Send all there is; resolves to true once nothing is left to send. */
  async flush(leaving = false) {
    clearTimeout(this.timer);
    // Several may wait for one answer; the first to wake sends again, and the others wait for that.
    while (this.running) await this.running;
    if (!this.isPending) return true;
    this.on.state("saving");
    this.running = this.send(leaving).finally(() => (this.running = null));
    const sent = await this.running;
    if (!sent) return false;
    return this.isPending ? this.flush(leaving) : true;
  }

  async send(leaving) {
    const cells = [...this.cells].map(([key, cell]) => ({ key, ...cell, revision: this.revisions[key] }));
    const stated = [...this.stated];
    try {
      if (cells.length) {
        const answer = await post(this.saveUrl, { cells }, { keepalive: leaving });
        for (const cell of answer.saved) this.kept(cell, cells);
        for (const cell of answer.conflicts) {
          this.cells.delete(cell.key);
          this.on.conflict(cell);
        }
        this.on.revision(answer.revision);
      }
      for (const [part, isStated] of stated) {
        const answer = await post(this.nothingUrl, { part, stated: isStated }, { keepalive: leaving });
        if (this.stated.get(part) === isStated) {
          this.stated.delete(part);
          this.local.drop("stated", part);
        }
        this.on.stated(part, answer.words);
        this.on.revision(answer.revision);
      }
    } catch (problem) {
      this.failed(problem);
      return false;
    }
    this.failures = 0;
    this.on.state(this.isPending ? "pending" : "saved");
    return true;
  }

  kept(saved, sent) {
    this.revisions[saved.key] = saved.revision;
    const now = this.cells.get(saved.key);
    const was = sent.find((cell) => cell.key === saved.key);
    if (now && was && now.text === was.text && now.note === was.note) this.forget(saved.key);
    this.on.saved(saved);
  }

  failed(problem) {
    const meaning = meaningOf(problem);
    this.on.state(meaning, problem.message);
    if (meaning === "offline") this.schedule(retryAfter(this.failures++));
  }
}
