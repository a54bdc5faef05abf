// Pointing at pods and nodes, with the mouse or with the arrow keys, and opening them.

const HELP = "Left and right go from pod to pod, up and down from node to node. "
  + "Enter opens what is picked, Escape closes it.";
const STRIP = "Pods that the scheduler has not bound to a node";

// In the order of reading: each node and then its pods, before them the pods without a node.
// Python sends tiles box by box, so one walk along both finds who is where.
function stops(picture) {
  const { tiles, boxes } = picture;
  const found = [];
  let row = 0;
  for (const box of boxes) {
    if (!box.number && box.kind !== "strip") continue;
    if (box.number) found.push({ number: box.number, node: true });
    while (row < tiles.count && inside(box, tiles.x[row], tiles.y[row])) {
      found.push({ number: tiles.number[row], node: false });
      row += 1;
    }
  }
  return found;
}

function inside(box, x, y) {
  return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
}

// The number to which a key leads from the one that is picked; 0 for no such key.
function next(picture, key) {
  const all = stops(picture);
  const nodes = all.filter((stop) => stop.node);
  const at = all.findIndex((stop) => stop.number === picture.picked);
  const number = (stop) => (stop ? stop.number : 0);
  if (key === "Home") return number(all[0]);
  if (key === "End") return number(all[all.length - 1]);
  if (key === "ArrowRight" && at < 0) return number(all.find((stop) => !stop.node) || all[0]);
  if (key === "ArrowRight") return number(all[(at + 1) % all.length]);
  if (key === "ArrowLeft") return number(all[(Math.max(at, 0) - 1 + all.length) % all.length]);
  if (key === "ArrowDown") return number(all.slice(at + 1).find((stop) => stop.node) || nodes[0]);
  if (key === "ArrowUp") {
    const above = at < 0 ? [] : all.slice(0, at).filter((stop) => stop.node);
    return number(above[above.length - 1] || nodes[nodes.length - 1]);
  }
  return 0;
}

function listen(picture, cards, { canvas, tip, heard }, panel) {
  const hide = () => { tip.hidden = true; picture.pick(panel.number); };
  const show = (about, x, y) => {
    tip.textContent = about;
    tip.hidden = false;
    // Outputs are cut at their edge, so the card stays inside the picture, beside its pod.
    const wide = canvas.clientWidth - tip.offsetWidth;
    const high = canvas.clientHeight - tip.offsetHeight;
    tip.style.left = `${Math.max(0, x + 12 <= wide ? x + 12 : x - tip.offsetWidth - 12)}px`;
    tip.style.top = `${Math.max(0, Math.min(y + 8, high))}px`;
  };
  const scale = () => picture.frame.width / canvas.clientWidth;
  const under = (event) => picture.under(event.offsetX * scale(), event.offsetY * scale());
  const go = (number) => {
    picture.pick(number);
    const found = picture.find(number);
    const { about } = cards.of(number);
    const beside = found.width > 80 ? 0 : found.width;
    show(about, (found.x + beside) / scale(), found.y / scale());
    panel.hush();
    heard.textContent = about;
  };
  canvas.addEventListener("pointermove", (event) => {
    const found = under(event);
    if (!found) return hide();
    picture.pick(found.number);
    show(found.number ? cards.of(found.number).about : STRIP, event.offsetX, event.offsetY);
  });
  canvas.addEventListener("click", (event) => {
    const found = under(event);
    if (found && found.number) panel.open(found.number);
  });
  canvas.addEventListener("pointerleave", hide);
  canvas.addEventListener("blur", hide);
  canvas.addEventListener("keydown", (event) => {
    const number = next(picture, event.key);
    if (number) go(number);
    else if (event.key === "Enter" && picture.picked) panel.open(picture.picked, true);
    else if (event.key === "Escape") { panel.close(); hide(); picture.pick(0); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
