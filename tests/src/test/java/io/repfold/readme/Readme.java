package io.repfold.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The README as data: its blocks of code, its commands, and the files that it promises. */
final class Readme {
  private static final Pattern FENCE =
      Pattern.compile(
          "^```(\\w*)\\n(.*?)^```\\n(.*?)(?=^```|\\z)", Pattern.MULTILINE | Pattern.DOTALL);

  /** A block without a language may hold commands that are not run here. */
  private static final Pattern COMMAND = Pattern.compile("^(\\./|export )", Pattern.MULTILINE);

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
   * @param shown what it prints, if a block without a language follows that holds no commands
   */
  record Block(List<Command> commands, List<String> promised, Optional<String> shown) {
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
    List<MatchResult> fences = FENCE.matcher(text).results().toList();
    for (int i = 0; i < fences.size(); i++) {
      MatchResult fence = fences.get(i);
      if (fence.group(1).equals("sh")) {
        List<Command> commands =
            fence
                .group(2)
                .lines()
                .filter(line -> line.startsWith("./repfold"))
                .map(Command::of)
                .toList();
        Optional<String> shown =
            i + 1 < fences.size() ? shown(fences.get(i + 1)) : Optional.empty();
        blocks.add(new Block(commands, promised(fence.group(3)), shown));
      }
    }
    return blocks;
  }

  /** All blocks that show what a command prints, wherever they stand. */
  List<String> outputs() {
    return FENCE.matcher(text).results().map(Readme::shown).flatMap(Optional::stream).toList();
  }

  private static Optional<String> shown(MatchResult fence) {
    return fence.group(1).isEmpty() && !COMMAND.matcher(fence.group(2)).find()
        ? Optional.of(fence.group(2))
        : Optional.empty();
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
