/* No level is first shown smaller. */
const READABLE = 0.6;

/* One model's picture: a level of it, which moves and grows. */
class Canvas {
  constructor(model, page) {
    this.model = model;
    this.page = page;
    this.crumbs = element("nav", { class: "crumbs", "aria-label": "Scopes of " + model.data.file });
    const zoom = (text, label, act) => element("button", { type: "button", "aria-label": label, click: act }, text);
    this.svg = drawn("svg", { class: "canvas", role: "group", "aria-label": "Picture of " + model.data.file });
    this.stage = drawn("g");
    this.svg.append(
      drawn("defs", {}, drawn("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7,
        orient: "auto-start-reverse" }, drawn("path", { d: "M0 0L8 4L0 8z" }))),
      this.stage);
    const bar = element("div", { class: "bar" }, this.crumbs, element("span", {},
      zoom("+", "Zoom in", () => this.zoom(1.3)), " ", zoom("\u2212", "Zoom out", () => this.zoom(1 / 1.3)), " ",
      zoom("Fit", "Fit the picture", () => this.fit())));
    this.host = element("section", { class: "view", "aria-label": model.data.file }, bar, this.svg);
    this.pointers = new Map();
    this.listen();
  }

  show(scope, from = 0) {
    this.scope = scope;
    this.from = from;
    this.picture = laidOut(this.model.level(scope, from));
    this.boxes = new Map();
    const edges = this.picture.edges.map(edge => drawn("path", { class: "edge", d: curve(edge.points), "marker-end": "url(#arrow)" }));
    const boxes = this.picture.boxes.map(box => this.drawBox(box));
    this.stage.replaceChildren(...edges, ...boxes);
    this.showCrumbs();
    this.fit(READABLE);
  }

  showCrumbs() {
    const way = this.model.way(this.scope);
    const crumbs = way.map((scope, i) => i === way.length - 1
      ? element("strong", { "aria-current": "location" }, this.model.name(scope))
      : element("button", { type: "button", class: "link", click: () => this.page.open(this, scope) }, this.model.name(scope)));
    this.crumbs.replaceChildren(...crumbs.flatMap((crumb, i) => i === 0 ? [crumb] : ["\u203a", crumb]));
  }

  drawBox(box) {
    const mark = box.item === undefined || box.kind === "outside" ? undefined : this.page.marks.of(this.model, box.item);
    const label = [box.title, box.sub, mark?.label].filter(Boolean).join(", ");
    const group = drawn("g", { class: "box " + box.kind + (mark ? " marked" : ""), tabindex: 0, role: "button", "aria-label": label,
      transform: `translate(${box.x - box.width / 2} ${box.y - box.height / 2})` });
    if (mark) group.style.setProperty("--mark", mark.color);
    if (box.count > 1) {
      group.append(drawn("rect", { x: 6, y: 6, width: box.width, height: box.height, rx: 6 }),
        drawn("rect", { x: 3, y: 3, width: box.width, height: box.height, rx: 6 }));
    }
    group.append(
      drawn("rect", { class: "body", width: box.width, height: box.height, rx: box.kind === "end" ? 20 : 6 }),
      drawn("text", { class: "title", x: box.width / 2, y: 19 }, cut(box.title, TITLE + (box.kind === "scope" ? 14 : 0))),
      drawn("text", { class: "sub", x: box.width / 2, y: 36 }, cut(box.sub, SUB)),
      drawn("title", {}, label));
    if (mark) {
      const width = mark.text.length * 6.5 + 9;
      group.append(drawn("rect", { class: "badge", x: box.width - width + 5, y: -8, width, height: 16, rx: 8 }),
        drawn("text", { class: "badge-text", x: box.width - width / 2 + 5, y: 4 }, mark.text));
    }
    group.addEventListener("click", () => { if (!this.moved) this.act(box, this.chosen === box.item && box.kind === "scope"); });
    group.addEventListener("keydown", event => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.act(box, event.key === "Enter" && box.kind === "scope"); }
    });
    if (box.item !== undefined && box.kind !== "outside") this.boxes.set(box.item, group);
    return group;
  }

  act(box, opens) {
    if (box.kind === "more") this.show(this.scope, box.next);
    else if (box.kind === "outside") this.page.goTo(this, box.item);
    else if (opens) this.page.open(this, box.item);
    else this.page.choose(this, box.item);
  }

  /* Marks an item of this level as chosen; of a run, its first. */
  choose(item) {
    this.boxes.get(this.model.head(this.chosen ?? -1))?.classList.remove("chosen");
    this.chosen = item;
    const box = this.boxes.get(this.model.head(item));
    box?.classList.add("chosen");
    return box;
  }

  fit(least = 0.02) {
    const { width, height } = this.picture;
    const view = this.svg.getBoundingClientRect();
    const scale = Math.min((view.width || 600) / width, (view.height || 400) / height, 1.6);
    this.scale = Math.max(scale, least);
    this.x = ((view.width || 600) - width * this.scale) / 2;
    this.y = height * this.scale > (view.height || 400) ? 8 : ((view.height || 400) - height * this.scale) / 2;
    this.place();
  }
  place() { this.stage.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.scale})`); }
  zoom(factor, x, y) {
    const view = this.svg.getBoundingClientRect();
    const atX = x === undefined ? view.width / 2 : x - view.left;
    const atY = y === undefined ? view.height / 2 : y - view.top;
    const scale = Math.min(6, Math.max(0.02, this.scale * factor));
    this.x = atX - (atX - this.x) * scale / this.scale;
    this.y = atY - (atY - this.y) * scale / this.scale;
    this.scale = scale;
    this.place();
  }
  move(x, y) { this.x += x; this.y += y; this.place(); }

  /* Moves the picture so that a box that has the focus is seen. */
  reveal(box) {
    const view = this.svg.getBoundingClientRect();
    const at = box.getBoundingClientRect();
    if (at.left < view.left || at.right > view.right || at.top < view.top || at.bottom > view.bottom) {
      this.move(view.left + view.width / 2 - (at.left + at.width / 2), view.top + view.height / 2 - (at.top + at.height / 2));
    }
  }

  listen() {
    const svg = this.svg;
    svg.addEventListener("wheel", event => { event.preventDefault(); this.zoom(Math.exp(-event.deltaY / 400), event.clientX, event.clientY); },
      { passive: false });
    svg.addEventListener("pointerdown", event => {
      this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
      if (this.pointers.size === 1) { this.moved = false; this.travel = 0; }
    });
    svg.addEventListener("pointermove", event => this.drag(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      svg.addEventListener(end, event => this.pointers.delete(event.pointerId));
    }
    svg.addEventListener("focusin", event => {
      if (event.target.matches(".box:focus-visible")) this.reveal(event.target);
    });
    this.host.addEventListener("keydown", event => this.key(event));
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const x = event.clientX - before[0];
    const y = event.clientY - before[1];
    if (this.pointers.size === 2) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const was = Math.hypot(before[0] - other[0], before[1] - other[1]);
      const now = Math.hypot(event.clientX - other[0], event.clientY - other[1]);
      if (was > 0) this.zoom(now / was, (event.clientX + other[0]) / 2, (event.clientY + other[1]) / 2);
    } else {
      this.move(x, y);
    }
    this.travel += Math.hypot(x, y);
    this.moved = this.travel > 4;
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = { "+": () => this.zoom(1.3), "=": () => this.zoom(1.3), "-": () => this.zoom(1 / 1.3), "0": () => this.fit(),
      ArrowLeft: () => this.move(60, 0), ArrowRight: () => this.move(-60, 0), ArrowUp: () => this.move(0, 60),
      ArrowDown: () => this.move(0, -60), Backspace: () => this.up(), Escape: () => this.up() };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
  }
  up() {
    const parent = this.model.parent(this.scope);
    if (parent !== undefined) { const left = this.scope; this.page.open(this, parent); this.page.choose(this, left, true); }
  }
}
