package io.repfold.view;

import io.repfold.pipeline.Phrases;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The top level of a model as an SVG; its colors follow the reader's choice of light or dark. */
final class LevelPicture {
  /** So many boxes are drawn. */
  private static final int MOST = 200;

  private static final String STYLE =
      """
      <style>
        .box { fill: #fff; stroke: #5b6573; } .scope { stroke: #2563a8; stroke-width: 2; }
        .edge { fill: none; stroke: #5b6573; } .name { fill: #1c2430; font-weight: 600; } .more { fill: #5b6573; }
        text { font: 12px system-ui, sans-serif; text-anchor: middle; }
        @media (prefers-color-scheme: dark) {
          .box { fill: #14181e; stroke: #9aa5b3; } .scope { stroke: #6ea8e6; }
          .edge { stroke: #9aa5b3; } .name { fill: #e4e8ee; } .more { fill: #9aa5b3; }
        }
      </style>
      """;

  private final ModelPicture picture;
  private final Map<Integer, Integer> head = new HashMap<>();
  private final Map<Integer, Integer> counts = new HashMap<>();
  private final int hidden;
  private final Rows rows;

  private LevelPicture(ModelPicture picture) {
    this.picture = picture;
    Hierarchy.Scope root = picture.hierarchy().root();
    Levels.Level level = picture.level(root);
    List<Integer> scopes = root.items().stream().filter(picture.hierarchy()::isScope).toList();
    for (EqualParts.Run run : picture.equal().runs(picture.hierarchy(), root, level)) {
      int first = scopes.indexOf(run.first());
      scopes.subList(first, first + run.count()).forEach(scope -> head.put(scope, run.first()));
      counts.put(run.first(), run.count());
    }
    List<Integer> heads = root.items().stream().filter(item -> head(item) == item).toList();
    List<Integer> drawn = heads.stream().limit(MOST).toList();
    Set<Rows.Edge> edges = new LinkedHashSet<>();
    for (Levels.Edge edge : level.inside()) {
      if (head(edge.from()) != head(edge.to())) {
        edges.add(new Rows.Edge(head(edge.from()), head(edge.to())));
      }
    }
    this.hidden = heads.size() - drawn.size();
    this.rows = Rows.of(drawn, List.copyOf(edges));
  }

  static String of(ModelPicture picture) {
    return new LevelPicture(picture).svg();
  }

  private int head(int item) {
    return head.getOrDefault(item, item);
  }

  private String svg() {
    int height = rows.height() + (hidden > 0 ? 24 : 0);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
            .formatted(rows.width(), height, rows.width(), height));
    svg.append("<title>%s</title>\n".formatted(escaped(picture.hierarchy().root().name())));
    svg.append(STYLE);
    rows.lines().forEach(line -> svg.append("<path class=\"edge\" d=\"%s\"/>\n".formatted(line)));
    rows.boxes().forEach((item, box) -> svg.append(drawn(item, box)));
    if (hidden > 0) {
      svg.append(
          "<text class=\"more\" x=\"%d\" y=\"%d\">... and %s more</text>\n"
              .formatted(rows.width() / 2, rows.height() + 8, Phrases.count(hidden)));
    }
    return svg.append("</svg>\n").toString();
  }

  private String drawn(int item, Rows.Box box) {
    return """
        <rect class="box%s" x="%d" y="%d" width="%d" height="%d" rx="6"/>
        <text class="name" x="%d" y="%d">%s</text>
        <text class="more" x="%d" y="%d">%s</text>
        """
        .formatted(
            picture.hierarchy().isScope(item) ? " scope" : "",
            box.middle() - Rows.WIDTH / 2,
            box.top(),
            Rows.WIDTH,
            Rows.HEIGHT,
            box.middle(),
            box.top() + 22,
            escaped(Phrases.shortened(picture.hierarchy().name(item), 24)),
            box.middle(),
            box.top() + 40,
            escaped(Phrases.shortened(below(item), 32)));
  }

  private String below(int item) {
    if (!picture.hierarchy().isScope(item)) {
      Entry entry = picture.entries().get(item);
      List<String> values = entry.writes().isEmpty() ? entry.reads() : entry.writes();
      return entry.isNode() || values.isEmpty()
          ? entry.op()
          : entry.op() + " " + picture.type(values.get(0)).replaceFirst("^[A-Z0-9]+", "");
    }
    int count = counts.getOrDefault(item, 1);
    String parts = Phrases.plural(picture.hierarchy().scope(item).items().size(), "part");
    return count > 1 ? "x %d equal, %s each".formatted(count, parts) : parts;
  }

  private static String escaped(String text) {
    return ModelDocument.shown(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }
}
