package io.repfold.cli;

import io.repfold.pipeline.files.TemporaryFolder;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code --isolate} of {@code verify}: a crash of native code is a verdict, not the end. */
final class IsolationOptions {
  private static final String ISOLATE = "--isolate";

  @Option(
      names = ISOLATE,
      description =
          "Compare in a process of its own, so that a crash in native code is a difference (exit code"
              + " 3) and leaves nothing behind.")
  private boolean isolates;

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "With --isolate, after which the process is ended (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--memory-limit",
      paramLabel = "MB",
      description =
          "With --isolate, resident memory from which on the process is ended, on Linux (default:"
              + " none).")
  private long megabytes;

  /**
   * Runs the command in a process of its own, if that was asked for.
   *
   * @param models that are compared, as they were named
   * @return the exit code; empty if it was not asked for
   */
  Optional<Integer> run(CommandSpec spec, List<Path> models) {
    if (!isolates) {
      return Optional.empty();
    }
    if (!(seconds > 0) || megabytes < 0) {
      throw new UsageException("--time-limit and --memory-limit must be above 0");
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<String> arguments =
        new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
    arguments.removeIf(ISOLATE::equals);
    ChildProcess child = child(arguments, out, err);
    if (!child.isBroken()) {
      return Optional.of(child.code());
    }
    out.println("NOT verified: the models ran in a process of their own, and " + child.reason());
    if (models.size() == 2 && child.broken().isEmpty()) {
      models.forEach(model -> out.println(alone(arguments, models, model)));
    }
    out.flush();
    return Optional.of(ExitCodes.DOES_NOT_HOLD);
  }

  /** Whether one model compared with itself ends in the same way. */
  private String alone(List<String> arguments, List<Path> models, Path model) {
    List<String> own = new ArrayList<>(arguments);
    models.forEach(each -> Collections.replaceAll(own, each.toString(), model.toString()));
    Writer nowhere = Writer.nullWriter();
    ChildProcess child = child(own, nowhere, nowhere);
    return child.isBroken()
        ? "%s alone: %s".formatted(model, child.reason())
        : "%s alone: it runs".formatted(model);
  }

  /** What it leaves, be it by a crash, lies in a folder of its own, which is deleted. */
  private ChildProcess child(List<String> arguments, Writer out, Writer err) {
    try (TemporaryFolder folder = TemporaryFolder.inSystemFolder()) {
      Path crash = folder.path().resolve("crash.log");
      List<String> command = new ArrayList<>();
      command.add(ProcessHandle.current().info().command().orElse("java"));
      for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
        if (!option.startsWith("-agentlib") && !option.startsWith("-javaagent")) {
          command.add(option);
        }
      }
      command.add("-Djava.io.tmpdir=" + folder.path());
      command.add(ParentWatch.option());
      command.add("-XX:ErrorFile=" + crash);
      command.add("-XX:-CreateCoredumpOnCrash");
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
      command.addAll(arguments);
      long bytes = megabytes == 0 ? Long.MAX_VALUE : megabytes << 20;
      ChildProcess child = ChildProcess.run(command, seconds, bytes, out, err);
      return Files.exists(crash) ? child.crashed() : child;
    }
  }
}
