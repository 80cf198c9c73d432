package io.repfold.tensorrt;

import static java.util.stream.Collectors.joining;

import io.repfold.runtime.EngineException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Starts the process that compiles, and turns its ending into a result or an exception.
 *
 * @param command what to start, given the file with the {@link BuildRequest}
 * @param patience how to wait for it
 */
record BuildProcess(Function<Path, List<String>> command, ChildProcess.Patience patience) {
  private static final String NATIVE_SETTINGS = "org.bytedeco.javacpp.";

  BuildProcess(Function<Path, List<String>> command) {
    this(command, ChildProcess.Patience.REAL);
  }

  /** The Java that runs this, on its class path. */
  static BuildProcess ownJava() {
    return new BuildProcess(request -> java(BuildMain.class.getName(), request));
  }

  /** A command that runs a class of our class path on a file. */
  static List<String> java(String type, Path argument) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // A crash of native code would otherwise leave a file wherever we were started.
    command.add("-XX:ErrorFile=" + argument.resolveSibling("crash.log"));
    command.add("-XX:-CreateCoredumpOnCrash");
    command.add("-XX:+UseSerialGC");
    // TensorRT's libraries ask for an executable stack, of which Java warns at length.
    command.add("-XX:-PrintWarnings");
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith(NATIVE_SETTINGS) || name.equals("java.library.path"))
        .sorted()
        .forEach(name -> command.add("-D%s=%s".formatted(name, setting(name))));
    command.add("-cp");
    command.add(absolute(System.getProperty("java.class.path")));
    command.add(type);
    command.add(argument.toString());
    return command;
  }

  /** A property of this process, for one that runs in another folder. */
  private static String setting(String name) {
    String value = System.getProperty(name);
    boolean holdsPaths = name.endsWith("path") || name.endsWith("dir");
    return holdsPaths && !value.isEmpty() ? absolute(value) : value;
  }

  /** An empty entry of a class path is the working folder. */
  private static String absolute(String paths) {
    return Arrays.stream(paths.split(File.pathSeparator, -1))
        .map(entry -> new File(entry).getAbsolutePath())
        .collect(joining(File.pathSeparator));
  }

  /**
   * Waits for the plan.
   *
   * @throws EngineException if there is none; says all that is known of the reason
   */
  BuildMessage.Done run(BuildRequest request, PlanOutput output, BuildLog log) {
    ChildProcess.Ending ending = ending(request, output, log);
    BuildMessage.Failed failed = log.failed().orElse(null);
    if (failed != null) {
      throw new EngineException(
          "%s: %s".formatted(request.cannot(), String.join("; ", failed.problems())));
    }
    BuildMessage.Done done = log.done().orElse(null);
    if (done == null || ending.timedOut()) {
      throw new EngineException(
          "%s: the process that does it %s.%s%s"
              .formatted(
                  request.cannot(),
                  log.crash().isEmpty()
                      ? ending.words(request.options().timeLimit())
                      : "crashed in native code: " + log.crash(),
                  ending.timedOut() ? " Give it more time, or a lower optimization level." : "",
                  tail(log.last())));
    }
    check(request, done);
    return done;
  }

  private ChildProcess.Ending ending(BuildRequest request, PlanOutput output, BuildLog log) {
    try {
      Path file = Files.writeString(output.scratch("request"), request.json());
      List<String> words = command.apply(file);
      return new ChildProcess(words, output.folder(), request.options().timeLimit(), patience)
          .run(log);
    } catch (IOException e) {
      throw new EngineException(
          "%s: the process that does it cannot be started: %s"
              .formatted(request.cannot(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(
          "%s: interrupted; nothing was written".formatted(request.cannot()), e);
    }
  }

  /** What it says that it wrote is what lies there. */
  private static void check(BuildRequest request, BuildMessage.Done done) {
    try {
      Path plan = request.plan();
      if (Files.size(plan) == done.bytes() && Sha256.of(plan).equals(done.sha256())) {
        return;
      }
    } catch (IOException e) {
      throw new EngineException(
          "%s: the plan cannot be read again: %s".formatted(request.cannot(), e.getMessage()), e);
    }
    throw new EngineException(
        "%s: the plan on the disk is not the one that was compiled; is the disk full?"
            .formatted(request.cannot()));
  }

  private static String tail(List<String> lines) {
    return lines.isEmpty()
        ? " It printed nothing"
        : " It printed last: " + String.join(" | ", lines);
  }
}
