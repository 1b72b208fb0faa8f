// One question a screen: the form's screens shown one at a time, with the browser's own way back.

export class Screens {
  /** `isAsked(screen)` says which are shown now; `shown(screen)` is told after each move. */
  constructor(form, { isAsked, shown }) {
    this.screens = [...form.querySelectorAll("[data-screen]")];
    this.isAsked = isAsked;
    this.shown = shown;
    this.now = null;
    addEventListener("popstate", () => this.show(this.named(location.hash), { push: false }));
  }

  get asked() {
    return this.screens.filter((screen) => this.isAsked(screen));
  }

  named(hash) {
    return this.asked.find((screen) => `#${screen.id}` === hash) ?? this.asked[0];
  }

  /** The screen so many steps away, if there is one. */
  beside(steps) {
    return this.asked[this.asked.indexOf(this.now) + steps];
  }

  show(screen, { push = true, focus = true } = {}) {
    if (!screen) return;
    for (const one of this.screens) one.hidden = one !== screen;
    for (const part of new Set(this.screens.map((one) => one.closest("[data-part]")))) {
      if (part) part.hidden = !part.contains(screen);
    }
    const isMove = this.now !== screen;
    this.now = screen;
    if (push && isMove) history.pushState(null, "", `#${screen.id}`);
    this.shown(screen);
    if (!focus) return;
    // The question itself takes the focus: it is read out, and the keyboard does not jump up.
    scrollTo(0, 0);
    screen.querySelector("[data-screen-title]").focus({ preventScroll: true });
  }
}
