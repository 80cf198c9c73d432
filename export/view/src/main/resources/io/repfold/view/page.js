/* The page: canvases beside each other, a panel, a search. */
class Page {
  constructor(data) {
    this.models = data.models.map((model, side) => new Model(model, side));
    this.marks = new Marks(data, this.models);
    this.canvases = this.models.map(model => new Canvas(model, this));
    this.panel = new Panel(document.getElementById("panel"), this);
    this.titles();
    document.body.classList.toggle("two", this.canvases.length > 1);
    document.getElementById("views").append(...this.canvases.map(canvas => canvas.host));
    this.canvases.forEach(canvas => canvas.show(canvas.model.root));
    this.panel.show(this.canvases[0], this.models[0].root);
    this.search();
    addEventListener("hashchange", () => this.follow());
    let width = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth !== width) this.canvases.forEach(canvas => canvas.fit(READABLE));
      width = innerWidth;
    });
    this.follow();
  }

  titles() {
    const names = Object.keys(this.models[0].data.facts);
    const head = element("thead", {}, element("tr", {}, ["model", ...names].map(name => element("th", { scope: "col" }, name))));
    const rows = this.models.map(({ data }) => element("tr", {}, element("th", { scope: "row" }, data.file),
      names.map(name => element("td", {}, data.facts[name]))));
    document.getElementById("titles").append(
      element("h1", {}, this.models.map(model => model.data.file).join(" and ") + (this.marks.fold ? ", its fold" : "")),
      element("table", {}, head, element("tbody", {}, rows)));
  }

  open(canvas, scope) {
    canvas.show(scope);
    this.choose(canvas, scope);
    this.remember(canvas);
  }
  /* Shows an item, and in the other model what corresponds to it. */
  choose(canvas, item, focus) {
    const box = canvas.choose(item);
    if (focus && box) box.focus();
    this.panel.show(canvas, item);
    if (this.marks.active) this.pair(canvas, item);
    return box;
  }
  /* Opens the scope around an item, at the page where it is, and chooses it. */
  goTo(canvas, item) {
    const { model } = canvas;
    const scope = model.parent(item) ?? item;
    const heads = model.scope(scope).items.filter(i => model.head(i) === i);
    const place = heads.indexOf(model.head(item));
    const from = Math.max(0, place - place % Model.MOST);
    if (canvas.scope !== scope || canvas.from !== from) canvas.show(scope, from);
    this.remember(canvas);
    const box = this.choose(canvas, item, true);
    if (box) canvas.reveal(box);
  }
  pair(canvas, item) {
    const { model } = canvas;
    const other = this.canvases[1 - model.side];
    const there = new Set(model.entries(item).flatMap(entry => {
      const link = model.links.get(entry);
      return link ? (model.side === 0 ? link.right : link.left) : [];
    }));
    if (!there.size) { other.choose(undefined); return; }
    const shared = this.around(other.model, [...there]);
    const found = shared.item ?? shared.scope;
    const scope = model.isScope(item) && item === canvas.scope && shared.item === undefined ? shared.scope : other.model.parent(found) ?? found;
    if (other.scope !== scope) other.show(scope);
    const box = other.choose(found);
    if (box) other.reveal(box);
  }
  /* The innermost scope that holds all entries; the entry itself if there is one. */
  around(model, entries) {
    if (entries.length === 1) return { item: entries[0] };
    let way = model.way(entries[0]);
    for (const entry of entries) {
      const own = new Set(model.way(entry));
      way = way.filter(item => own.has(item));
    }
    return { scope: way[way.length - 1] };
  }

  remember(canvas) {
    const hash = "#" + canvas.model.side + ":" + canvas.model.way(canvas.scope).slice(1).map(i => encodeURIComponent(canvas.model.name(i))).join("/");
    this.hash = hash;
    if (location.protocol === "about:") return;
    history.replaceState(null, "", hash);
  }
  /* Opens what the address names after its #: the model's number, a colon, and scopes. */
  follow() {
    if (location.hash === this.hash || location.hash.length < 3) return;
    const [side, path] = location.hash.slice(1).split(/:(.*)/s);
    const canvas = this.canvases[Number(side)];
    if (!canvas) return;
    let at = canvas.model.root;
    for (const word of path.split("/").filter(Boolean)) {
      const next = canvas.model.scope(at).items.find(i => encodeURIComponent(canvas.model.name(i)) === word);
      if (next === undefined) break;
      if (!canvas.model.isScope(next)) { this.goTo(canvas, next); return; }
      at = next;
    }
    this.open(canvas, at);
  }

  search() {
    const query = document.getElementById("query");
    const found = document.getElementById("found");
    const count = document.getElementById("found-count");
    const look = () => {
      const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
      const hits = words.length ? this.hits(words) : [];
      count.textContent = words.length ? hits.length.toLocaleString("en") + " found" : "";
      found.hidden = !hits.length;
      found.replaceChildren(...hits.slice(0, 100).map(({ canvas, item }) => element("li", {},
        element("button", { type: "button", click: () => this.goTo(canvas, item) }, this.hit(canvas.model, item)))));
    };
    query.addEventListener("input", look);
    document.getElementById("search").addEventListener("submit", event => {
      event.preventDefault();
      found.querySelector("button")?.click();
    });
    query.addEventListener("keydown", event => { if (event.key === "Escape") { query.value = ""; look(); } });
    document.addEventListener("keydown", event => {
      if (event.key === "/" && document.activeElement !== query) { event.preventDefault(); query.focus(); }
    });
  }
  hits(words) {
    const hits = [];
    for (const canvas of this.canvases) {
      const { model } = canvas;
      for (let item = 0; item < model.data.names.length; item++) {
        const entry = model.isScope(item) ? undefined : model.entry(item);
        const text = [model.name(item), entry?.op, entry?.name, ...(entry?.attributes ?? [])].join(" ").toLowerCase();
        if (words.every(word => text.includes(word))) hits.push({ canvas, item });
      }
    }
    return hits;
  }
  hit(model, item) {
    const kind = model.isScope(item) ? "scope" : model.entry(item).op;
    return kind + " " + (model.path(item) || model.name(item)) + (this.canvases.length > 1 ? ", in " + model.data.file : "");
  }
}

new Page(JSON.parse(document.getElementById("data").textContent));
