package io.repfold.cli;

import io.repfold.pipeline.Release;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** A command's report as a self-contained HTML page: a verdict, and sections of text and tables. */
final class ReportPage {
  private final Map<String, Object> page = new LinkedHashMap<>();
  private final List<Map<String, Object>> sections = new ArrayList<>();

  /**
   * @param title what the report is of
   * @param kind such as {@code conversion}
   * @param spec of the command, whose words the page shows
   */
  ReportPage(String title, String kind, CommandSpec spec) {
    page.put("title", title);
    page.put("kind", kind);
    page.put("tool", "repfold " + Release.version());
    page.put("command", command(spec));
    page.put("verdict", List.of());
  }

  /** As it could be pasted into a shell. */
  private static String command(CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of("repfold"));
    for (String word : spec.root().commandLine().getParseResult().originalArgs()) {
      boolean plain = word.matches("[A-Za-z0-9_./:=,+@%-]+");
      words.add(plain ? word : "'" + word.replace("'", "'\\''") + "'");
    }
    return String.join(" ", words);
  }

  ReportPage verdict(boolean holds, String text) {
    page.put("verdict", List.of(Map.of("holds", holds, "text", text)));
    return this;
  }

  ReportPage text(String heading, List<String> lines) {
    return section(heading, lines, List.of());
  }

  /** A heading that begins with {@code >} is of numbers. */
  ReportPage table(
      String heading, List<String> lines, List<String> headings, List<List<String>> rows) {
    return section(heading, lines, List.of(Pages.table(headings, rows)));
  }

  private ReportPage section(String heading, List<String> lines, List<Map<String, Object>> tables) {
    sections.add(Map.of("heading", heading, "lines", lines, "tables", tables));
    return this;
  }

  String html() {
    page.put("sections", sections);
    return Pages.render("report", page);
  }
}
