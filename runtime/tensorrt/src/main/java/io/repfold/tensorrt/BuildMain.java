package io.repfold.tensorrt;

import io.repfold.runtime.EngineException;
import io.repfold.runtime.JavaCppMemory;
import io.repfold.runtime.Notices;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The process that compiles: {@link BuildProcess} starts it. */
final class BuildMain {
  private BuildMain() {}

  /**
   * Compiles what a file asks for, and says on the standard output how that goes.
   *
   * @param arguments the file with the {@link BuildRequest}
   */
  public static void main(String[] arguments) throws IOException {
    JavaCppMemory.lift();
    try (PrintStream out =
        new PrintStream(
            new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8.name())) {
      BuildRequest request = BuildRequest.parse(Files.readString(Path.of(arguments[0])));
      Consumer<BuildMessage> say = message -> out.println(message.line());
      Notices.sendTo(text -> say.accept(new BuildMessage.Step(text)));
      run(() -> NativeBuild.run(request, say), say);
    }
  }

  /** What compiles. */
  interface Build {
    BuildMessage.Done run() throws IOException;
  }

  /** Says how it ended. */
  static void run(Build build, Consumer<BuildMessage> say) {
    try {
      say.accept(build.run());
    } catch (BuildFailedException e) {
      say.accept(new BuildMessage.Failed(e.problems()));
    } catch (EngineException e) {
      say.accept(new BuildMessage.Failed(List.of(String.valueOf(e.getMessage()))));
    } catch (IOException | UncheckedIOException | LinkageError | IllegalStateException e) {
      say.accept(new BuildMessage.Failed(List.of(e.toString())));
    }
  }
}
