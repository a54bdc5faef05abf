// The tiles at rest, on a sheet of their own: from one picture to the next few of them change.

class Crowd {
  constructor(picture) {
    this.picture = picture;
    this.forget();
  }

  forget() {
    this.kind = "";
    this.held = new Map(); // by the pod's number: where its tile is on the sheet, and how it looks
  }

  // Bring the sheet up to date: every tile that is not on its way.
  gather() {
    const { picture } = this;
    const { frame, density, tiles } = picture;
    const kind = JSON.stringify([frame.width, frame.height, density, frame.tile, frame.looks]);
    if (kind !== this.kind || density % 1) { // between pixels nothing can be wiped out cleanly
      this.forget();
      this.kind = kind;
      this.sheet = picture.sheet(frame.width, frame.height);
      this.pen = this.sheet.getContext("2d");
      this.pen.scale(density, density);
    }
    const away = new Set(picture.movers);
    const held = new Map();
    const fresh = [];
    for (let row = 0; row < tiles.count; row += 1) {
      if (away.has(row)) continue;
      const number = tiles.number[row];
      const was = this.held.get(number);
      if (was && was.x === tiles.x[row] && was.y === tiles.y[row] && was.look === tiles.look[row]) {
        held.set(number, was);
        this.held.delete(number);
      } else {
        const here = { x: tiles.x[row], y: tiles.y[row], alpha: 1, look: tiles.look[row] };
        held.set(number, here);
        fresh.push(here);
      }
    }
    this.wipe(this.held.values());
    for (const { x, y, look } of fresh) picture.stamp(x, y, look, 1, this.pen);
    this.held = held;
  }

  wipe(places) {
    const { width, height } = this.picture.frame.tile;
    const rim = width > 8 ? 1 : 0; // larger tiles have a line around them
    for (const { x, y } of places) {
      this.pen.clearRect(x - rim, y - rim, width + 2 * rim, height + 2 * rim);
    }
  }
}
