// One pod: its colour, a dashed rim if its look has one, and the strokes that say the same.
function paintMark(pen, x, y, { width, height, scale, inset }, look, cue = new Path2D(look.cue)) {
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
  pen.stroke(cue);
  pen.restore();
}
