// What this device holds of a survey sheet until the server has it: answers one by one in
// localStorage (written before the key press is over), photographs in IndexedDB. All by account, so
// that a colleague's log-in on the same telephone never sees or sends it.

const PREFIX = "kc-khao-sat";
const DATABASE = "kc-khao-sat";
const PHOTOS = "anh";

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

/** Whether it was kept: storage may be full or forbidden. */
function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function forget(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    /* nothing was kept */
  }
}

const names = () => {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
};

/** One sheet of one account. An entry of an answer is {raw, value, declined, revision, clientId, …}. */
export class SheetCopy {
  constructor(user, target) {
    this.user = user;
    this.target = Number(target);
    this.name = `${PREFIX}:${encodeURIComponent(user)}:${this.target}`;
    this.entries = new Map();
    const start = `${this.name}:tra-loi:`;
    for (const name of names()) {
      const entry = name.startsWith(start) ? read(name) : null;
      if (entry) this.entries.set(name.slice(start.length), entry);
    }
  }

  put(code, entry) {
    this.entries.set(code, entry);
    return write(`${this.name}:tra-loi:${code}`, entry);
  }

  drop(code) {
    this.entries.delete(code);
    forget(`${this.name}:tra-loi:${code}`);
  }

  /** The wish to send the sheet, or to note that nobody was met: {kind, clientId, reason, note}. */
  get wish() {
    return read(`${this.name}:viec`);
  }

  set wish(wish) {
    if (wish) write(`${this.name}:viec`, wish);
    else forget(`${this.name}:viec`);
  }

  /** What is needed to send without the sheet's page: {title, path, urls}. */
  get sheet() {
    return read(`${this.name}:phieu`);
  }

  set sheet(sheet) {
    write(`${this.name}:phieu`, sheet);
  }

  /** Everything is with the server: forget the sheet. */
  async clear() {
    for (const name of names()) if (name.startsWith(`${this.name}:`)) forget(name);
    this.entries.clear();
    for (const photo of await photosOf(this.user, this.target)) await dropPhoto(photo.clientId);
  }
}

/** Sheets of an account that have something on this device, by their numbers. */
export function heldSheets(user) {
  const start = `${PREFIX}:${encodeURIComponent(user)}:`;
  const found = names().filter((name) => name.startsWith(start)).map((name) => Number(name.slice(start.length).split(":")[0]));
  return [...new Set(found)].map((target) => new SheetCopy(user, target)).filter((copy) => copy.sheet);
}

/** At the end of the work here: forget what the server has; what was not sent yet stays. */
export async function forgetSent() {
  const waiting = new Set();
  for (const name of names()) {
    const [, sheet, , kind] = name.match(/^(kc-khao-sat:[^:]+:\d+)(:(tra-loi|viec))/) ?? [];
    if (!sheet) continue;
    if (kind === "tra-loi" && read(name)?.sent) forget(name);
    else waiting.add(sheet);
  }
  const photos = await inPhotos("readonly", (store) => store.getAll()).catch(() => []);
  for (const photo of photos) {
    if (photo.state === "sent") await dropPhoto(photo.clientId);
    else waiting.add(`${PREFIX}:${encodeURIComponent(photo.user)}:${photo.target}`);
  }
  for (const name of names()) if (name.startsWith(`${PREFIX}:`) && name.endsWith(":phieu") && !waiting.has(name.slice(0, -6))) forget(name);
}

// Photographs: {clientId, user, target, question, blob, thumb, takenAt, lat, lon, accuracy, state}
// with state waiting, sent (only the thumbnail is left), refused (with `problem`) or removing.

let opened = null;
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(PHOTOS, { keyPath: "clientId" }).createIndex("sheet", ["user", "target"]);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function inPhotos(mode, work) {
  const transaction = (await database()).transaction(PHOTOS, mode);
  const request = work(transaction.objectStore(PHOTOS));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** The photographs of a sheet in the order they were taken; none where nothing can be kept. */
export async function photosOf(user, target) {
  try {
    const found = await inPhotos("readonly", (store) => store.index("sheet").getAll([user, Number(target)]));
    return found.sort((one, other) => one.takenAt.localeCompare(other.takenAt));
  } catch {
    return [];
  }
}

/** Keep a photograph; rejects where the device keeps none. */
export const putPhoto = (photo) => inPhotos("readwrite", (store) => store.put(photo));
export const dropPhoto = (clientId) => inPhotos("readwrite", (store) => store.delete(clientId)).catch(() => {});
