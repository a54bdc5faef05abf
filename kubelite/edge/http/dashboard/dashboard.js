// The dashboard: rows that the feed brings, as tables. It shows and never writes, and whatever
// comes from the cluster becomes text, never HTML: only textContent and attributes are set.
"use strict";

const VIEWS = [
  ["workloads", "Workloads", ["deployments.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch", "cronjobs.batch"]],
  ["pods", "Pods", ["pods"]],
  ["nodes", "Nodes", ["nodes"]],
  ["services", "Services", ["services", "ingresses.networking.k8s.io"]],
  ["events", "Events", ["events"]],
];
// What kubectl shows only when asked for, and is worth its room here.
const EXTRA = { pods: ["IP", "NODE"], nodes: ["INTERNAL-IP"], "deployments.apps": ["IMAGES"], "statefulsets.apps": ["IMAGES"], "daemonsets.apps": ["IMAGES"], services: ["SELECTOR"] };
// What gives way on a narrow screen.
const ROOMY = ["IP", "IMAGES", "SELECTOR", "TIMEZONE", "NODE SELECTOR"];
const TEXTS = ["MESSAGE", "IMAGES", "SELECTOR", "PORT(S)", "HOSTS"];
// How a row looks at a glance: a name for people, and a sign drawn in a box of 12 by 12.
const LOOKS = {
  pending: ["Unscheduled", "M6 2a4 4 0 1 0 .01 0M6 3.8v2.4l1.6 1"],
  starting: ["Starting", "M2.5 6h.01M6 6h.01M9.5 6h.01"],
  unready: ["Not ready", "M7.5 2a4 4 0 0 0 0 8z"],
  ready: ["Ready", "M2.3 6.4l2.5 2.6 4.9-5.8"],
  trouble: ["In trouble", "M6 2v4.8M6 9.8h.01"],
  leaving: ["Terminating", "M2.5 6h7"],
  done: ["Succeeded", "M3 3h6v6h-6z"],
  failed: ["Failed", "M3 3l6 6M9 3l-6 6"],
};
const HINTS = {
  workloads: "No workloads here. Try: kubectl create deployment web --image=nginx --replicas=3",
  pods: "No pods here. Try: kubectl run web --image=nginx",
  services: "No services here. Try: kubectl expose deployment web --port=80",
};
const SVG = "http://www.w3.org/2000/svg";
const at = (id) => document.getElementById(id);

const kinds = new Map(); // resource -> {columns..., rows: Map(uid -> row)}
let now = 0; // the cluster's seconds since 1970
let token = "";
let drawn = null; // what the current page does with news
let due = 0; // the next drawing
let following = false;

// Building

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function sign(look) {
  const picture = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  picture.setAttribute("viewBox", "0 0 12 12");
  picture.setAttribute("class", look);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", LOOKS[look][0]);
  path.setAttribute("d", LOOKS[look][1]);
  picture.append(path);
  return picture;
}

function signed(look, text) {
  return LOOKS[look] ? make("span", { class: "look" }, sign(look), text) : document.createTextNode(text);
}

function age(since) {
  if (since === null || since === undefined) return "";
  const s = Math.max(0, now - since), m = Math.floor(s / 60), h = Math.floor(m / 60), d = Math.floor(h / 24);
  const two = (n, unit, rest, small) => n + unit + (rest ? rest + small : "");
  if (s < 120) return s + "s";
  if (m < 10) return two(m, "m", s % 60, "s");
  if (h < 3) return m + "m";
  if (h < 8) return two(h, "h", m % 60, "m");
  if (h < 48) return h + "h";
  if (d < 8) return two(d, "d", h % 24, "h");
  if (d < 730) return d + "d";
  return two(Math.floor(d / 365), "y", d % 365, "d");
}

// The feed

function url(...words) {
  return "/" + words.map(encodeURIComponent).join("/");
}

function ask(path, more = {}) {
  return fetch(path, { headers: { Authorization: "Bearer " + token, ...more }, cache: "no-store", credentials: "omit" });
}

async function follow() {
  for (;;) {
    try {
      const answer = await ask("/kubelite/v1/feed");
      if (answer.status === 401) return forget("This token is not known here (any more).");
      if (answer.ok) await read(answer.body.getReader());
    } catch (error) {
      console.debug(error);
    }
    say("not connected", false);
    await new Promise((go) => setTimeout(go, 1000));
  }
}

async function read(reader) {
  const decoder = new TextDecoder();
  let rest = "";
  kinds.clear();
  show();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) take(JSON.parse(line));
    say("live", true);
    soon();
  }
}

function take(news) {
  if (news.type === "NOW") {
    now = news.now;
  } else if (news.type === "COLUMNS") {
    kinds.set(news.resource, { ...news, rows: new Map(), changes: 0 });
  } else if (news.type === "REFUSED") {
    kinds.set(news.resource, { refused: news.message, resource: news.resource, columns: [], rows: new Map() });
  } else if (news.type === "DELETED") {
    const kind = kinds.get(news.resource);
    kind.rows.delete(news.uid);
    kind.changes += 1;
  } else {
    const kind = kinds.get(news.resource);
    const words = [news.namespace, ...news.cells, ...(news.about || [])];
    kind.rows.set(news.uid, { ...news, words: words.join(" ").toLowerCase() });
    kind.changes += 1;
  }
}

function say(text, on) {
  at("live").textContent = text;
  at("live").classList.toggle("on", on);
}

function soon() {
  if (!due) due = requestAnimationFrame(() => { due = 0; tell(); });
}

function tell() {
  at("clock").textContent = now ? new Date(now * 1000).toISOString().replace("T", " ").slice(0, 19) + " UTC" : "";
  offer();
  if (drawn) drawn();
}

// The filters

function offer() {
  const names = rowsOf("namespaces").map((row) => row.name).sort();
  const select = at("namespace");
  const known = [...select.options].slice(1).map((option) => option.value);
  if (names.join() === known.join()) return;
  const chosen = select.value;
  select.replaceChildren(select.options[0], ...names.map((name) => make("option", { value: name }, name)));
  select.value = names.includes(chosen) ? chosen : "";
}

function rowsOf(resource) {
  const kind = kinds.get(resource);
  return kind ? [...kind.rows.values()] : [];
}

function wanted(row) {
  const namespace = at("namespace").value;
  const words = at("search").value.toLowerCase().split(/\s+/);
  return (!namespace || !row.namespace || row.namespace === namespace) && words.every((word) => row.words.includes(word));
}

function ordered(rows, resource) {
  if (resource === "events") return rows.sort((a, b) => b.seen - a.seen || (a.uid < b.uid ? 1 : -1));
  return rows.sort((a, b) => order(a.namespace, b.namespace) || order(a.name, b.name));
}

const order = new Intl.Collator("en", { numeric: true }).compare;

// Tables

class Table {
  constructor(resource) {
    this.resource = resource;
    this.lines = new Map(); // uid -> {row, element}
    this.count = make("span", { class: "count" });
    this.heading = make("h2", { id: "heading-" + resource });
    this.head = make("tr");
    this.body = make("tbody");
    this.table = make("table", { "aria-labelledby": "heading-" + resource }, make("thead", {}, this.head), this.body);
    this.element = make("section", { hidden: "" }, this.heading, make("div", { class: "scroll" }, this.table));
  }

  title(kind) {
    this.kind = kind;
    this.columns = kind.columns.map((column, index) => ({ ...column, index }));
    this.columns = this.columns.filter(({ title, wide }) => !wide || (EXTRA[this.resource] || []).includes(title));
    const titles = this.columns.map(({ title }) => title);
    this.firm = titles.findLast((title) => !ROOMY.includes(title)); // the last on a narrow screen
    this.signed = ["STATUS", "READY", "TYPE"].find((title) => titles.includes(title));
    const plain = this.resource === "events" ? "Events" : kind.kind.replace(/y$/, "ie") + (/s$/.test(kind.kind) ? "es" : "s");
    this.heading.replaceChildren(plain, this.count);
    const heads = titles.map((title) => make("th", { scope: "col", class: this.style(title) }, title));
    if (kind.namespaced) heads.unshift(make("th", { scope: "col", class: this.style("NAMESPACE") }, "NAMESPACE"));
    this.head.replaceChildren(...heads);
    this.body.replaceChildren();
    this.lines.clear();
    this.asked = "";
  }

  style(title) {
    const styles = [];
    if (ROOMY.includes(title)) styles.push("roomy");
    if (TEXTS.includes(title)) styles.push("text");
    if (title === "MESSAGE") styles.push("long");
    if (title === this.firm) styles.push("firm");
    if (title === "NAME" || title === "OBJECT") styles.push("name");
    if (title === "NAMESPACE") styles.push("namespace", ...(this.resource === "events" ? ["roomy"] : []));
    return styles.join(" ");
  }

  // Draw the rows that are wanted; says how many there are, and how many are not shown.
  draw() {
    const kind = kinds.get(this.resource);
    if (!kind || kind.refused) return [0, 0];
    if (kind !== this.kind) this.title(kind);
    const asked = [kind.changes, at("namespace").value, at("search").value].join("\n");
    if (asked === this.asked) {
      this.grow();
      return this.counts;
    }
    this.asked = asked;
    const all = rowsOf(this.resource);
    const rows = ordered(all.filter(wanted), this.resource);
    const shown = new Set(rows.map((row) => row.uid));
    for (const [uid, line] of this.lines) {
      if (!shown.has(uid)) { line.element.remove(); this.lines.delete(uid); }
    }
    let place = this.body.firstChild;
    for (const row of rows) {
      const element = this.line(row);
      if (element === place) place = place.nextSibling;
      else this.body.insertBefore(element, place);
    }
    this.count.textContent = rows.length === all.length ? String(all.length) : rows.length + " of " + all.length;
    this.table.classList.toggle("one-namespace", at("namespace").value !== "");
    this.element.hidden = rows.length === 0;
    this.counts = [rows.length, all.length];
    return this.counts;
  }

  // Only time has passed.
  grow() {
    for (const { row, ages } of this.lines.values()) {
      for (const [cell, since] of ages) write(cell, age(row[since]));
    }
  }

  line(row) {
    const known = this.lines.get(row.uid);
    if (known && known.row === row) {
      for (const [cell, since] of known.ages) write(cell, age(row[since]));
      return known.element;
    }
    const element = known ? known.element : make("tr"), cells = [], ages = [];
    if (this.kind.namespaced) cells.push(make("td", { class: this.style("NAMESPACE") }, row.namespace));
    for (const { title, since, index } of this.columns) {
      const cell = make("td", { class: this.style(title) });
      if (since) cell.textContent = age(row[since]);
      else cell.append(this.content(title, row.cells[index], row));
      cell.classList.toggle("soft", cell.textContent === "<none>");
      cells.push(cell);
    }
    cells.forEach((cell, index) => {  // a cell that says the same stays, and with it the focus
      const old = element.children[index];
      if (!old) element.append(cell);
      else if (!old.isEqualNode(cell)) old.replaceWith(cell);
    });
    const first = this.kind.namespaced ? 1 : 0;
    this.columns.forEach(({ since }, index) => since && ages.push([element.children[first + index], since]));
    this.lines.set(row.uid, { row, element, ages });
    return element;
  }

  content(title, text, row) {
    if (title === "NAME") return make("a", { href: link(this.resource, row.namespace, row.name), title: row.name }, row.name);
    if (title === "OBJECT") {
      const about = kindCalled(row.about[0]);
      return about ? make("a", { href: link(about, row.about[1], row.about[2]) }, text) : document.createTextNode(text);
    }
    return title === this.signed ? signed(row.look, text) : document.createTextNode(text);
  }
}

function kindCalled(name) {
  for (const kind of kinds.values()) if (kind.kind === name) return kind.resource;
  return "";
}

function link(resource, namespace, name) {
  return "#/" + [resource, namespace || "-", name].map(encodeURIComponent).join("/");
}

// Pages

function overview([key, , resources]) {
  const tables = resources.map((resource) => new Table(resource));
  const shares = make("ul", { class: "shares", "aria-label": "Pods by state" });
  const nothing = make("p", { class: "nothing" });
  const withPods = key === "workloads" || key === "pods";
  at("content").replaceChildren(...(withPods ? [shares] : []), nothing, ...tables.map((table) => table.element));
  return () => {
    const counts = tables.map((table) => table.draw());
    const shown = counts.reduce((sum, [some]) => sum + some, 0), all = counts.reduce((sum, [, some]) => sum + some, 0);
    const refused = resources.map((resource) => kinds.get(resource)?.refused).find(Boolean);
    nothing.hidden = shown > 0;
    nothing.textContent = refused || (all ? "Nothing here fits the namespace and the words above." : HINTS[key] || "Nothing here yet.");
    at("found").textContent = shown < all ? shown + " of " + all + " shown" : "";
    if (withPods) share(shares);
  };
}

function share(list) {
  const pods = rowsOf("pods").filter((row) => !at("namespace").value || row.namespace === at("namespace").value);
  const items = Object.keys(LOOKS).map((look) => [look, pods.filter((row) => row.look === look).length]).filter(([, count]) => count);
  const text = JSON.stringify(items);
  if (list.dataset.shown === text) return;
  list.dataset.shown = text;
  const total = make("li", { class: "share title" }, pods.length === 1 ? "1 pod" : pods.length + " pods");
  list.replaceChildren(total, ...items.map(([look, count]) => make("li", { class: "share" }, sign(look), make("b", {}, String(count)), " ", LOOKS[look][0])));
}

function object(resource, namespace, name) {
  const facts = make("dl"), yaml = make("pre", { tabindex: "0", "aria-label": "YAML" }, "…");
  const events = make("ul", { class: "story" }), lines = make("ol", { class: "story" }), why = make("ol", { class: "story" });
  const heading = make("h1", {}, name);
  const crumbs = make("p", { class: "crumbs" });
  const told = make("section", {}, make("h2", {}, "Its story"), lines, make("h3", {}, "Why the last of it, each because of the next"), why);
  const left = make("div", {}, make("section", {}, make("h2", {}, "At a glance"), facts), make("section", {}, make("h2", {}, "Events"), events), told);
  at("content").replaceChildren(crumbs, heading, make("div", { class: "object" }, left, make("section", {}, make("h2", {}, "YAML"), yaml)));
  let seen = null, asked = 0;
  return () => {
    const kind = kinds.get(resource);
    if (!kind) return;
    const view = VIEWS.find(([, , some]) => some.includes(resource));
    crumbs.replaceChildren(make("a", { href: "#/" + (view ? view[0] : "workloads") }, view ? view[1] : kind.kind), " / " + kind.kind + (namespace ? " in " + namespace : ""));
    const row = rowsOf(resource).find((one) => one.name === name && one.namespace === namespace);
    if (row) describe(facts, kind, row);
    else facts.replaceChildren(make("dt", {}, "Gone"), make("dd", {}, "There is no such object (any more). What befell it is still known."));
    listed(events, rowsOf("events").filter(({ about }) => about[0] === kind.kind && about[1] === namespace && about[2] === name));
    if (row === seen && asked) return;
    if (asked && Date.now() - asked < 1000) { setTimeout(soon, 1000); return; }
    [seen, asked] = [row, Date.now()];
    details(kind, namespace, name, yaml, lines, why);
  };
}

function describe(facts, kind, row) {
  const pairs = kind.columns.map(({ title, since }, index) => [title, since ? age(row[since]) : row.cells[index]]);
  const shown = pairs.filter(([title, text]) => title !== "NAME" && text && text !== "<none>");
  facts.replaceChildren(...shown.flatMap(([title, text]) => [make("dt", {}, title), make("dd", {}, title === "STATUS" || title === "READY" && !pairs.some(([other]) => other === "STATUS") ? signed(row.look, text) : text)]));
}

function listed(list, events) {
  const kind = kinds.get("events");
  const cell = (row, title) => row.cells[kind.columns.findIndex((column) => column.title === title)];
  const items = ordered(events, "events").map((row) => make("li", {}, make("span", {}, age(row.seen) + " ago"), make("span", {}, signed(row.look, cell(row, "REASON") + ": " + cell(row, "MESSAGE")))));
  list.replaceChildren(...(items.length ? items : [make("li", { class: "soft" }, "None. An event is kept for an hour.")]));
}

async function details(kind, namespace, name, yaml, lines, why) {
  const place = [...kind.path.split("/").slice(1), ...(kind.namespaced ? ["namespaces", namespace] : []), kind.plural, name];
  const whole = await ask(url(...place), { Accept: "application/yaml" });
  yaml.textContent = whole.ok ? await whole.text() : "not there";
  const answer = await ask(url("kubelite", "v1", "story", kind.resource, namespace || "-", name));
  const story = answer.ok ? await answer.json() : { lines: [[0, "Nothing that you may see."]], why: [] };
  const item = ([seconds, text]) => make("li", {}, make("span", {}, seconds.toFixed(3) + " s"), make("span", {}, text));
  lines.replaceChildren(...story.lines.map(item));
  why.replaceChildren(...story.why.map(item));
}

function show() {
  const words = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const isObject = words.length === 3;
  const view = VIEWS.find(([key]) => key === words[0]);
  at("tools").hidden = isObject;
  const current = isObject ? VIEWS.find(([, , resources]) => resources.includes(words[0])) : view || VIEWS[0];
  for (const tab of at("views").children) {
    if (current && tab.hash === "#/" + current[0]) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  document.title = (isObject ? words[2] : current[1]) + " · kubelite";
  at("found").textContent = "";
  drawn = isObject ? object(words[0], words[1] === "-" ? "" : words[1], words[2]) : overview(current);
  tell();
}

// The token: it comes in the fragment, which no browser sends, and stays in this tab.

function remembered() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("token", given);
    history.replaceState(null, "", "/#/workloads");
  }
  return sessionStorage.getItem("token") || "";
}

function forget(reason) {
  sessionStorage.removeItem("token");
  say("not connected", false);
  at("refused").textContent = reason;
  at("ask").hidden = false;
  at("tools").hidden = true;
  at("content").hidden = true;
  at("token").focus();
}

function begin() {
  token = remembered();
  if (!token) return forget("");
  at("ask").hidden = true;
  at("content").hidden = false;
  show();
  if (!following) follow().finally(() => { following = false; });
  following = true;
}

at("views").append(...VIEWS.map(([key, title]) => make("a", { href: "#/" + key }, title)));
at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", at("token").value.trim());
  at("token").value = "";
  begin();
});
at("skip").addEventListener("click", (event) => { event.preventDefault(); at("content").focus(); });
at("namespace").addEventListener("change", tell);
at("search").addEventListener("input", tell);
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#token=")) begin();
  else if (token) { show(); scrollTo(0, 0); }
});
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
  event.preventDefault();
  at("search").focus();
});
begin();
