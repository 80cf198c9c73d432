package io.repfold.cli;

import io.repfold.pipeline.compare.Verification;
import io.repfold.runtime.VisibleText;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --annotations}: what differs, for the pages of a build server. */
final class AnnotationsOption {
  /** GitHub shows no more of a step. */
  private static final int MOST = 10;

  /** Whose lines are printed. */
  enum Kind {
    GITHUB
  }

  @Option(
      names = "--annotations",
      paramLabel = "github",
      description =
          "Also print what differs as workflow commands of GitHub (::error ...), which its pages show"
              + " beside the change.")
  private @Nullable Kind kind;

  /**
   * @param candidate which is judged
   * @param holds of all that was compared
   */
  void print(String candidate, boolean holds, Verification verification, PrintWriter out) {
    if (kind == null || holds) {
      return;
    }
    List<String> remarks = verification.remarks();
    List<String> lines = remarks.isEmpty() ? List.of("a tensor inside differs") : remarks;
    lines.stream()
        .limit(MOST)
        .forEach(
            line ->
                out.printf(
                    "::error title=%s::%s%n",
                    property("repfold verify"), data(VisibleText.line(candidate + ": " + line))));
    out.flush();
  }

  /** Line breaks and the escape itself, as GitHub reads them. */
  private static String data(String text) {
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static String property(String text) {
    return data(text).replace(":", "%3A").replace(",", "%2C");
  }
}
