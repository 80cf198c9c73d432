package io.repfold.tensorrt;

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
    try (PrintStream out =
        new PrintStream(
            new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8.name())) {
      BuildRequest request = BuildRequest.parse(Files.readString(Path.of(arguments[0])));
      run(request, message -> out.println(message.line()));
    }
  }

  private static void run(BuildRequest request, Consumer<BuildMessage> say) {
    try {
      say.accept(NativeBuild.run(request, say));
    } catch (BuildFailedException e) {
      say.accept(new BuildMessage.Failed(e.problems()));
    } catch (IOException | UncheckedIOException | LinkageError | IllegalStateException e) {
      say.accept(new BuildMessage.Failed(List.of(e.toString())));
    }
  }
}
