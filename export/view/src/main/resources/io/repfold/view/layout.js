/* Where boxes lie. Dagre takes long for wide levels; those lie in rows. */
const TITLE = 26;
const SUB = 32;
const SLOW = 160;

function sized(box) {
  const letters = Math.max(cut(box.title, TITLE).length * 7.4, cut(box.sub, SUB).length * 6.3);
  box.width = Math.max(96, Math.ceil(letters) + 26);
  box.height = 46;
}

function laidOut(level) {
  level.boxes.forEach(sized);
  const edges = [...level.edges.values()];
  return level.boxes.length > SLOW ? inRows(level.boxes, edges) : byDagre(level.boxes, edges);
}

function byDagre(boxes, edges) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 22, ranksep: 30, marginx: 14, marginy: 14 });
  graph.setDefaultEdgeLabel(() => ({}));
  boxes.forEach(box => graph.setNode(String(box.id), { width: box.width, height: box.height }));
  edges.forEach(edge => graph.setEdge(String(edge.from), String(edge.to)));
  dagre.layout(graph);
  boxes.forEach(box => { const at = graph.node(String(box.id)); box.x = at.x; box.y = at.y; });
  edges.forEach(edge => { edge.points = graph.edge(String(edge.from), String(edge.to)).points; });
  return { boxes, edges, width: graph.graph().width || 1, height: graph.graph().height || 1 };
}

/* Each box in the row below what it reads from; long rows are broken. */
function inRows(boxes, edges) {
  const rows = new Map(boxes.map(box => [box.id, 0]));
  const sources = new Map(boxes.map(box => [box.id, []]));
  edges.forEach(edge => sources.get(edge.to).push(edge.from));
  for (const box of boxes) {
    for (const from of sources.get(box.id)) rows.set(box.id, Math.max(rows.get(box.id), rows.get(from) + 1));
  }
  const byRow = new Map();
  boxes.forEach(box => {
    const row = rows.get(box.id);
    if (!byRow.has(row)) byRow.set(row, []);
    byRow.get(row).push(box);
  });
  let y = 14;
  let width = 1;
  for (const row of [...byRow.keys()].sort((a, b) => a - b)) {
    let x = 14;
    for (const box of byRow.get(row)) {
      if (x > 3000) { x = 14; y += 60; }
      box.x = x + box.width / 2;
      box.y = y + box.height / 2;
      x += box.width + 22;
      width = Math.max(width, x);
    }
    y += 80;
  }
  const byId = new Map(boxes.map(box => [box.id, box]));
  edges.forEach(edge => {
    const a = byId.get(edge.from);
    const b = byId.get(edge.to);
    edge.points = [{ x: a.x, y: a.y + a.height / 2 }, { x: b.x, y: b.y - b.height / 2 }];
  });
  return { boxes, edges, width, height: y };
}

/* A smooth line through points. */
function curve(points) {
  let path = `M${points[0].x} ${points[0].y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const x = (points[i].x + points[i + 1].x) / 2;
    const y = (points[i].y + points[i + 1].y) / 2;
    path += `Q${points[i].x} ${points[i].y} ${x} ${y}`;
  }
  const last = points[points.length - 1];
  return path + `L${last.x} ${last.y}`;
}
