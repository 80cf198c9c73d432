/* A model of the page's data: entries first, then scopes, by number. */
class Model {
  constructor(data, side) {
    this.data = data;
    this.side = side;
    this.first = data.entries.length;
    this.root = data.names.length - 1;
    this.parents = new Map();
    this.heads = new Map();
    this.counts = new Map();
    this.lasts = new Map();
    this.kinds = new Map();
    data.scopes.forEach((scope, i) => {
      const id = this.first + i;
      scope.items.forEach(item => this.parents.set(item, id));
      if (!this.kinds.has(scope.kind)) this.kinds.set(scope.kind, []);
      this.kinds.get(scope.kind).push(id);
      for (const [head, count] of scope.runs) {
        const scopes = scope.items.filter(item => item >= this.first);
        const start = scopes.indexOf(head);
        scopes.slice(start, start + count).forEach(item => this.heads.set(item, head));
        this.counts.set(head, count);
        this.lasts.set(head, scopes[start + count - 1]);
      }
    });
  }
  isScope(item) { return item >= this.first; }
  scope(item) { return this.data.scopes[item - this.first]; }
  entry(item) { return this.data.entries[item]; }
  name(item) { return this.data.names[item]; }
  parent(item) { return this.parents.get(item); }
  head(item) { return this.heads.has(item) ? this.heads.get(item) : item; }
  /* The scopes around an item, the whole first, and the item. */
  way(item) {
    const way = [];
    for (let at = item; at !== undefined; at = this.parent(at)) way.unshift(at);
    return way;
  }
  path(item) { return this.way(item).slice(1).map(i => this.name(i)).join(" / "); }
  /* All entries in an item. */
  entries(item) {
    const found = [];
    const open = [item];
    while (open.length) {
      const at = open.pop();
      if (this.isScope(at)) open.push(...this.scope(at).items);
      else found.push(at);
    }
    return found;
  }
  equals(scope) { return this.kinds.get(this.scope(scope).kind).filter(other => other !== scope); }

  /* What is drawn of a scope: boxes and edges, from the given item on if there are too many. */
  level(scope, from) {
    const { items, inside, entering, leaving } = this.scope(scope);
    const heads = items.filter(item => this.head(item) === item);
    const shown = heads.slice(from, from + Model.MOST);
    const drawn = new Set(shown);
    const level = { boxes: shown.map(item => this.box(item)), edges: new Map() };
    const left = heads.length - from - shown.length;
    for (const [a, b] of inside) this.join(level, drawn, this.head(a), this.head(b));
    const ends = new Map();
    for (const [a, b] of entering) this.outside(level, drawn, ends, "in", a, this.head(b));
    for (const [a, b] of leaving) this.outside(level, drawn, ends, "out", b, this.head(a));
    if (left > 0) {
      const next = from + shown.length;
      level.boxes.push({ id: "more", kind: "more", title: `... and ${left.toLocaleString("en")} more`, sub: "open to go on", next });
    }
    if (from > 0) {
      level.boxes.unshift({ id: "back", kind: "more", title: `${from.toLocaleString("en")} before these`, sub: "open to go back",
        next: Math.max(0, from - Model.MOST) });
    }
    return level;
  }
  join(level, drawn, a, b) {
    if (a !== b && drawn.has(a) && drawn.has(b)) {
      const key = a + ">" + b;
      level.edges.set(key, { from: a, to: b });
    }
  }
  outside(level, drawn, ends, way, entry, item) {
    if (!drawn.has(item)) return;
    const sibling = this.sibling(entry, item);
    const id = way + sibling;
    if (!ends.has(id)) {
      if (ends.size >= Model.MOST_OUTSIDE) return;
      const title = (way === "in" ? "from " : "to ") + this.name(sibling);
      const box = { id, item: entry, kind: "outside", title, sub: sibling === entry ? this.entry(entry).op : this.name(entry) };
      ends.set(id, { box, entries: new Set() });
      level.boxes.push(box);
    }
    const { box, entries } = ends.get(id);
    entries.add(entry);
    if (entries.size > 1) box.sub = entries.size + " places";
    const edge = way === "in" ? { from: id, to: item } : { from: item, to: id };
    level.edges.set(edge.from + ">" + edge.to, edge);
  }
  /* The part around an entry that lies beside the level's scope or one of those around it. */
  sibling(entry, item) {
    const around = new Set(this.way(item));
    return this.way(entry).find(i => !around.has(i)) ?? entry;
  }
  box(item) {
    if (this.isScope(item)) {
      const scope = this.scope(item);
      const count = this.counts.get(item) ?? 1;
      const parts = plural(scope.items.length, "part");
      return { id: item, item, kind: "scope", count,
        title: count > 1 ? `${this.name(item)} ... ${this.name(this.lasts.get(item))}, x ${count} equal` : this.name(item),
        sub: count > 1 ? parts + " each" : parts + ", " + plural(scope.nodes, "node") };
    }
    const entry = this.entry(item);
    const value = entry.writes[0] ?? entry.reads[0];
    const shape = value ? value[1].replace(/^[A-Z0-9]+(?=\[)/, "") : "";
    const end = entry.attributes === undefined;
    return { id: item, item, kind: end ? "end" : "entry", title: this.name(item), sub: entry.op + " " + shape };
  }
}
Model.MOST = 400;
Model.MOST_OUTSIDE = 24;

function plural(count, noun) { return count.toLocaleString("en") + " " + noun + (count === 1 ? "" : "s"); }

function amount(value) {
  const units = ["", " k", " M", " G", " T", " P"];
  let unit = 0;
  let scaled = value;
  while (Math.abs(scaled) >= 999.5 && unit < units.length - 1) { scaled /= 1000; unit++; }
  return (unit === 0 ? String(scaled) : scaled.toPrecision(3)) + units[unit];
}

function bytes(count) { return count < 999.5 ? count + " B" : amount(count) + "B"; }

function cut(text, most) { return text.length <= most ? text : text.slice(0, most - 3) + "..."; }

/* An element with text and children, never with markup. */
function element(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}
function drawn(tag, attributes, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}
function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  for (const child of children.flat()) if (child !== undefined && child !== "") made.append(child);
  return made;
}
