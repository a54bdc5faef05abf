// Requests as dots that fly from the top of the picture to the pods that answered them. One that
// failed is a cross, so that nothing is said by colour alone. Where motion is not wanted: none.

const FLIGHT = 700; // milliseconds in the air

class Dots {
  constructor(picture) {
    this.picture = picture;
    this.flights = [];
    this.count = 0;
    this.until = 0;
  }

  take(flights, still) {
    this.flights = still && this.picture.still.matches ? [] : flights;
    this.count = this.flights.length;
    this.began = performance.now();
    this.until = Math.max(0, ...this.flights.map(([, , delay]) => delay + FLIGHT));
  }

  flying(now) {
    return this.flights.length > 0 && now < this.began + this.until;
  }

  draw(pen, now) {
    if (!this.flying(now)) return;
    const { frame, colours } = this.picture;
    this.flights.forEach(([pod, ok, delay], place) => {
      const share = (now - this.began - delay) / FLIGHT;
      if (share < 0 || share > 1) return;
      const end = this.end(pod, place);
      const x = frame.width / 2 + (end.x - frame.width / 2) * share;
      const y = 4 + (end.y - 4) * share * share;
      pen.globalAlpha = share > 0.85 ? (1 - share) / 0.15 : 1;
      if (ok) drawDot(pen, x, y, colours); else drawCross(pen, x, y, colours);
    });
    pen.globalAlpha = 1;
  }

  // The middle of the pod's tile; a request that reached nobody ends above the nodes.
  end(pod, place) {
    const found = pod && this.picture.find(pod);
    if (found) return { x: found.x + found.width / 2, y: found.y + found.height / 2 };
    const strip = this.picture.boxes.find((box) => box.kind === "strip");
    return { x: this.picture.frame.width / 2 + ((place % 9) - 4) * 14, y: strip.y + strip.height };
  }
}

function drawDot(pen, x, y, colours) {
  pen.beginPath();
  pen.arc(x, y, 4, 0, 2 * Math.PI);
  pen.fillStyle = colours.dot;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = colours.paper;
  pen.stroke();
}

function drawCross(pen, x, y, colours) {
  for (const [wide, colour] of [[5, colours.paper], [2.5, "#d55e00"]]) {
    pen.beginPath();
    pen.moveTo(x - 4, y - 4);
    pen.lineTo(x + 4, y + 4);
    pen.moveTo(x + 4, y - 4);
    pen.lineTo(x - 4, y + 4);
    pen.lineWidth = wide;
    pen.strokeStyle = colour;
    pen.stroke();
  }
}
