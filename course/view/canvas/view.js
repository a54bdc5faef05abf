// Puts the parts of one view together, and takes them away again.

const FONT = "var(--jp-ui-font-family, system-ui, sans-serif)";
const MOST_SAID = 300; // nodes in the list of words
const PAUSE = 700; // milliseconds without a new picture before a screen reader hears of it

function chooser(model, root) {
  const bar = made("div", root, { class: "kl-bar" });
  const label = made("label", bar, {}, "Colour by ");
  const select = made("select", label, { class: "kl-colour" });
  for (const way of model.get("ways")) made("option", select, { value: way }, way);
  const shown = () => { select.value = model.get("colour_by"); };
  shown();
  select.addEventListener("change", () => {
    model.set("colour_by", select.value);
    model.save_changes();
  });
  model.on("change:colour_by", shown);
  return () => model.off("change:colour_by", shown);
}

// The same in words: a list of the nodes with what runs on them, made when somebody opens it.
class Words {
  constructor(root, picture, cards) {
    Object.assign(this, { picture, cards });
    this.fold = made("details", root, { class: "kl-words" });
    made("summary", this.fold, {}, "In words");
    this.summary = made("p", this.fold);
    this.list = made("ul", this.fold, { "aria-label": "Nodes and their pods" });
    this.fold.addEventListener("toggle", () => this.write());
  }

  write() {
    if (!this.fold.open) return;
    this.summary.textContent = this.picture.frame.summary;
    const lines = [["unscheduled"]];
    for (const { number, node } of stops(this.picture)) {
      const { name, about } = this.cards.of(number);
      if (node) lines.push([about.split("\n").join("; ")]);
      else lines[lines.length - 1].push(`${name}: ${about.split("\n")[1]}`);
    }
    const said = lines.filter((line, place) => place > 0 || line.length > 1).slice(0, MOST_SAID);
    this.list.replaceChildren();
    for (const [first, ...pods] of said) {
      const rest = pods.length > 40 ? [`${pods.length} pods`] : pods;
      made("li", this.list, {}, [first, ...rest].join("; "));
    }
  }
}

function stage(root) {
  const place = made("div", root, { class: "kl-stage" });
  panels += 1;
  const canvas = made("canvas", place, {
    tabindex: "0", role: "application", "aria-roledescription": "picture of a cluster",
    "aria-describedby": `kl-help-${panels}`,
  });
  const tip = made("div", place, { class: "kl-tip", role: "tooltip", hidden: "" });
  made("div", place, { class: "kl-heard", id: `kl-help-${panels}` }, HELP);
  const heard = made("div", root, { class: "kl-heard", role: "status", "aria-live": "polite" });
  const told = made("p", root, { class: "kl-told", hidden: "" });
  return { canvas, tip, heard, told };
}

function watchTheme(recolour) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", recolour);
  const themed = new MutationObserver(() => requestAnimationFrame(recolour));
  const attributeFilter = ["data-jp-theme-light", "data-jp-theme-name", "class"];
  themed.observe(document.body, { attributes: true, attributeFilter });
  return () => {
    themed.disconnect();
    dark.removeEventListener("change", recolour);
  };
}

function fitting(model, el, recolour) {
  const fitted = () => {
    recolour(); // the theme can be read only once the view is on the page
    const room = Math.floor((el.clientWidth - 2) / 20) * 20;
    const width = Math.max(320, Math.min(1100, room));
    if (room > 0 && width !== model.get("width")) {
      model.set("width", width);
      model.save_changes();
    }
  };
  const resized = new ResizeObserver(fitted);
  resized.observe(el);
  return () => resized.disconnect();
}

function render({ model, el }) {
  const root = made("div", el, { class: "kubelite-view", "data-lm-suppress-shortcuts": "true" });
  root.style.fontFamily = FONT;
  const cards = new Cards(model);
  const unchoose = chooser(model, root);
  const parts = stage(root);
  const { canvas, heard, told } = parts;
  const panel = new Panel(model, root, cards);
  const picture = new Picture(model, root, canvas, cards);
  const words = new Words(root, picture, cards);
  let saying = 0;
  const take = () => {
    cards.take();
    picture.take();
    words.write();
    panel.ask();
    told.textContent = model.get("requests").told;
    told.hidden = !told.textContent;
    clearTimeout(saying);
    const news = `${picture.frame.summary} ${told.textContent}`;
    saying = setTimeout(() => { heard.textContent = news; }, PAUSE);
  };
  const named = () => { cards.take(); picture.draw(); words.write(); };
  const hear = (message) => { if (message.told !== undefined) panel.tell(message); };
  panel.hush = () => clearTimeout(saying); // what a key asked for is not to be talked over
  panel.onleave = () => canvas.focus({ preventScroll: true });
  take();
  listen(picture, cards, parts, panel);
  model.on("change:seq", take);
  model.on("change:cards", named);
  model.on("msg:custom", hear);
  const recolour = () => picture.recolour();
  const unwatch = watchTheme(recolour);
  const unfit = fitting(model, el, recolour);

  return () => {
    model.off("change:seq", take);
    model.off("change:cards", named);
    model.off("msg:custom", hear);
    clearTimeout(saying);
    cancelAnimationFrame(picture.waiting);
    unchoose();
    unwatch();
    unfit();
  };
}

export default { render };
