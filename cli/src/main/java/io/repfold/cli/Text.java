package io.repfold.cli;

import io.repfold.runtime.VisibleText;
import java.util.ArrayList;
import java.util.List;

/** Tables and lines as text. */
final class Text {
  private static final String GAP = "  ";

  private Text() {}

  /** What follows the inputs that a model ran on; empty unless sizes of them were chosen here. */
  static String chosenSizes(boolean chosen) {
    return chosen ? " (sizes chosen here; --shape sets others)" : "";
  }

  /** A line of a command's output. */
  static String warning(String warning) {
    return "Warning: " + VisibleText.line(warning);
  }

  /**
   * Rows as aligned columns. A column is aligned to the right if its heading begins with {@code >},
   * which is not shown. A cell stays on its line, whatever names it holds.
   */
  static String table(List<String> headings, List<List<String>> rows) {
    List<List<String>> all = new ArrayList<>();
    all.add(headings.stream().map(h -> h.startsWith(">") ? h.substring(1) : h).toList());
    rows.forEach(row -> all.add(row.stream().map(VisibleText::line).toList()));
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
