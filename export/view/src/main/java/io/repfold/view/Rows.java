package io.repfold.view;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Boxes in rows: each in the row below the lowest that it reads from, as the longest path from the
 * top tells. A line that passes rows has a lane of its own in each, so that it crosses no box.
 */
final class Rows {
  static final int WIDTH = 190;
  static final int HEIGHT = 52;
  private static final int LANE = 14;
  private static final int GAP_X = 26;
  private static final int GAP_Y = 40;
  private static final int MARGIN = 16;

  record Edge(int from, int to) {}

  /** Where a box lies, in pixels. */
  record Box(int middle, int top) {}

  /** A box, or the place where a line passes a row. */
  private static final class Place {
    private final int row;
    private final int width;
    private final List<Place> above = new ArrayList<>();
    private double order;
    private int middle;

    private Place(int row, int width) {
      this.row = row;
      this.width = width;
    }

    private int top() {
      return MARGIN + row * (HEIGHT + GAP_Y);
    }
  }

  private final Map<Integer, Place> places = new LinkedHashMap<>();
  private final Map<Integer, List<Place>> rows = new TreeMap<>();
  private final List<List<Place>> ways = new ArrayList<>();
  private int width;

  private Rows() {}

  /**
   * Lays out.
   *
   * @param items in an order in which most come after what they read from
   * @param edges between items; those to others are left out
   */
  static Rows of(List<Integer> items, List<Edge> edges) {
    Rows rows = new Rows();
    rows.fill(items, edges);
    rows.order();
    return rows;
  }

  private void fill(List<Integer> items, List<Edge> edges) {
    Map<Integer, List<Integer>> sources = new HashMap<>();
    edges.forEach(e -> sources.computeIfAbsent(e.to(), to -> new ArrayList<>()).add(e.from()));
    for (int item : items) {
      int row = 0;
      for (int source : sources.getOrDefault(item, List.of())) {
        Place above = places.get(source);
        row = above == null ? row : Math.max(row, above.row + 1);
      }
      places.put(item, placed(row, WIDTH));
    }
    for (Edge edge : edges) {
      Place from = places.get(edge.from());
      Place to = places.get(edge.to());
      if (from != null && to != null) {
        ways.add(way(from, to));
      }
    }
  }

  private Place placed(int row, int size) {
    Place place = new Place(row, size);
    rows.computeIfAbsent(row, r -> new ArrayList<>()).add(place);
    return place;
  }

  private List<Place> way(Place from, Place to) {
    List<Place> way = new ArrayList<>(List.of(from));
    for (int row = from.row + 1; row < to.row; row++) {
      Place lane = placed(row, LANE);
      lane.above.add(way.get(way.size() - 1));
      way.add(lane);
    }
    to.above.add(way.get(way.size() - 1));
    way.add(to);
    return way;
  }

  /** Each row in the order of the means of what its places hang on. */
  private void order() {
    for (List<Place> row : rows.values()) {
      for (int i = 0; i < row.size(); i++) {
        double standing = i;
        Place place = row.get(i);
        place.order = place.above.stream().mapToDouble(p -> p.middle).average().orElse(standing);
      }
      row.sort(Comparator.comparingDouble(p -> p.order));
      int total = row.stream().mapToInt(p -> p.width + GAP_X).sum() - GAP_X;
      int x = -total / 2;
      for (Place place : row) {
        place.middle = x + place.width / 2;
        x += place.width + GAP_X;
      }
      width = Math.max(width, total + 2 * MARGIN);
    }
    rows.values().forEach(row -> row.forEach(place -> place.middle += width / 2));
  }

  int width() {
    return width;
  }

  int height() {
    return MARGIN * 2 + Math.max(0, rows.size() * (HEIGHT + GAP_Y) - GAP_Y);
  }

  /** By item. */
  Map<Integer, Box> boxes() {
    Map<Integer, Box> boxes = new LinkedHashMap<>();
    places.forEach((item, place) -> boxes.put(item, new Box(place.middle, place.top())));
    return boxes;
  }

  /** The lines as paths of SVG. */
  List<String> lines() {
    return ways.stream().map(Rows::line).toList();
  }

  private static String line(List<Place> way) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i + 1 < way.size(); i++) {
      Place from = way.get(i);
      Place to = way.get(i + 1);
      int start = from.top() + HEIGHT;
      path.append(i == 0 ? "M%d %d".formatted(from.middle, start) : "V" + start);
      int bend = (to.top() - start) / 2;
      path.append(
          "C%d %d %d %d %d %d"
              .formatted(
                  from.middle, start + bend, to.middle, to.top() - bend, to.middle, to.top()));
    }
    return path.toString();
  }
}
