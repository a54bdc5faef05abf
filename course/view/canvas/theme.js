// The browser's side of ClusterView. These files are put together into one module, in the order
// that cluster_view.py names. Everything that comes from the cluster is drawn or set as text,
// never as markup.

function theme(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(`--kl-${name}`).trim() || "gray";
  return {
    ink: read("ink"), soft: read("soft"), panel: read("panel"), line: read("line"),
    paper: read("paper"), dot: read("dot"), font: style.getPropertyValue("font-family") || "sans-serif",
  };
}

function made(tag, parent, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  parent.append(element);
  return element;
}

// The words of pods and nodes. Only new ones are sent, so a browser that came late asks for all.
class Cards {
  constructor(model) {
    this.model = model;
    this.version = -1;
    this.known = new Map();
    this.take();
  }

  take() {
    const sent = this.model.get("cards");
    if (sent === this.taken) return;
    this.taken = sent;
    if (sent.old === 0) this.known.clear();
    else if (sent.old !== this.version) this.model.send({ ask: "cards" });
    for (const [number, card] of Object.entries(sent.cards)) this.known.set(Number(number), card);
    this.version = sent.new;
  }

  of(number) {
    const [kind, name, namespace, label, about] = this.known.get(number) || ["", "", "", "", "…"];
    return { kind, name, namespace, label, about };
  }
}
