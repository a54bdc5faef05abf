// Plays what was recorded: any moment of one run, or of two side by side, without asking Python.
// Everything that comes from the cluster is drawn or set as text, never as markup.

const RECORD = 20; // bytes of one change
const POD = 0;
const GONE = 0xffff;
const PRESENT = 1;
const READY = 2;
const SCHEDULABLE = 4;
const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const FONT = "var(--jp-ui-font-family, system-ui, sans-serif)";
const ICONS = {
  start: "M3 3v10M13 3L5 8l8 5z", back: "M12 3L5 8l7 5z", play: "M4 2l10 6-10 6z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z", forth: "M4 3l7 5-7 5z", end: "M3 3l8 5-8 5zM13 3v10",
};

const seconds = (value) => `${value.toFixed(1)} s`;
const counted = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;

// One run: its changes in order, and the state after the first `index` of them.
class Film {
  constructor(data) {
    Object.assign(this, data);
    const view = data.records;
    this.count = view.byteLength / RECORD;
    this.times = new Float64Array(this.count);
    this.now = [];
    this.before = [];
    this.pod = this.pods.map(() => null); // [box, slot, look, restarts]
    this.node = new Uint8Array(this.nodes.length);
    this.subject = new Uint32Array(this.count);
    this.isPod = new Uint8Array(this.count);
    for (let n = 0; n < this.count; n += 1) {
      const at = n * RECORD;
      const [box, state] = [view.getUint16(at + 12, true), view.getUint8(at + 16)];
      const who = view.getUint32(at + 8, true);
      this.times[n] = view.getFloat64(at, true);
      this.subject[n] = who;
      this.isPod[n] = view.getUint16(at + 18, true) === POD ? 1 : 0;
      if (this.isPod[n]) {
        const slot = view.getUint16(at + 14, true);
        this.now.push(box === GONE ? null : [box, slot, state, view.getUint8(at + 17)]);
        this.before.push(this.pod[who]);
        this.pod[who] = this.now[n];
      } else {
        this.now.push(state);
        this.before.push(this.node[who]);
        this.node[who] = state;
      }
    }
    this.index = this.count;
    this.keys = new Map(this.pods.map(([name, space], number) => [`${space}/${name}`, number]));
  }

  set(n, values) {
    if (this.isPod[n]) this.pod[this.subject[n]] = values[n];
    else this.node[this.subject[n]] = values[n];
  }

  seek(index) {
    while (this.index < index) { this.set(this.index, this.now); this.index += 1; }
    while (this.index > index) { this.index -= 1; this.set(this.index, this.before); }
  }

  // How many changes had happened by a moment; never less than the first picture.
  indexAt(time) {
    let [low, high] = [this.base, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] <= time + 1e-9) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // The last change in words.
  told(looks) {
    const n = this.index - 1;
    if (n < this.base) return "";
    const who = this.subject[n];
    if (!this.isPod[n]) return `${this.nodes[who][0]}: ${nodeWords(this.now[n])}`;
    const words = (value) => (value ? looks[value[2]].label + this.place(value[0]) : "gone");
    const before = this.before[n] ? `${words(this.before[n])} → ` : "new: ";
    const restarts = this.now[n] && this.before[n] && this.now[n][3] !== this.before[n][3];
    const extra = restarts ? ` (restart ${this.now[n][3]})` : "";
    return `${this.pods[who][0]}: ${before}${words(this.now[n])}${extra}`;
  }

  place(box) { return box ? ` on ${this.nodes[box - 1][0]}` : ""; }

  summary(looks, time) {
    const totals = looks.map(() => 0);
    let pods = 0;
    for (const pod of this.pod) if (pod) { totals[pod[2]] += 1; pods += 1; }
    const nodes = this.node.filter((state) => state & PRESENT).length;
    const down = this.node.filter((state) => state & PRESENT && !(state & READY)).length;
    const parts = looks.map((look, n) => (totals[n] ? `${totals[n]} ${look.label.toLowerCase()}` : ""));
    const told = pods ? `${counted(pods, "pod")} (${parts.filter(Boolean).join(", ")})` : "no pods";
    const sick = down ? ` (${down} not ready)` : "";
    return { pods, totals, text: `${this.title} at ${seconds(time)}: ${counted(nodes, "node")}${sick}, ${told}.` };
  }
}

function nodeWords(state) {
  if (!(state & PRESENT)) return "absent";
  if (!(state & READY)) return "not ready";
  return state & SCHEDULABLE ? "ready" : "ready, scheduling disabled";
}

function podWords(film, looks, pod) { return looks[pod[2]].label.toLowerCase() + film.place(pod[0]); }

// What differs between two runs now: the pods of each that are to be marked, and sentences.
function compare(one, other, looks) {
  const odd = [new Set(), new Set()];
  const oddNodes = new Set();
  const told = [];
  const nodes = new Map(other.nodes.map(([name], n) => [name, other.node[n]]));
  one.nodes.forEach(([name], n) => {
    const there = nodes.get(name) || 0;
    nodes.delete(name);
    if (one.node[n] === there) return;
    oddNodes.add(name);
    told.push(`${name} is ${nodeWords(one.node[n])} in ${one.title} and ${nodeWords(there)} in ${other.title}.`);
  });
  for (const [name, state] of nodes) {
    if (!state) continue;
    oddNodes.add(name);
    told.push(`${name} is only in ${other.title} (${nodeWords(state)}).`);
  }
  const both = [one, other];
  for (const key of new Set([...one.keys.keys(), ...other.keys.keys()])) {
    const numbers = both.map((film) => film.keys.get(key));
    const [a, b] = both.map((film, side) => film.pod[numbers[side]] || null);
    if (!a && !b) continue;
    const name = key.slice(key.indexOf("/") + 1);
    const words = [a && podWords(one, looks, a), b && podWords(other, looks, b)];
    if (words[0] === words[1]) continue;
    if (a) odd[0].add(numbers[0]);
    if (b) odd[1].add(numbers[1]);
    if (a && b) told.push(`${name} is ${words[0]} in ${one.title} and ${words[1]} in ${other.title}.`);
    else told.push(`${name} is only in ${(a ? one : other).title} (${words[0] || words[1]}).`);
  }
  return { odd, oddNodes, told };
}

// One canvas: the nodes in columns, each pod in its slot.
class Panel {
  constructor(parent, looks, sizes) {
    this.canvas = made("canvas", parent, { role: "img", tabindex: "0" });
    this.pen = this.canvas.getContext("2d");
    this.looks = looks;
    this.sizes = sizes;
    this.cues = looks.map((look) => new Path2D(look.cue));
  }

  // `slots` are the most that each box ever needs: of two runs with the same nodes, of both.
  plan(film, slots, width) {
    this.film = film;
    this.width = width;
    const inner = width - 24;
    const biggest = Math.max(1, ...film.nodes.map(([, cpu]) => cpu));
    for (const size of this.sizes) {
      const columns = Math.max(1, Math.min(film.nodes.length, Math.floor((inner + 8) / (size.node + 8))));
      const column = Math.floor((inner - (columns - 1) * 8) / columns);
      const [stepX, stepY] = [size.width + size.gap, size.height + size.gap];
      const across = (room) => Math.max(1, Math.floor((room - 16 + size.gap) / stepX));
      const wide = film.nodes.map(([, cpu]) => Math.max(Math.round((column * cpu) / biggest), Math.min(column, size.node)));
      const rows = Math.max(1, ...wide.map((room, n) => Math.ceil(slots[n + 1] / across(room))));
      const strip = 16 + Math.max(1, Math.ceil(slots[0] / across(inner - 96))) * stepY - size.gap;
      const high = 34 + rows * stepY + 6;
      const top = 42 + strip + 8;
      const lines = Math.max(1, Math.ceil(film.nodes.length / columns));
      const legend = top + lines * (high + 8) + 4;
      const keys = Math.max(1, Math.floor(inner / 122));
      const height = legend + Math.ceil(this.looks.length / keys) * 20 + 8;
      this.size = size;
      this.boxes = [{ x: 12, y: 42, width: inner, height: strip, left: 116, top: 50, across: across(inner - 96) }];
      wide.forEach((room, n) => {
        const x = 12 + (n % columns) * (column + 8);
        const y = top + Math.floor(n / columns) * (high + 8);
        this.boxes.push({ x, y, width: room, height: high, left: x + 8, top: y + 34, across: across(room) });
      });
      Object.assign(this, { height, legend, keys, stepX, stepY });
      if (height <= 620) break;
    }
    const density = window.devicePixelRatio || 1;
    this.density = density;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(this.height * density);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.aspectRatio = `${width} / ${this.height}`;
    this.stamp();
  }

  // Each look's tile is drawn once, for this size and this screen; a frame only copies it.
  stamp() {
    const { size, density } = this;
    const [side, inset] = cue(Math.min(size.width, size.height));
    const whole = this.pen;
    this.stamps = this.looks.map((_, number) => {
      const stamp = document.createElement("canvas");
      stamp.width = Math.ceil((size.width + 2) * density);
      stamp.height = Math.ceil((size.height + 2) * density);
      this.pen = stamp.getContext("2d");
      this.pen.scale(density, density);
      this.tile(1, 1, size.width, size.height, number, side, inset);
      return stamp;
    });
    this.pen = whole;
  }

  place([box, slot]) {
    const { left, top, across } = this.boxes[box];
    return [left + (slot % across) * this.stepX, top + Math.floor(slot / across) * this.stepY];
  }

  draw(colours, time, odd, oddNodes, fresh) {
    const { pen, film, size } = this;
    this.colours = colours;
    pen.setTransform(this.density, 0, 0, this.density, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    this.text(fit(film.title, this.width - 130, 14), 12, 26, 14, colours.ink, "bold");
    this.text(`t = ${seconds(time)}`, this.width - 12, 26, 12, colours.ink, "normal", "end");
    const { totals, pods, text } = film.summary(this.looks, time);
    const inside = film.nodes.map(() => 0);
    for (const pod of film.pod) if (pod && pod[0]) inside[pod[0] - 1] += 1;
    this.frame(this.boxes[0], [3, 3], 1, colours.line);
    const middle = this.boxes[0].y + this.boxes[0].height / 2 + 4;
    this.text("Unscheduled", 20, middle, 12, colours.ink, "bold");
    film.nodes.forEach(([name], n) => this.node(name, film.node[n], inside[n], this.boxes[n + 1], oddNodes.has(name)));
    const { density } = this;
    film.pod.forEach((pod, number) => {
      if (!pod) return;
      const [x, y] = this.place(pod);
      const stamp = this.stamps[pod[2]];
      pen.drawImage(stamp, x - 1, y - 1, stamp.width / density, stamp.height / density);
      if (size.labelled) this.text(film.pods[number][2], x + 21, y + 16, 11, this.looks[pod[2]].ink);
      if (odd && odd.has(number)) this.ring(x, y, size, 2.5, []);
      else if (number === fresh) this.ring(x, y, size, 1.5, [2, 2]);
    });
    const [small, edge] = cue(14);
    this.looks.forEach((look, n) => {
      const [x, y] = [12 + (n % this.keys) * 122, this.legend + Math.floor(n / this.keys) * 20];
      this.tile(x, y, 14, 14, n, small, edge);
      this.text(`${look.label} ${totals[n]}`, x + 20, y + 11, 11, colours.ink);
    });
    Object.assign(this.canvas.dataset, { pods, ready: totals[this.looks.findIndex((l) => l.key === "ready")], time: time.toFixed(6), index: film.index });
    this.canvas.setAttribute("aria-label", text);
  }

  frame({ x, y, width, height }, dash, line, stroke, fill) {
    const { pen } = this;
    pen.beginPath();
    pen.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, 5);
    if (fill) { pen.fillStyle = fill; pen.fill(); }
    pen.lineWidth = line;
    pen.setLineDash(dash);
    pen.strokeStyle = stroke;
    pen.stroke();
    pen.setLineDash([]);
  }

  node(name, state, pods, box, odd) {
    if (!(state & PRESENT)) return;
    const { colours } = this;
    const up = state & READY;
    this.frame(box, up ? [] : [6, 4], up ? 1 : 2, up ? colours.line : colours.ink, up ? colours.panel : "");
    this.text(fit(name, box.width - 16, 12), box.x + 8, box.y + 15, 12, colours.ink, "bold");
    if (odd) this.text("≠", box.x + box.width - 8, box.y + 16, 15, colours.ink, "bold", "end");
    const note = up && state & SCHEDULABLE ? counted(pods, "pod") : nodeWords(state);
    this.text(fit(note, box.width - 16, 11), box.x + 8, box.y + 28, 11, colours.soft);
  }

  tile(x, y, width, height, number, scale, inset) {
    paintMark(this.pen, x, y, { width, height, scale, inset }, this.looks[number], this.cues[number]);
  }

  ring(x, y, { width, height }, line, dash) {
    const { pen } = this;
    pen.setLineDash(dash);
    pen.lineWidth = line;
    pen.strokeStyle = this.colours.ink;
    pen.strokeRect(x - 2, y - 2, width + 4, height + 4);
    pen.setLineDash([]);
  }

  text(words, x, y, size, fill, weight = "normal", align = "start") {
    const { pen } = this;
    pen.font = `${weight} ${size}px ${this.colours.font}`;
    pen.fillStyle = fill;
    pen.textAlign = align;
    pen.fillText(words, x, y);
  }

  // What is under a point, in words.
  under(x, y) {
    const { film, size } = this;
    const inside = (at, width, height) => x >= at[0] && x < at[0] + width && y >= at[1] && y < at[1] + height;
    const number = film.pod.findIndex((pod) => pod && inside(this.place(pod), size.width, size.height));
    if (number < 0) return "";
    const [name, space, , owner] = film.pods[number];
    const pod = film.pod[number];
    const lines = [name, `namespace ${space}`, podWords(film, this.looks, pod), `restarts: ${pod[3]}`];
    return [...lines, ...(owner ? [`belongs to ${owner}`] : [])].join("\n");
  }
}

function cue(side) { const box = Math.min(side - 2, 14); return [box / 12, (side - box) / 2]; }

function fit(text, width, size) {
  const most = Math.max(1, Math.floor(width / (size * 0.58)));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function made(tag, parent, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  parent.append(element);
  return element;
}

function theme(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(`--kl-${name}`).trim() || "gray";
  return { ink: read("ink"), soft: read("soft"), panel: read("panel"), line: read("line"), font: style.getPropertyValue("font-family") || "sans-serif" };
}
