// What could not be sent yet, kept in this browser: by account and report, so that a colleague's
// log-in on the same computer never sees or sends it.

const EMPTY = { cells: {}, stated: {}, reasons: {} };

export class LocalCopy {
  constructor(user, report) {
    this.name = `kc-bao-cao:${user}:${report}`;
    this.held = { ...structuredClone(EMPTY), ...this.read() };
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) ?? {};
    } catch {
      return {}; // a broken copy or a browser that keeps nothing: the server's draft still counts
    }
  }

  write() {
    try {
      const empty = Object.values(this.held).every((kind) => Object.keys(kind).length === 0);
      if (empty) localStorage.removeItem(this.name);
      else localStorage.setItem(this.name, JSON.stringify(this.held));
    } catch {
      // full or forbidden: autosave to the server goes on
    }
  }

  put(kind, key, value) {
    this.held[kind][key] = value;
    this.write();
  }

  drop(kind, key) {
    delete this.held[kind][key];
    this.write();
  }
}
