package io.repfold.tensorrt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the process that compiles printed: its messages, and the last of everything else. */
final class BuildLog implements Consumer<String> {
  private static final int KEPT = 15;

  /** As in {@code C [libnvinfer.so.10+0x1234]}. */
  private static final Pattern PLACE = Pattern.compile("[CVvJj] +\\[?\\S");

  private final Consumer<String> progress;
  private final LastLines others = new LastLines(KEPT);
  private final List<String> warnings = new ArrayList<>();
  private BuildMessage.@Nullable Failed failed;
  private BuildMessage.@Nullable Done done;
  private String crash = "";

  BuildLog(Consumer<String> progress) {
    this.progress = progress;
  }

  @Override
  public synchronized void accept(String line) {
    BuildMessage message = BuildMessage.parse(line).orElse(null);
    if (message instanceof BuildMessage.Step step) {
      others.add(step.text());
      progress.accept(step.text());
    } else if (message instanceof BuildMessage.Warning warning) {
      warnings.add(warning.text());
      others.add(warning.text());
    } else if (message instanceof BuildMessage.Failed found) {
      failed = found;
    } else if (message instanceof BuildMessage.Done found) {
      done = found;
    } else if (line.startsWith("#")) {
      readCrash(line.substring(1).strip());
    } else if (!line.isBlank()) {
      others.add(line);
    }
  }

  /** Of what Java prints when native code crashes, the signal and the place are of use. */
  private void readCrash(String line) {
    if (line.startsWith("SIG") || PLACE.matcher(line).lookingAt()) {
      crash += crash.isEmpty() ? line : " in " + line;
    }
  }

  /** The signal that native code died of, and where; empty if it did not. */
  synchronized String crash() {
    return crash;
  }

  synchronized Optional<BuildMessage.Failed> failed() {
    return Optional.ofNullable(failed);
  }

  synchronized Optional<BuildMessage.Done> done() {
    return Optional.ofNullable(done);
  }

  synchronized List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** The last lines that were no result. */
  List<String> last() {
    return others.all();
  }
}
