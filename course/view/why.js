// Lists the steps that Python sends, and tells it what was clicked.
// Everything that comes from the cluster is set as text, never as markup.

const FOCUSABLE = "button, summary";

function make(tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function button(text, label, click) {
  const made = make("button", text, { type: "button", "aria-label": label });
  made.addEventListener("click", click);
  return made;
}

class Page {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.open = new Map(); // the steps whose code is shown, by part and place
  }

  // What had the focus is made anew: its successor, at the same place, gets it back.
  draw() {
    const place = [...this.root.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
    this.fill();
    if (place >= 0) this.root.querySelectorAll(FOCUSABLE)[place]?.focus();
  }

  // Another object: a reader who was inside begins at its title.
  turn() {
    const inside = this.root.contains(document.activeElement);
    this.open.clear();
    this.fill();
    if (inside) this.root.querySelector("h4").focus();
  }

  fill() {
    const page = this.model.get("page");
    const told = make("details");
    told.append(make("summary", `All that befell ${page.title} (${page.told.length})`));
    told.append(this.list("told", page.told));
    told.open = Boolean(this.all);
    told.addEventListener("toggle", () => { this.all = told.open; });
    this.root.replaceChildren(
      this.trail(page.trail),
      make("h4", `Why ${page.title} is as it is`, { tabindex: "-1" }),
      this.list("causes", page.causes),
      told,
    );
    this.root.dataset.title = page.title;
  }

  trail(names) {
    const nav = make("nav", "", { "aria-label": "objects looked at" });
    if (names.length < 2) return nav;
    names.forEach((name, place) => {
      if (place) nav.append(" › ");
      const last = place === names.length - 1;
      nav.append(last ? make("span", name, { "aria-current": "page" })
        : button(name, `back to ${name}`, () => this.tell({ part: "trail", place })));
    });
    return nav;
  }

  list(part, steps) {
    const list = make("ol");
    steps.forEach((step, place) => list.append(this.step(part, step, place)));
    return list;
  }

  step(part, step, place) {
    const item = make("li");
    const said = make("span", step.link + step.before);
    const name = step.subject[2];
    const elsewhere = step.subject.join("/") !== this.model.get("page").subject.join("/");
    const ask = () => this.tell({ part, place });
    if (step.name) said.append(elsewhere ? button(step.name, `why ${name}`, ask) : step.name);
    said.append(step.after);
    const key = `${part} ${place}`;
    const code = button("code", `code behind: ${step.anchor}`, () => this.toggle(key, part, place));
    code.setAttribute("aria-expanded", this.open.has(key));
    item.append(make("time", step.when), said, code);
    if (this.open.has(key)) item.append(this.code(step.anchor));
    return item;
  }

  toggle(key, part, place) {
    if (this.open.delete(key)) return this.draw();
    this.open.set(key, true);
    this.tell({ part, place, code: true });
    this.draw();
  }

  code(anchor) {
    const found = this.model.get("sources")[anchor];
    return make("pre", found ? `# ${found.file}\n${found.code}` : "…", { tabindex: "0" });
  }

  tell(content) {
    this.model.send(content);
  }
}

function render({ model, el }) {
  el.classList.add("kubelite-why");
  const page = new Page(model, el);
  const turned = () => page.turn();
  const sourced = () => page.draw();
  model.on("change:page", turned);
  model.on("change:sources", sourced);
  page.fill();
  return () => {
    model.off("change:page", turned);
    model.off("change:sources", sourced);
  };
}

export default { render };
