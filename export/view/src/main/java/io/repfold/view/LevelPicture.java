package io.repfold.view;

import io.repfold.pipeline.Phrases;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The top level of a model as an SVG: each box below all that it reads from, as near as that
 * allows. Colors follow the reader's choice of light or dark.
 */
final class LevelPicture {
  private static final int WIDTH = 190;
  private static final int HEIGHT = 52;
  private static final int GAP_X = 28;
  private static final int GAP_Y = 34;
  private static final int MARGIN = 16;

  /** So many boxes are drawn. */
  private static final int MOST = 200;

  private static final String STYLE =
      """
      <style>
        .box { fill: #fff; stroke: #5b6573; } .scope { stroke: #2563a8; stroke-width: 2; }
        .edge { fill: none; stroke: #5b6573; } .name { fill: #1c2430; } .more { fill: #5b6573; }
        text { font: 12px system-ui, sans-serif; text-anchor: middle; } .name { font-weight: 600; }
        @media (prefers-color-scheme: dark) {
          .box { fill: #14181e; stroke: #9aa5b3; } .scope { stroke: #6ea8e6; }
          .edge { stroke: #9aa5b3; } .name { fill: #e4e8ee; } .more { fill: #9aa5b3; }
        }
      </style>
      """;

  private record Box(int x, int y) {}

  private final ModelPicture picture;
  private final List<Integer> items;
  private final Map<Integer, Integer> head = new HashMap<>();
  private final Map<Integer, Integer> counts = new HashMap<>();
  private final List<Levels.Edge> edges;

  private LevelPicture(ModelPicture picture) {
    this.picture = picture;
    Hierarchy.Scope root = picture.hierarchy().root();
    Levels.Level level =
        picture.levels().getOrDefault(root.id(), new Levels.Level(List.of(), List.of(), List.of()));
    for (EqualParts.Run run : picture.equal().runs(picture.hierarchy(), root, level)) {
      List<Integer> scopes = root.items().stream().filter(picture.hierarchy()::isScope).toList();
      int first = scopes.indexOf(run.first());
      scopes.subList(first, first + run.count()).forEach(scope -> head.put(scope, run.first()));
      counts.put(run.first(), run.count());
    }
    this.items = root.items().stream().filter(item -> head(item) == item).limit(MOST).toList();
    Set<Integer> drawn = new HashSet<>(items);
    this.edges =
        level.inside().stream()
            .map(e -> new Levels.Edge(head(e.from()), head(e.to()), e.value()))
            .filter(e -> e.from() != e.to() && drawn.contains(e.from()) && drawn.contains(e.to()))
            .distinct()
            .toList();
  }

  static String of(ModelPicture picture) {
    return new LevelPicture(picture).svg();
  }

  private int head(int item) {
    return head.getOrDefault(item, item);
  }

  private String svg() {
    Map<Integer, Box> boxes = placed();
    int width = boxes.values().stream().mapToInt(b -> b.x + WIDTH).max().orElse(0) + MARGIN;
    int height = boxes.values().stream().mapToInt(b -> b.y + HEIGHT).max().orElse(0) + MARGIN;
    int left =
        picture.hierarchy().root().items().size() - (head.size() - counts.size()) - items.size();
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
            .formatted(width, height + (left > 0 ? 24 : 0), width, height + (left > 0 ? 24 : 0)));
    svg.append("<title>%s</title>\n".formatted(escaped(picture.hierarchy().root().name())));
    svg.append(STYLE);
    edges.forEach(edge -> svg.append(line(box(boxes, edge.from()), box(boxes, edge.to()))));
    boxes.forEach((item, box) -> svg.append(drawn(item, box)));
    if (left > 0) {
      svg.append(
          "<text class=\"more\" x=\"%d\" y=\"%d\">... and %s more</text>\n"
              .formatted(width / 2, height + 8, Phrases.count(left)));
    }
    return svg.append("</svg>\n").toString();
  }

  private static Box box(Map<Integer, Box> boxes, int item) {
    return boxes.getOrDefault(item, new Box(0, 0));
  }

  /**
   * In the graph's order every source comes before what reads it, but for scopes that meet twice.
   */
  private Map<Integer, Box> placed() {
    Map<Integer, Integer> rows = new HashMap<>();
    for (int item : items) {
      int row = 0;
      for (Levels.Edge edge : edges) {
        if (edge.to() == item && rows.containsKey(edge.from())) {
          row = Math.max(row, rows.getOrDefault(edge.from(), 0) + 1);
        }
      }
      rows.put(item, row);
    }
    Map<Integer, List<Integer>> byRow = new LinkedHashMap<>();
    items.forEach(
        item ->
            byRow.computeIfAbsent(rows.getOrDefault(item, 0), r -> new ArrayList<>()).add(item));
    int widest = byRow.values().stream().mapToInt(List::size).max().orElse(1);
    int middle = MARGIN + (widest * (WIDTH + GAP_X) - GAP_X) / 2;
    Map<Integer, Box> boxes = new LinkedHashMap<>();
    byRow.forEach(
        (row, inRow) -> {
          int x = middle - (inRow.size() * (WIDTH + GAP_X) - GAP_X) / 2;
          for (int item : inRow) {
            boxes.put(item, new Box(x, MARGIN + row * (HEIGHT + GAP_Y)));
            x += WIDTH + GAP_X;
          }
        });
    return boxes;
  }

  private static String line(Box from, Box to) {
    int x1 = from.x + WIDTH / 2;
    int y1 = from.y + HEIGHT;
    int x2 = to.x + WIDTH / 2;
    int y2 = to.y;
    int bend = Math.max(GAP_Y / 2, Math.abs(y2 - y1) / 2);
    return "<path class=\"edge\" d=\"M%d %dC%d %d %d %d %d %d\"/>\n"
        .formatted(x1, y1, x1, y1 + bend, x2, y2 - bend, x2, y2);
  }

  private String drawn(int item, Box box) {
    boolean scope = picture.hierarchy().isScope(item);
    int count = counts.getOrDefault(item, 1);
    int middle = box.x + WIDTH / 2;
    return """
        <rect class="box%s" x="%d" y="%d" width="%d" height="%d" rx="6"/>
        <text class="name" x="%d" y="%d">%s</text>
        <text class="more" x="%d" y="%d">%s</text>
        """
        .formatted(
            scope ? " scope" : "",
            box.x,
            box.y,
            WIDTH,
            HEIGHT,
            middle,
            box.y + 22,
            escaped(Phrases.shortened(picture.hierarchy().name(item), 24)),
            middle,
            box.y + 40,
            escaped(Phrases.shortened(below(item, scope, count), 30)));
  }

  private String below(int item, boolean scope, int count) {
    if (!scope) {
      Entry entry = picture.entries().get(item);
      List<String> values = entry.isNode() ? List.of() : ends(entry);
      return values.isEmpty() ? entry.op() : entry.op() + " " + picture.type(values.get(0));
    }
    String parts = Phrases.plural(picture.hierarchy().scope(item).items().size(), "part");
    return count > 1 ? "x %d equal, %s each".formatted(count, parts) : parts;
  }

  private static List<String> ends(Entry entry) {
    return entry.writes().isEmpty() ? entry.reads() : entry.writes();
  }

  private static String escaped(String text) {
    return ModelDocument.shown(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }
}
