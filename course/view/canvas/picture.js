// Draws what Python laid out, and glides from picture to picture.

const GLIDE = 320; // milliseconds from one picture to the next
const TILE_BYTES = 12;
const BOX_BYTES = 16;
const BOX_KINDS = ["node", "node-cordoned", "node-down", "strip", "group", "meter", "meter-full"];

// The pods of a message as columns: number, place and look.
function unpackTiles(bytes) {
  const count = Math.floor(bytes.byteLength / TILE_BYTES);
  const tiles = {
    count, number: new Uint32Array(count), look: new Uint8Array(count),
    x: new Float32Array(count), y: new Float32Array(count),
  };
  for (let row = 0, at = 0; row < count; row += 1, at += TILE_BYTES) {
    tiles.number[row] = bytes.getUint32(at, true);
    tiles.x[row] = bytes.getUint16(at + 4, true);
    tiles.y[row] = bytes.getUint16(at + 6, true);
    tiles.look[row] = bytes.getUint8(at + 8);
  }
  return tiles;
}

function unpackBoxes(bytes) {
  const boxes = [];
  for (let at = 0; at + BOX_BYTES <= bytes.byteLength; at += BOX_BYTES) {
    boxes.push({
      number: bytes.getUint32(at, true),
      x: bytes.getUint16(at + 4, true), y: bytes.getUint16(at + 6, true),
      width: bytes.getUint16(at + 8, true), height: bytes.getUint16(at + 10, true),
      kind: BOX_KINDS[bytes.getUint8(at + 12)],
    });
  }
  return boxes;
}

class Picture {
  constructor(model, root, canvas, cards) {
    Object.assign(this, { model, root, canvas, cards });
    this.pen = canvas.getContext("2d");
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.picked = 0;
    this.tiles = { count: 0 };
    this.moves = []; // per tile: where it comes from, and how visible it was
    this.movers = []; // the rows of those that move, until they rest
    this.crowd = new Crowd(this);
    this.gone = []; // tiles that fade where they were
    this.share = 1;
    this.dots = new Dots(this);
    this.colours = theme(root);
  }

  // Take the picture that has just arrived; the first drawing is made at once.
  take() {
    const width = this.frame?.width; // none before the first picture
    const before = this.places();
    this.frame = this.model.get("frame");
    this.boxes = unpackBoxes(this.model.get("boxes"));
    this.tiles = unpackTiles(this.model.get("tiles"));
    this.from(before);
    this.fit();
    this.paint();
    this.began = performance.now();
    this.frames = 0;
    cancelAnimationFrame(this.waiting);
    const still = this.still.matches || width !== this.frame.width || document.hidden;
    this.dots.take(this.model.get("requests").flights, still);
    this.move(still ? this.began + GLIDE : this.began);
    this.tell();
  }

  // Where every tile is drawn now, by the pod's number.
  places() {
    const { tiles } = this;
    const found = new Map(this.crowd.held); // those at rest
    for (const row of this.movers) {
      found.set(tiles.number[row], { ...this.at(row), look: tiles.look[row] });
    }
    return found;
  }

  at(row) {
    const { tiles, share } = this;
    const move = this.moves[row];
    if (!move || share === 1) return { x: tiles.x[row], y: tiles.y[row], alpha: 1 };
    return {
      x: move.x + (tiles.x[row] - move.x) * share,
      y: move.y + (tiles.y[row] - move.y) * share,
      alpha: move.alpha + (1 - move.alpha) * share,
    };
  }

  from(before) {
    const { tiles } = this;
    const strip = this.boxes.find((box) => box.kind === "strip");
    const born = { x: strip.x + 96, y: strip.y + 8, alpha: 0 };
    this.moves = new Array(tiles.count).fill(null);
    this.movers = [];
    for (let row = 0; row < tiles.count; row += 1) {
      const was = before.get(tiles.number[row]);
      if (was) before.delete(tiles.number[row]);
      const same = was && was.alpha === 1 && was.x === tiles.x[row] && was.y === tiles.y[row];
      if (same) continue;
      this.moves[row] = was || born;
      this.movers.push(row);
    }
    this.gone = [...before.values()];
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
    this.share = 1 - (1 - share) ** 3;
    if (share === 1 && (this.movers.length || this.gone.length)) {
      this.gone = this.movers = [];
      this.crowd.gather();
    }
    this.draw(now);
    this.frames += 1;
    const flying = this.dots.flying(now);
    if (share < 1 || flying) this.waiting = requestAnimationFrame((time) => this.move(time));
    if (share < 1) this.canvas.dataset.frames = this.frames;
    else this.canvas.dataset.done = this.model.get("seq");
  }

  tell() {
    const { pods, ready, pending, summary } = this.frame;
    const dots = this.dots.count;
    Object.assign(this.canvas.dataset, { seq: this.model.get("seq"), pods, ready, pending, dots });
    this.canvas.setAttribute("aria-label", summary);
  }

  // What does not move is painted once for a picture, and so is one tile of each look.
  paint() {
    const { frame, density } = this;
    this.ground = this.sheet(frame.width, frame.height);
    const pen = this.ground.getContext("2d");
    pen.scale(density, density);
    this.boxes.forEach((box) => paintBox(pen, box, this.colours));
    frame.texts.forEach((text) => paintText(pen, text, this.colours));
    for (const key of frame.keys) paintMark(pen, key.x, key.y, frame.key, frame.looks[key.look]);
    for (const at of frame.badges) paintMark(pen, at.x, at.y, frame.badge, frame.signs[at.badge]);
    const { width, height } = frame.tile;
    this.stamps = frame.looks.map((look) => {
      const stamp = this.sheet(width + 2, height + 2);
      const own = stamp.getContext("2d");
      own.scale(density, density);
      paintMark(own, 1, 1, frame.tile, look);
      return stamp;
    });
    this.crowd.gather();
  }

  sheet(width, height) {
    const sheet = document.createElement("canvas");
    sheet.width = Math.ceil(width * this.density);
    sheet.height = Math.ceil(height * this.density);
    return sheet;
  }

  draw(now = performance.now()) {
    const { pen, frame, density, tiles } = this;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.ground, 0, 0);
    pen.drawImage(this.crowd.sheet, 0, 0);
    pen.setTransform(density, 0, 0, density, 0, 0);
    for (const { x, y, alpha, look } of this.gone) this.stamp(x, y, look, alpha * (1 - this.share));
    for (const row of this.movers) {
      const { x, y, alpha } = this.at(row);
      this.stamp(x, y, tiles.look[row], alpha);
    }
    pen.globalAlpha = 1;
    if (frame.tile.labelled) this.drawLabels();
    this.drawPick();
    this.dots.draw(pen, now);
  }

  stamp(x, y, look, alpha, pen = this.pen) {
    const { frame } = this;
    const { width, height } = frame.tile;
    if (pen.globalAlpha !== alpha) pen.globalAlpha = alpha;
    const stamp = this.stamps[look];
    if (stamp) pen.drawImage(stamp, x - 1, y - 1, stamp.width / this.density, stamp.height / this.density);
    else pen.strokeRect(x, y, width, height);
  }

  drawLabels() {
    const { pen, frame, tiles, colours } = this;
    pen.font = `11px ${colours.font}`;
    for (let row = 0; row < tiles.count; row += 1) {
      const { x, y, alpha } = this.at(row);
      pen.globalAlpha = alpha;
      pen.fillStyle = frame.looks[tiles.look[row]].ink;
      pen.fillText(this.cards.of(tiles.number[row]).label, x + 21, y + 16);
    }
    pen.globalAlpha = 1;
  }

  drawPick() {
    const found = this.picked && this.find(this.picked);
    if (!found) return;
    const { pen, colours } = this;
    for (const [side, wide, colour] of [[3, 5, colours.paper], [2, 2.5, colours.ink]]) {
      pen.lineWidth = wide;
      pen.strokeStyle = colour;
      pen.strokeRect(found.x - side, found.y - side, found.width + 2 * side, found.height + 2 * side);
    }
  }

  // Where the pod or node with this number is.
  find(number) {
    const { tiles, frame } = this;
    const row = tiles.number.indexOf(number);
    if (row >= 0) {
      const { width, height } = frame.tile;
      return { number, x: tiles.x[row], y: tiles.y[row], width, height };
    }
    return this.boxes.find((box) => box.number === number);
  }

  // What is under a point of the picture: a pod first, else a node or the strip.
  under(x, y) {
    const { tiles, frame } = this;
    const { width, height } = frame.tile;
    for (let row = 0; row < tiles.count; row += 1) {
      const [left, top] = [tiles.x[row], tiles.y[row]];
      if (x >= left && x < left + width && y >= top && y < top + height) return this.find(tiles.number[row]);
    }
    return this.boxes.find((box) => (box.number || box.kind === "strip")
      && x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height);
  }

  pick(number) {
    if (this.picked === number) return;
    this.picked = number;
    this.draw();
  }

  recolour() {
    this.crowd.forget();
    this.colours = theme(this.root);
    this.paint();
    this.draw();
  }
}

function paintBox(pen, { x, y, width, height, kind }, colours) {
  const meter = kind.startsWith("meter");
  pen.beginPath();
  if (height > 8) pen.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, kind === "group" ? 7 : 5);
  else pen.rect(x, y, width, height);
  pen.lineWidth = { "node-down": 2, group: 1.5 }[kind] || 1;
  pen.setLineDash({ "node-down": [6, 4], strip: [3, 3] }[kind] || []);
  if (kind.startsWith("node") && kind !== "node-down") { pen.fillStyle = colours.panel; pen.fill(); }
  if (kind === "node-cordoned") hatch(pen, x, y, width, height, colours.line);
  if (kind === "meter") { pen.fillStyle = colours.line; pen.globalAlpha = 0.35; pen.fill(); }
  if (kind === "meter-full") { pen.fillStyle = colours.dot; pen.fill(); }
  pen.globalAlpha = 1;
  pen.strokeStyle = kind === "node-down" ? colours.ink : colours.line;
  if (!meter) pen.stroke();
  pen.setLineDash([]);
}

function hatch(pen, x, y, width, height, colour) {
  pen.save();
  pen.clip();
  const lines = new Path2D();
  for (let at = -height; at < width; at += 8) {
    lines.moveTo(x + at, y + height);
    lines.lineTo(x + at + height, y);
  }
  pen.globalAlpha = 0.25;
  pen.strokeStyle = colour;
  pen.stroke(lines);
  pen.restore();
}

function paintText(pen, { x, y, text, kind, anchor }, colours) {
  const size = { title: 14, clock: 12, name: 12 }[kind] || 11;
  const weight = ["title", "name", "group"].includes(kind) ? "bold" : "normal";
  pen.font = `${weight} ${size}px ${colours.font}`;
  pen.fillStyle = kind === "note" || kind === "group" ? colours.soft : colours.ink;
  pen.textAlign = anchor;
  pen.fillText(text, x, y);
  pen.textAlign = "start";
}
