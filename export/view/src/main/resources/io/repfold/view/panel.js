/* What corresponds between two models, and how it is marked. */
class Marks {
  constructor(data, models) {
    this.byEntry = models.map(() => new Map());
    this.leftAlone = data.leftAlone ?? {};
    this.active = models.length > 1;
    this.fold = data.fold === true;
    let number = 0;
    for (const link of data.links ?? []) {
      if (link.kind === "BECAME") { link.number = ++number; link.color = Marks.COLORS[number % Marks.COLORS.length]; }
      link.left.forEach(entry => this.byEntry[0].set(entry, link));
      link.right.forEach(entry => this.byEntry[1].set(entry, link));
    }
    models.forEach((model, side) => { model.memo = new Map(); model.links = this.byEntry[side]; });
  }
  /* The badge of an item; none if it is the same in both. */
  of(model, item) {
    if (!this.active) return undefined;
    if (!model.memo.has(item)) model.memo.set(item, model.isScope(item) ? this.ofScope(model, item) : this.ofEntry(model, item));
    return model.memo.get(item);
  }
  ofEntry(model, item) {
    const link = model.links.get(item);
    if (!link) {
      return model.side === 0 ? { text: "only left", color: "#b3261e", label: "only in the left model" }
        : { text: "only right", color: "#1a7f4b", label: "only in the right model" };
    }
    if (link.kind === "BECAME") {
      const word = this.fold ? "folded" : "became";
      return { text: word + " " + link.number, color: link.color, label: word + ", number " + link.number };
    }
    if (link.kind === "CHANGED") return { text: "differs", color: "#9a5b00", label: "differs" };
    if (model.side === 0 && this.leftAlone[item]) return { text: "left alone", color: "#5b6573", label: "left alone by the fold" };
    return undefined;
  }
  ofScope(model, item) {
    const marks = model.entries(item).map(entry => this.ofEntry(model, entry)).filter(Boolean);
    if (!marks.length) return undefined;
    const words = new Set(marks.map(mark => mark.text.replace(/ \d+$/, "")));
    const texts = new Set(marks.map(mark => mark.text));
    const text = texts.size === 1 ? marks[0].text : words.size === 1 ? texts.size + " " + marks[0].text.replace(/ \d+$/, "")
      : [...words].join(" + ");
    return { text, color: (marks.find(mark => !mark.text.startsWith("left")) ?? marks[0]).color,
      label: [...words].map(w => marks.filter(m => m.text.startsWith(w)).length + " " + w).join(", ") };
  }
}
Marks.COLORS = ["#2563a8", "#7b3fa0", "#a8471b", "#1a7f4b", "#8a6d00", "#a02c62", "#0f7a82", "#5a5fb0"];

/* The details of an item. */
class Panel {
  constructor(host, page) { this.host = host; this.page = page; }

  show(canvas, item) {
    const { model } = canvas;
    const scope = model.isScope(item);
    const parts = [element("h2", {}, model.name(item)), element("p", { class: "soft" }, model.path(item))];
    parts.push(...(scope ? this.scope(canvas, item) : this.entry(canvas, item)));
    parts.push(...this.counterpart(canvas, item));
    this.host.replaceChildren(...parts);
    this.host.scrollTop = 0;
  }

  link(canvas, item, text) {
    return element("button", { type: "button", class: "link", click: () => this.page.goTo(canvas, item) }, text);
  }
  facts(rows) {
    const shown = rows.filter(([, value]) => value !== undefined && value !== "");
    return element("dl", {}, shown.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  }

  scope(canvas, item) {
    const { model } = canvas;
    const scope = model.scope(item);
    const parts = [];
    if (item !== canvas.scope) {
      parts.push(element("p", {}, element("button", { type: "button", click: () => this.page.open(canvas, item) }, "Open")));
    }
    parts.push(this.facts([["parts", scope.items.length], ["nodes", scope.nodes.toLocaleString("en")],
      ["multiply-adds", scope.multiplyAdds === undefined ? "depend on the input's size" : amount(scope.multiplyAdds)], ["parameters", scope.parameters.toLocaleString("en")],
      ["weights", bytes(scope.weightBytes)], ["values", scope.memory ? bytes(scope.memory) : undefined]]));
    const equal = model.equals(item);
    if (equal.length) {
      parts.push(element("h3", {}, "Equal structure: " + plural(equal.length, "other scope")),
        element("ul", {}, equal.slice(0, 40).map(other => element("li", {}, this.link(canvas, other, model.path(other))))));
    }
    return parts;
  }

  entry(canvas, item) {
    const { model } = canvas;
    const entry = model.entry(item);
    const parts = [this.facts([["op", entry.op], ["full name", entry.name],
      ["multiply-adds", entry.multiplyAdds === undefined ? undefined : entry.multiplyAdds.toLocaleString("en")],
      ["parameters", entry.parameters ? entry.parameters.toLocaleString("en") : undefined],
      ["values", entry.memory ? bytes(entry.memory) : undefined]])];
    const lists = [["Attributes", (entry.attributes ?? []).map(a => element("code", {}, a))],
      ["Inputs", entry.reads.map(v => this.value(v))], ["Outputs", entry.writes.map(v => this.value(v))]];
    for (const [title, items] of lists) {
      if (items.length) parts.push(element("h3", {}, title), element("ul", {}, items.map(i => element("li", {}, i))));
    }
    for (const index of entry.weights ?? []) parts.push(...this.weight(model.data.weights[index]));
    return parts;
  }
  value([name, type]) { return [element("code", {}, name), " ", element("span", { class: "soft" }, type)]; }

  weight(weight) {
    const parts = [element("h3", {}, "Weight"), element("p", {}, element("code", {}, weight.name), " ",
      element("span", { class: "soft" }, weight.type))];
    if (weight.elements.length) {
      parts.push(this.facts([["elements", weight.elements.map(v => v === null ? "not finite" : String(+v.toPrecision(7))).join(", ")]]));
    } else {
      const number = value => String(+value.toPrecision(4));
      parts.push(this.facts([["least, most", number(weight.least) + ", " + number(weight.most)],
        ["mean", number(weight.mean)], ["deviation", number(weight.deviation)], ["zeros", number(weight.zeros * 100) + " %"]]));
    }
    if (weight.histogram.length && !weight.elements.length) parts.push(this.histogram(weight));
    return parts;
  }
  histogram(weight) {
    const bins = weight.histogram;
    const most = Math.max(...bins);
    return drawn("svg", { class: "histogram", viewBox: "0 0 160 50", preserveAspectRatio: "none", role: "img",
      "aria-label": "Histogram from " + weight.least.toPrecision(3) + " to " + weight.most.toPrecision(3) + ": " + bins.join(", ") },
    bins.map((count, i) => drawn("rect", { x: i * 10 + 0.5, width: 9, y: 50 - 50 * count / most, height: 50 * count / most })));
  }

  counterpart(canvas, item) {
    const { model } = canvas;
    if (!this.page.marks.active) return [];
    const other = this.page.canvases[1 - model.side];
    const parts = [element("h3", {}, "In " + other.model.data.file)];
    const reasons = model.side === 0 ? this.page.marks.leftAlone[item] : undefined;
    if (reasons) parts.push(element("p", {}, "Left alone by the fold:"), element("ul", {}, reasons.map(r => element("li", {}, r))));
    if (model.isScope(item)) {
      const mark = this.page.marks.of(model, item);
      parts.push(element("p", {}, mark ? mark.label : "the same"));
      return parts;
    }
    const link = model.links.get(item);
    if (!link) return [...parts, element("p", {}, "nothing corresponds")];
    const there = model.side === 0 ? link.right : link.left;
    const word = link.kind === "SAME" ? "the same" : link.kind === "CHANGED" ? "differs" : (this.page.marks.fold ? "folded" : "became");
    parts.push(element("p", {}, word + (link.number ? ", number " + link.number : "")),
      element("ul", {}, there.map(entry => element("li", {}, this.link(other, entry,
        other.model.entry(entry).op + " " + other.model.path(entry))))),
      element("ul", {}, link.notes.map(note => element("li", {}, note))));
    return parts;
  }
}
