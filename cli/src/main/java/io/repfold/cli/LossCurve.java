package io.repfold.cli;

import io.repfold.pipeline.Phrases;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A loss over the steps, as the coordinates of a drawing. */
final class LossCurve {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 200;
  private static final int LEFT = 44;
  private static final int BOTTOM = 24;
  private static final int TOP = 10;
  private static final int LINES = 4;

  private LossCurve() {}

  /**
   * What the template of the demo's page reads.
   *
   * @param losses by step, at least one
   * @param averaged over how many steps a point is averaged, so that the curve can be read
   */
  static Map<String, Object> of(List<Double> losses, int averaged) {
    List<Double> means = means(losses, averaged);
    double most = means.stream().mapToDouble(Double::doubleValue).max().orElse(1);
    double top = most > 0 ? most : 1;
    String points =
        IntStream.range(0, means.size())
            .mapToObj(
                i ->
                    "%s,%s"
                        .formatted(
                            Phrases.fixed(x(i, means.size()), 1),
                            Phrases.fixed(y(means.get(i), top), 1)))
            .collect(Collectors.joining(" "));
    List<Map<String, Object>> lines = new ArrayList<>();
    for (int i = 0; i <= LINES; i++) {
      double value = top * i / LINES;
      lines.add(
          Map.of(
              "x1",
              LEFT,
              "x2",
              WIDTH,
              "y",
              Phrases.fixed(y(value, top), 1),
              "label",
              Phrases.fixed(value, 2)));
    }
    Map<String, Object> curve = new LinkedHashMap<>();
    curve.put("width", WIDTH);
    curve.put("height", HEIGHT);
    curve.put("lines", lines);
    curve.put("points", points);
    curve.put("right", WIDTH);
    curve.put("bottom", HEIGHT - 4);
    curve.put("steps", "loss over %s".formatted(Phrases.plural(losses.size(), "step")));
    return curve;
  }

  private static List<Double> means(List<Double> values, int averaged) {
    List<Double> means = new ArrayList<>();
    for (int from = 0; from < values.size(); from += averaged) {
      means.add(
          values.subList(from, Math.min(values.size(), from + averaged)).stream()
              .mapToDouble(Double::doubleValue)
              .average()
              .orElseThrow());
    }
    return means;
  }

  private static double x(int point, int points) {
    return LEFT + (points < 2 ? 0 : (double) (WIDTH - LEFT) * point / (points - 1));
  }

  private static double y(double value, double top) {
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  }
}
