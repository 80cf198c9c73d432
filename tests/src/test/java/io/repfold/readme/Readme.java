package io.repfold.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The README as data: its blocks of code, its commands, and the files that it promises. */
final class Readme {
  private static final Pattern FENCE =
      Pattern.compile(
          "^```(\\w*)\\n(.*?)^```\\n(.*?)(?=^```|\\z)", Pattern.MULTILINE | Pattern.DOTALL);

  private static final Pattern PROMISE =
      Pattern.compile("\\A\\s*Writes (.*?)\\.(?:\\s|\\z)", Pattern.DOTALL);
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern EXIT_CODE = Pattern.compile("#\\s*exit code (\\d)");
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)\\)");

  private final String text;

  Readme(String text) {
    this.text = text;
  }

  static Readme read() throws IOException {
    return new Readme(Files.readString(root().resolve("README.md")));
  }

  /** The folder with the README and the launcher. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("repfold"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  /**
   * A command line.
   *
   * @param line as it stands there, starting with {@code ./repfold}
   * @param exitCode what the comment behind it says, or 0
   */
  record Command(String line, int exitCode) {
    static Command of(String line) {
      Matcher code = EXIT_CODE.matcher(line);
      return new Command(line, code.find() ? Integer.parseInt(code.group(1)) : 0);
    }
  }

  /**
   * A block of commands and the sentence behind it that starts with "Writes".
   *
   * @param promised the new files that it leaves, relative to the current folder; a folder, with a
   *     slash behind it, stands for all files in it
   */
  record Block(List<Command> commands, List<String> promised) {
    /** The promise that covers a file; the file itself if there is none. */
    String promiseFor(String file) {
      return promised.stream()
          .filter(promise -> promise.endsWith("/") && file.startsWith(promise))
          .findFirst()
          .orElse(file);
    }
  }

  /** The blocks that are fenced as {@code sh}, in order. */
  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    Matcher fence = FENCE.matcher(text);
    while (fence.find()) {
      if (fence.group(1).equals("sh")) {
        blocks.add(
            new Block(
                fence
                    .group(2)
                    .lines()
                    .filter(l -> l.startsWith("./repfold"))
                    .map(Command::of)
                    .toList(),
                promised(fence.group(3))));
      }
    }
    return blocks;
  }

  private static List<String> promised(String after) {
    Matcher promise = PROMISE.matcher(after);
    if (!promise.find()) {
      return List.of();
    }
    return CODE.matcher(promise.group(1)).results().map(m -> m.group(1)).toList();
  }

  /** The blocks that are fenced in this language. */
  List<String> code(String language) {
    return FENCE
        .matcher(text)
        .results()
        .filter(m -> m.group(1).equals(language))
        .map(m -> m.group(2))
        .toList();
  }

  /** The files that it links to. */
  List<String> links() {
    return LINK.matcher(text).results().map(m -> m.group(1)).toList();
  }
}
