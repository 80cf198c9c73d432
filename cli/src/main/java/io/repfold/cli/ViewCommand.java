package io.repfold.cli;

import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.files.StagedFile;
import io.repfold.view.ModelView;
import java.awt.Desktop;
import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold view}. */
@Command(
    name = "view",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Draws a model as a page of one file: scopes that open, equal parts once, and of each node"
          + " its attributes, shapes, weights and costs. The page fetches nothing.",
      "With two models, both are beside each other, and what corresponds is marked. If the second"
          + " is the fold of the first, the page shows what was folded into what, and why the rest"
          + " was left alone."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold view model.onnx",
      "  repfold view model.onnx --shape 1x3x224x224 --open",
      "  repfold view model.onnx folded.onnx -o both.html",
      "  repfold view model.onnx --svg model.svg"
    })
final class ViewCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "MODEL", description = "An ONNX file.")
  private Path path;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "OTHER",
      description = "Another, such as the fold of the first.")
  private @Nullable Path other;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "The page to write (default: the model's name with .html, in the current folder).")
  private @Nullable Path output;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Also write the top level of the first model as an SVG picture.")
  private @Nullable Path svg;

  @Option(names = "--open", description = "Open the page in the desktop's browser.")
  private boolean opens;

  @Mixin private ShapeOption shape;

  @Mixin private WeightsOption weights;

  @Override
  public Integer call() {
    Path page = output == null ? standard() : output;
    StagedFile.check(page);
    if (svg != null) {
      StagedFile.check(svg);
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Progress progress = Progress.of("Drawing", 1)) {
      progress.next(path.toString());
      ModelView view = view();
      StagedFile.write(page, view.page());
      if (svg != null) {
        StagedFile.write(svg, view.svg());
      }
    }
    out.println("Wrote " + page + (svg == null ? "" : " and " + svg));
    out.flush();
    if (opens) {
      open(page);
    }
    return ExitCodes.DONE;
  }

  private ModelView view() {
    ModelFile model = weights.read(path);
    ModelView view = ModelView.of(model, shape.of(model));
    if (other == null) {
      return view;
    }
    ModelFile second = weights.read(other);
    return view.beside(second, shape.of(second));
  }

  private Path standard() {
    String name = String.valueOf(path.getFileName());
    boolean onnx = name.toLowerCase(Locale.ROOT).endsWith(".onnx");
    return Path.of((onnx ? name.substring(0, name.length() - ".onnx".length()) : name) + ".html");
  }

  private static void open(Path page) {
    boolean able =
        !GraphicsEnvironment.isHeadless()
            && Desktop.isDesktopSupported()
            && Desktop.getDesktop().isSupported(Desktop.Action.BROWSE);
    if (!able) {
      throw new WorkFailedException(
          "%s: was written, but there is no desktop here whose browser could open it; open the file yourself, or leave out --open"
              .formatted(page));
    }
    try {
      Desktop.getDesktop().browse(page.toUri());
    } catch (IOException e) {
      throw new WorkFailedException(
          "%s: was written, but no browser opened it: %s".formatted(page, e.getMessage()));
    }
  }
}
