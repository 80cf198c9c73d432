package io.repfold.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Numbers and tables as text, the same in every locale. */
final class Text {
  private static final String[] PREFIXES = {"", " k", " M", " G", " T", " P"};
  private static final String GAP = "  ";

  private Text() {}

  /** Three digits and a decimal prefix, such as {@code 1.82 G}. */
  static String amount(double value) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "-" : Double.toString(value);
    }
    double scaled = value;
    int prefix = 0;
    while (Math.abs(scaled) >= 999.5 && prefix < PREFIXES.length - 1) {
      scaled /= 1000;
      prefix++;
    }
    boolean whole = scaled == Math.rint(scaled) && prefix == 0;
    int decimals = whole ? 0 : Math.abs(scaled) >= 99.95 ? 0 : Math.abs(scaled) >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f%s", scaled, PREFIXES[prefix]);
  }

  /** Three significant digits, such as {@code 1.23e-06}. */
  static String small(double value) {
    if (value == 0) {
      return "0";
    }
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "-" : "infinite";
    }
    return String.format(Locale.ROOT, Math.abs(value) < 1e-3 ? "%.2e" : "%.3g", value);
  }

  static String fixed(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** {@code 1 region}, {@code 2 regions}. */
  static String plural(long count, String noun) {
    return count(count) + " " + noun + (count == 1 ? "" : "s");
  }

  /** Keeps {@code most} characters, with an ellipsis in place of the rest. */
  static String shortened(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 3) + "...";
  }

  /** The first few, and how many more there are. */
  static String few(List<String> items, int most) {
    String shown = items.stream().limit(most).collect(Collectors.joining(", "));
    return items.size() <= most
        ? shown
        : shown + " and %s more".formatted(count(items.size() - (long) most));
  }

  /**
   * Rows as aligned columns. A column is aligned to the right if its heading begins with {@code >},
   * which is not shown.
   */
  static String table(List<String> headings, List<List<String>> rows) {
    List<List<String>> all = new ArrayList<>();
    all.add(headings.stream().map(h -> h.startsWith(">") ? h.substring(1) : h).toList());
    all.addAll(rows);
    int[] widths = new int[headings.size()];
    for (List<String> row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : all) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        boolean right = headings.get(i).startsWith(">");
        line.append(i == 0 ? "" : GAP).append(right ? padding + row.get(i) : row.get(i) + padding);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
