// The buttons, the slider with its marks, the keyboard: appended to time_view.js.

class Player {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.looks = model.get("looks");
    this.root = made("div", el, { class: "kubelite-view kubelite-time", role: "group", "data-lm-suppress-shortcuts": "true" });
    this.root.style.fontFamily = FONT;
    this.stage = made("div", this.root, { class: "kl-stage" });
    this.tip = made("div", this.root, { class: "kl-tip", role: "tooltip", hidden: "" });
    this.buttons = made("div", this.root, { class: "kl-buttons" });
    this.button("start", "To the start (Home)", () => this.go(0));
    this.button("back", "One event back (left arrow)", () => this.step(-1));
    this.playing = this.button("play", "Play (space)", () => this.toggle());
    this.button("forth", "One event on (right arrow)", () => this.step(1));
    this.button("end", "To the end (End)", () => this.go(this.length));
    const label = made("label", this.buttons, { class: "kl-speed" }, "speed ");
    this.speed = made("select", label, { "aria-label": "speed: virtual seconds for each real second" });
    for (const speed of SPEEDS) made("option", this.speed, { value: speed }, `×${speed}`);
    this.clock = made("output", this.buttons, { class: "kl-clock" });
    this.branching = made("button", this.buttons, { type: "button", class: "kl-branch" }, "Branch here");
    this.branching.title = "Another run from this moment on: without what you did later";
    this.branching.addEventListener("click", () => this.branch());
    this.track = made("div", this.root, { class: "kl-track" });
    this.marks = made("div", this.track, { class: "kl-marks" });
    this.slider = made("input", this.track, { type: "range", min: 0, step: "any", "aria-label": "moment, in virtual seconds" });
    this.slider.addEventListener("input", () => { this.pause(); this.show(Number(this.slider.value)); });
    this.slider.addEventListener("change", () => this.settle());
    this.caption = made("div", this.root, { class: "kl-caption", "aria-live": "polite" });
    this.told = made("ul", this.root, { class: "kl-told", "aria-label": "differences at this moment" });
    this.note = made("div", this.root, { class: "kl-note", role: "status" });
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.load();
  }

  button(icon, label, act) {
    const button = made("button", this.buttons, { type: "button", "aria-label": label, title: label, "data-act": icon });
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of [["viewBox", "0 0 16 16"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
    svg.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
    svg.firstChild.setAttribute("d", ICONS[icon]);
    button.append(svg);
    button.addEventListener("click", act);
    return button;
  }

  load() {
    this.films = this.model.get("films").map((data) => new Film(data));
    this.length = Math.max(...this.films.map((film) => film.end), 0.001);
    this.stage.replaceChildren();
    this.panels = this.films.map(() => new Panel(this.stage, this.looks, this.model.get("sizes")));
    this.panels.forEach((panel) => this.point(panel));
    this.slider.max = this.length;
    const wanted = this.length / 20;
    this.speed.value = SPEEDS.find((speed) => speed >= wanted) || SPEEDS.at(-1);
    this.branching.hidden = !this.model.get("can_branch");
    this.drawMarks();
    this.fitted();
    this.show(Math.min(this.model.get("at"), this.length));
  }

  // Ticks above the slider; each is a button that goes to its moment.
  drawMarks() {
    this.marks.replaceChildren();
    this.all = this.films.flatMap((film, run) => film.marks.map((mark) => ({ ...mark, run, film })));
    this.all.sort((a, b) => a.seconds - b.seconds);
    const known = new Set();
    for (const mark of this.all) {
      const key = `${mark.seconds} ${mark.text}`;
      if (known.has(key)) continue;
      known.add(key);
      const who = this.films.length > 1 ? ` (${mark.film.title})` : "";
      const label = `${seconds(mark.seconds)}: ${mark.text}${who}`;
      const tick = made("button", this.marks, { type: "button", class: `kl-mark kl-${mark.kind}`, title: label, "aria-label": label, tabindex: "-1" });
      tick.style.left = `${(100 * mark.seconds) / this.length}%`;
      tick.addEventListener("click", () => this.go(mark.seconds));
    }
  }

  get room() { return Math.max(320, Math.min(1100, this.el.clientWidth - 2)); }

  fitted() {
    this.colours = theme(this.root);
    const room = this.room;
    const pair = this.films.length > 1 && room >= 700;
    const width = Math.floor(pair ? (room - 14) / 2 : room);
    this.stage.classList.toggle("kl-pair", pair);
    this.track.style.maxWidth = this.root.style.maxWidth = `${room}px`;
    const [one, other] = this.films;
    const same = other && one.nodes.length === other.nodes.length;
    this.panels.forEach((panel, n) => {
      const { slots } = this.films[n];
      panel.plan(this.films[n], same ? slots.map((most, box) => Math.max(most, one.slots[box], other.slots[box])) : slots, width);
    });
    if (this.time !== undefined) this.draw();
  }

  show(time, index) {
    this.time = Math.max(0, Math.min(this.length, time));
    this.films.forEach((film, n) => film.seek(index && index[n] !== undefined ? index[n] : film.indexAt(this.time)));
    this.draw();
  }

  draw(fresh) {
    const two = this.films.length > 1;
    const nothing = { odd: [], oddNodes: new Set(), told: [] };
    const { odd, oddNodes, told } = two ? compare(this.films[0], this.films[1], this.looks) : nothing;
    this.panels.forEach((panel, n) => panel.draw(this.colours, this.time, odd[n], oddNodes, fresh && fresh.film === n ? fresh.pod : -1));
    this.slider.value = this.time;
    this.slider.setAttribute("aria-valuetext", seconds(this.time));
    this.clock.textContent = `${seconds(this.time)} of ${seconds(this.length)}`;
    Object.assign(this.root.dataset, { time: this.time.toFixed(6), differences: told.length, playing: Boolean(this.timer), films: this.films.length });
    if (two) this.tell(told);
  }

  tell(told) {
    const lines = told.slice(0, 8);
    if (told.length > 8) lines.push(`… and ${told.length - 8} more.`);
    if (!told.length) lines.push("No difference at this moment.");
    const text = lines.join("\n");
    if (this.lines === text) return;
    this.lines = text;
    this.told.replaceChildren(...lines.map((line) => made("li", this.told, {}, line)));
  }

  // The last change, and the last deed: what this moment is about.
  say() {
    const films = this.films.map((film) => film.told(this.looks));
    const newest = this.films.map((film) => film.times[film.index - 1]);
    const which = newest.length > 1 && newest[1] > newest[0] ? 1 : 0;
    const deed = this.all.filter((mark) => mark.seconds <= this.time + 1e-9).at(-1);
    const words = [films[which], deed ? `last mark: ${seconds(deed.seconds)}  ${deed.text}` : ""];
    this.caption.textContent = words.filter(Boolean).join("   ·   ");
  }

  settle() {
    this.say();
    this.model.set("at", this.time);
    this.model.save_changes();
  }

  go(time) { this.pause(); this.show(time); this.settle(); }

  // To the next change of any run, or back over the last one.
  step(way) {
    this.pause();
    const index = this.films.map((film) => film.index);
    const next = this.films.map((film, n) => (way > 0 ? film.times[index[n]] : film.times[index[n] - 1]));
    const open = this.films.map((film, n) => (way > 0 ? index[n] < film.count : index[n] > film.base));
    let which = -1;
    next.forEach((time, n) => {
      if (open[n] && (which < 0 || (way > 0 ? time < next[which] : time > next[which]))) which = n;
    });
    if (which < 0) return this.go(way > 0 ? this.length : 0);
    index[which] += way;
    const film = this.films[which];
    const before = index.map((place, n) => (place > this.films[n].base ? this.films[n].times[place - 1] : 0));
    this.show(way > 0 ? next[which] : Math.max(...before), index);
    const last = film.index - 1;
    this.draw(last >= film.base && film.isPod[last] ? { film: which, pod: film.subject[last] } : null);
    this.settle();
  }

  jump(way) {
    const times = this.all.map((mark) => mark.seconds).filter((time) => (way > 0 ? time > this.time + 1e-6 : time < this.time - 1e-6));
    this.go(times.length ? (way > 0 ? Math.min(...times) : Math.max(...times)) : way > 0 ? this.length : 0);
  }

  toggle() {
    if (this.timer) { this.pause(); return this.settle(); }
    if (this.time >= this.length) this.show(0);
    let last = performance.now();
    const tick = (now) => {
      const time = this.time + ((now - last) / 1000) * Number(this.speed.value);
      last = now;
      this.show(time);
      if (time < this.length) this.timer = requestAnimationFrame(tick);
      else { this.pause(); this.settle(); }
    };
    this.timer = requestAnimationFrame(tick);
    this.face("pause", "Pause (space)");
  }

  pause() {
    cancelAnimationFrame(this.timer);
    this.timer = 0;
    this.root.dataset.playing = false;
    this.face("play", "Play (space)");
  }

  face(icon, label) {
    this.playing.querySelector("path").setAttribute("d", ICONS[icon]);
    this.playing.setAttribute("aria-label", label);
    this.playing.title = label;
  }

  branch() {
    this.pause();
    this.note.textContent = `Running again up to ${seconds(this.time)} …`;
    this.model.send({ branch: this.time });
  }

  key(event) {
    if (event.target === this.speed || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      " ": () => this.toggle(), ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1),
      Home: () => this.go(0), End: () => this.go(this.length), PageDown: () => this.jump(1), PageUp: () => this.jump(-1),
      Escape: () => { this.tip.hidden = true; },
    }[event.key];
    if (!act || (event.key === " " && event.target.tagName === "BUTTON")) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  point(panel) {
    const hide = () => { this.tip.hidden = true; };
    panel.canvas.addEventListener("pointerleave", hide);
    panel.canvas.addEventListener("pointermove", (event) => {
      const scale = panel.width / panel.canvas.clientWidth;
      const about = panel.under(event.offsetX * scale, event.offsetY * scale);
      if (!about) return hide();
      this.tip.textContent = about;
      this.tip.hidden = false;
      const x = panel.canvas.offsetLeft + event.offsetX;
      const wide = this.root.clientWidth - this.tip.offsetWidth;
      this.tip.style.left = `${Math.max(0, x + 12 <= wide ? x + 12 : x - this.tip.offsetWidth - 12)}px`;
      this.tip.style.top = `${panel.canvas.offsetTop + event.offsetY + 8}px`;
    });
  }
}

function render({ model, el }) {
  const player = new Player(model, el);
  const load = () => player.load();
  const at = () => { if (Math.abs(model.get("at") - player.time) > 1e-6) { player.pause(); player.show(model.get("at")); player.say(); } };
  const note = () => { player.note.textContent = model.get("note"); };
  player.say();
  note();
  model.on("change:films", load);
  model.on("change:at", at);
  model.on("change:note", note);
  const fitted = () => { if (el.clientWidth) player.fitted(); };
  const resized = new ResizeObserver(fitted);
  resized.observe(el);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", fitted);
  const themed = new MutationObserver(() => requestAnimationFrame(fitted));
  themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"] });
  return () => {
    player.pause();
    model.off("change:films", load);
    model.off("change:at", at);
    model.off("change:note", note);
    resized.disconnect();
    themed.disconnect();
    dark.removeEventListener("change", fitted);
  };
}

export default { render };
