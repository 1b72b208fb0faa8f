// Sends what was typed to the server: debounced, in batches, one request at a time, tried again
// with growing pauses. Nothing leaves the local copy before the server has said that it is kept.

import { csrfToken } from "./csrf.js";
import { sessionTouched } from "./session.js";

const PAUSE = 800; // ms after the last key
const RETRY = [2000, 4000, 8000, 15000, 30000, 60000];

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
        const answer = await this.post(this.saveUrl, { cells }, leaving);
        for (const cell of answer.saved) this.kept(cell, cells);
        for (const cell of answer.conflicts) {
          this.cells.delete(cell.key);
          this.on.conflict(cell);
        }
        this.on.revision(answer.revision);
      }
      for (const [part, isStated] of stated) {
        const answer = await this.post(this.nothingUrl, { part, stated: isStated }, leaving);
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

  async post(url, body, keepalive) {
    const response = await fetch(url, {
      method: "POST",
      keepalive,
      redirect: "error",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(body),
    });
    const isJson = response.headers.get("Content-Type")?.includes("application/json");
    if (response.ok && isJson) {
      sessionTouched();
      return response.json();
    }
    throw { status: response.status, ...(isJson ? await response.json() : {}) };
  }

  /** 401: the session ended; 4xx with a sentence: refused for good; all else: try again later. */
  failed(problem) {
    if (problem.status === 401) return this.on.state("session");
    if (problem.message && [403, 409, 422].includes(problem.status)) return this.on.state("refused", problem.message);
    this.on.state("offline");
    this.schedule(RETRY[Math.min(this.failures++, RETRY.length - 1)]);
  }
}
