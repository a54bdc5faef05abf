// Draws what Python laid out, glides from picture to picture, and says what is pointed at.
// Everything that comes from the cluster is drawn or set as text, never as markup.

const GLIDE = 320; // milliseconds from one picture to the next
const TILE_BYTES = 12;
const FONT = "var(--jp-ui-font-family, system-ui, sans-serif)";

function theme(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(`--kl-${name}`).trim() || "gray";
  return {
    ink: read("ink"), soft: read("soft"), panel: read("panel"), line: read("line"),
    font: style.getPropertyValue("font-family") || "sans-serif",
  };
}

// The pods of a message: number, place, look, restarts, and the two texts sent beside them.
function unpack(model) {
  const bytes = model.get("tiles");
  const names = model.get("names");
  const pods = new Map();
  for (let at = 0, row = 0; at + TILE_BYTES <= bytes.byteLength; at += TILE_BYTES, row += 1) {
    pods.set(bytes.getUint32(at, true), {
      x: bytes.getUint16(at + 4, true),
      y: bytes.getUint16(at + 6, true),
      look: bytes.getUint8(at + 8),
      restarts: bytes.getUint8(at + 9),
      label: names[row][0],
      about: names[row][1],
      alpha: 1,
    });
  }
  return pods;
}

class Picture {
  constructor(model, root, canvas) {
    this.model = model;
    this.root = root;
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.cues = model.get("looks").map((look) => new Path2D(look.cue));
    this.shown = new Map(); // where each pod is drawn now
    this.pods = new Map(); // where each pod is to be
    this.from = new Map();
    this.picked = null;
    this.colours = theme(root);
  }

  // Take the picture that has just arrived; the first drawing is made at once.
  take() {
    const width = this.frame?.width; // none before the first picture
    this.frame = this.model.get("frame");
    this.pods = unpack(this.model);
    const strip = this.frame.boxes.find((box) => box.kind === "strip");
    const born = { x: strip.x + 96, y: strip.y + 8, alpha: 0 };
    this.from = new Map();
    for (const [number, pod] of this.pods) {
      this.from.set(number, this.shown.get(number) || { ...born, look: pod.look });
    }
    for (const [number, pod] of this.shown) {
      if (!this.pods.has(number)) this.from.set(number, pod);
    }
    this.fit();
    this.began = performance.now();
    cancelAnimationFrame(this.waiting);
    const still = this.still.matches || width !== this.frame.width || document.hidden;
    this.move(still ? this.began + GLIDE : this.began);
    this.tell();
  }

  // The canvas has as many real pixels as the screen shows.
  fit() {
    const { width, height } = this.frame;
    const density = window.devicePixelRatio || 1;
    const wide = Math.round(width * density);
    const high = Math.round(height * density);
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
      this.canvas.style.width = `${width}px`;
      this.canvas.style.aspectRatio = `${width} / ${height}`;
    }
    this.density = density;
  }

  move(now) {
    const share = Math.min(1, Math.max(0, (now - this.began) / GLIDE));
    const eased = 1 - (1 - share) ** 3;
    this.shown = new Map();
    for (const [number, from] of this.from) {
      const to = this.pods.get(number) || { ...from, alpha: 0 };
      this.shown.set(number, {
        ...to,
        x: from.x + (to.x - from.x) * eased,
        y: from.y + (to.y - from.y) * eased,
        alpha: from.alpha + (to.alpha - from.alpha) * eased,
      });
    }
    if (share === 1) this.shown = new Map(this.pods);
    this.draw();
    if (share < 1) this.waiting = requestAnimationFrame((time) => this.move(time));
    else this.canvas.dataset.done = this.model.get("seq");
  }

  tell() {
    const { pods, ready, pending, summary } = this.frame;
    Object.assign(this.canvas.dataset, { seq: this.model.get("seq"), pods, ready, pending });
    this.canvas.setAttribute("aria-label", summary);
  }

  draw() {
    const { pen, frame, density } = this;
    pen.setTransform(density, 0, 0, density, 0, 0);
    pen.clearRect(0, 0, frame.width, frame.height);
    frame.boxes.forEach((box) => this.drawBox(box));
    frame.texts.forEach((text) => this.drawText(text));
    const { side, scale, inset } = frame.key;
    for (const key of frame.keys) this.drawTile(key, side, side, scale, inset, key.look);
    const { width, height, labelled } = frame.tile;
    for (const [number, pod] of this.shown) {
      pen.globalAlpha = pod.alpha;
      this.drawTile(pod, width, height, frame.cue.scale, frame.cue.inset, pod.look);
      if (labelled) this.drawLabel(pod);
      if (number === this.picked) this.drawPick(pod, width, height);
    }
    pen.globalAlpha = 1;
  }

  drawBox({ x, y, width, height, kind }) {
    const { pen, colours } = this;
    const round = kind.startsWith("meter") ? 2 : 5;
    pen.beginPath();
    pen.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, round);
    pen.lineWidth = kind === "node-down" ? 2 : 1;
    pen.setLineDash({ "node-down": [6, 4], strip: [3, 3] }[kind] || []);
    if (kind === "node") { pen.fillStyle = colours.panel; pen.fill(); }
    if (kind === "meter") { pen.fillStyle = colours.line; pen.globalAlpha = 0.35; pen.fill(); }
    if (kind === "meter-full") { pen.fillStyle = "#0072b2"; pen.fill(); }
    pen.globalAlpha = 1;
    pen.strokeStyle = kind === "node-down" ? colours.ink : colours.line;
    if (!kind.startsWith("meter")) pen.stroke();
    pen.setLineDash([]);
  }

  drawText({ x, y, text, kind, anchor }) {
    const { pen, colours } = this;
    const size = { title: 14, clock: 12, name: 12 }[kind] || 11;
    const weight = kind === "title" || kind === "name" ? "bold" : "normal";
    pen.font = `${weight} ${size}px ${colours.font}`;
    pen.fillStyle = kind === "note" ? colours.soft : colours.ink;
    pen.textAlign = anchor;
    pen.fillText(text, x, y);
    pen.textAlign = "start";
  }

  drawTile({ x, y }, width, height, scale, inset, number) {
    const { pen } = this;
    const look = this.model.get("looks")[number];
    pen.beginPath();
    if (width > 8) pen.roundRect(x, y, width, height, 3);
    else pen.rect(x, y, width, height);
    pen.fillStyle = look.fill;
    pen.fill();
    if (width > 8) {
      pen.lineWidth = 1;
      pen.strokeStyle = "rgb(0 0 0 / 55%)";
      pen.setLineDash(look.dashed ? [3, 2] : []);
      pen.stroke();
      pen.setLineDash([]);
    }
    if (Math.min(width, height) < 10) return;
    pen.save();
    pen.translate(x + inset, y + inset);
    pen.scale(scale, scale);
    pen.strokeStyle = look.ink;
    pen.lineWidth = 1.7;
    pen.lineCap = pen.lineJoin = "round";
    pen.stroke(this.cues[number]);
    pen.restore();
  }

  drawLabel({ x, y, label, look }) {
    const { pen, colours } = this;
    pen.font = `11px ${colours.font}`;
    pen.fillStyle = this.model.get("looks")[look].ink;
    pen.fillText(label || "", x + 21, y + 16);
  }

  drawPick({ x, y }, width, height) {
    const { pen, colours } = this;
    pen.lineWidth = 2.5;
    pen.strokeStyle = colours.ink;
    pen.strokeRect(x - 2, y - 2, width + 4, height + 4);
  }

  // What is under a point of the picture: a pod first, else a box that has something to say.
  under(x, y) {
    const inside = (at, width, height) =>
      x >= at.x && x < at.x + width && y >= at.y && y < at.y + height;
    const { width, height } = this.frame.tile;
    for (const [number, pod] of this.pods) {
      if (inside(pod, width, height)) return { number, about: pod.about };
    }
    const box = this.frame.boxes.find((b) => b.about && inside(b, b.width, b.height));
    return box ? { number: null, about: box.about } : null;
  }

  pick(number) {
    if (this.picked === number) return;
    this.picked = number;
    this.draw();
  }
}

// The little panel of words beside the pointer or the picked pod.
function listen(picture, canvas, tip, heard) {
  const hide = () => { tip.hidden = true; picture.pick(null); };
  const show = (about, x, y) => {
    tip.textContent = about;
    tip.hidden = false;
    // Outputs are cut at their edge, so the panel stays inside the picture, beside its pod.
    const wide = canvas.clientWidth - tip.offsetWidth;
    const high = canvas.clientHeight - tip.offsetHeight;
    tip.style.left = `${Math.max(0, x + 12 <= wide ? x + 12 : x - tip.offsetWidth - 12)}px`;
    tip.style.top = `${Math.max(0, Math.min(y + 8, high))}px`;
  };
  canvas.addEventListener("pointermove", (event) => {
    const scale = picture.frame.width / canvas.clientWidth;
    const found = picture.under(event.offsetX * scale, event.offsetY * scale);
    if (!found) return hide();
    picture.pick(found.number);
    show(found.about, event.offsetX, event.offsetY);
  });
  const choose = () => {
    const pod = picture.pods.get(picture.picked);
    picture.model.set("selected", pod ? `pod/${pod.about.split("\n")[0]}` : "");
    picture.model.save_changes();
  };
  canvas.addEventListener("click", choose);
  canvas.addEventListener("pointerleave", hide);
  canvas.addEventListener("blur", hide);
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") return hide();
    if (event.key === "Enter") return choose();
    if (!step || !picture.pods.size) return;
    event.preventDefault();
    event.stopPropagation();
    const numbers = [...picture.pods.keys()];
    const at = numbers.indexOf(picture.picked);
    const next = at < 0 && step < 0 ? numbers.length - 1 : (at + step + numbers.length) % numbers.length;
    const pod = picture.pods.get(numbers[next]);
    const scale = canvas.clientWidth / picture.frame.width;
    picture.pick(numbers[next]);
    show(pod.about, (pod.x + picture.frame.tile.width) * scale, pod.y * scale);
    heard.textContent = pod.about;
  });
}

function made(tag, parent, attributes) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.append(element);
  return element;
}

function render({ model, el }) {
  const root = made("div", el, { class: "kubelite-view", "data-lm-suppress-shortcuts": "true" });
  const canvas = made("canvas", root, { tabindex: "0", role: "img" });
  const tip = made("div", root, { class: "kl-tip", role: "tooltip", hidden: "" });
  const heard = made("div", root, { class: "kl-heard", "aria-live": "polite" });
  root.style.fontFamily = FONT;
  const picture = new Picture(model, root, canvas);
  const take = () => picture.take();
  const recolour = () => { picture.colours = theme(root); picture.draw(); };
  take();
  listen(picture, canvas, tip, heard);
  model.on("change:seq", take);

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
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", recolour);
  const themed = new MutationObserver(() => requestAnimationFrame(recolour));
  themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"] });

  return () => {
    model.off("change:seq", take);
    resized.disconnect();
    themed.disconnect();
    dark.removeEventListener("change", recolour);
    cancelAnimationFrame(picture.waiting);
  };
}

export default { render };
