// The panel below the picture: one object's YAML, events, logs and story, asked of the kernel.

let panels = 0;

class Panel {
  constructor(model, root, cards) {
    Object.assign(this, { model, cards, number: 0, tabs: new Map() });
    panels += 1;
    this.root = made("section", root, { class: "kl-panel", "aria-label": "Details", hidden: "" });
    const head = made("div", this.root, { class: "kl-head" });
    this.title = made("strong", head, { class: "kl-title" });
    const list = made("div", head, { role: "tablist", "aria-label": "What to show" });
    const text = `kl-text-${panels}`;
    for (const name of model.get("tabs")) {
      const id = `kl-tab-${panels}-${name}`;
      const tab = made("button", list, { id, role: "tab", type: "button", "aria-controls": text }, name);
      tab.addEventListener("click", () => this.choose(name));
      this.tabs.set(name, tab);
    }
    const close = made("button", head, { type: "button", class: "kl-close", "aria-label": "Close details" }, "×");
    close.addEventListener("click", () => this.leave());
    this.text = made("pre", this.root, { id: text, role: "tabpanel", tabindex: "0" });
    this.tab = model.get("tabs")[0];
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const names = [...this.tabs.keys()];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") this.leave();
    else if (step && event.target.getAttribute("role") === "tab") {
      this.choose(names[(names.indexOf(this.tab) + step + names.length) % names.length]);
      this.tabs.get(this.tab).focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  open(number, focus = false) {
    const { kind, name, namespace } = this.cards.of(number);
    if (!kind) return;
    this.number = number;
    this.root.hidden = false;
    this.title.textContent = `${kind}/${name}`;
    this.model.set({ selected: `${kind}/${name}`, namespace });
    this.model.save_changes();
    this.choose(this.tab);
    if (focus) this.tabs.get(this.tab).focus();
  }

  choose(name) {
    if (name !== this.tab || this.of !== this.number) this.text.textContent = "…";
    this.of = this.number;
    this.tab = name;
    for (const [each, tab] of this.tabs) {
      tab.setAttribute("aria-selected", String(each === name));
      tab.tabIndex = each === name ? 0 : -1;
    }
    this.text.setAttribute("aria-labelledby", this.tabs.get(name).id);
    this.ask();
  }

  ask() {
    if (this.number) this.model.send({ ask: "details", number: this.number, tab: this.tab });
  }

  tell({ number, tab, told }) {
    if (number === this.number && tab === this.tab) this.text.textContent = told;
  }

  close() {
    if (!this.number) return;
    this.number = 0;
    this.root.hidden = true;
    this.model.set({ selected: "", namespace: "" });
    this.model.save_changes();
  }

  leave() {
    this.close();
    this.onleave();
  }
}
