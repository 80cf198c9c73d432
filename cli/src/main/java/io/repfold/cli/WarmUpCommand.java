package io.repfold.cli;

import io.repfold.graph.WeightSource;
import io.repfold.nets.Networks;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.files.TemporaryFolder;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code repfold warm-up}: runs the common commands on networks of a few numbers, so that the
 * launcher can take down which classes that loads.
 */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
  private static final String SIZE = "image=1x3x32x32";

  @Override
  public Integer call() {
    try (TemporaryFolder folder = TemporaryFolder.inSystemFolder()) {
      int code = run("--help") + run("--version") + run("fold", "--help");
      code += network(folder.path(), "RepLite", Map.of("width", 4));
      return code
          + network(folder.path(), "RepPSP", Map.of("backbone", "resnet18", "base_channels", 4));
    }
  }

  private static int network(Path folder, String type, Map<String, Object> arguments) {
    Path file = folder.resolve(type + ".onnx");
    String trained = file.toString();
    String folded = folder.resolve(type + "-folded.onnx").toString();
    String report = folder.resolve(type + ".html").toString();
    OnnxModel.of(Networks.build(type, arguments, 2, WeightSource.random(0)).graph()).write(file);
    return run("inspect", trained)
        + run("inspect", trained, "--json", "--nodes")
        + run("fold", trained, "-o", folded, "--shape", SIZE, "--report", report)
        + run("verify", trained, folded, "--shape", SIZE)
        + run("bench", trained, folded, "--shape", SIZE, "--seconds", "0.1");
  }

  private static int run(String... line) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return Main.run(nowhere, nowhere, line);
  }
}
