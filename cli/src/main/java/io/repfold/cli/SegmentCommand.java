package io.repfold.cli;

import io.repfold.image.ImageSegmenter;
import io.repfold.image.ImageSource;
import io.repfold.image.Palette;
import io.repfold.image.SegmentOptions;
import io.repfold.image.StageFigures;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.EngineOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold segment}. */
@Command(
    name = "segment",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Writes a mask for each image: a paletted PNG of the image's size and name, whose pixel values"
          + " are the classes.",
      "Colors are normalized as the model's metadata tell, or else with the figures of ImageNet."
          + " Images are decoded and masks written while the model runs on others. Images that"
          + " cannot be used are listed, and the exit code is 1; the others get their masks. Of a"
          + " folder, its PNG and JPEG files are taken; what is skipped is said."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  repfold segment deployed.onnx photos -o masks --overlay",
      "  repfold segment deployed.onnx a.jpg b.png -o masks --size 512x1024",
      "  repfold segment deployed.onnx photos -o masks --tile 512 --overlap 64",
      "  repfold segment deployed.onnx photos -o masks --engine ort-cuda"
    })
final class SegmentCommand implements Callable<Integer> {
  private static final int MOST_WORKERS = 4;
  private static final int MOST_RUNS = 4;
  private static final double USUAL_OPACITY = 0.5;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "MODEL", description = "An ONNX file.")
  private Path model;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGES",
      description = "PNG and JPEG files, and folders of them.")
  private List<Path> images;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FOLDER",
      description = "Where the masks go; it is made if need be.")
  private Path output;

  @Option(
      names = "--overlay",
      description = "Write each image with the colors of its classes, as NAME.overlay.png, too.")
  private boolean overlay;

  @Option(
      names = "--opacity",
      paramLabel = "SHARE",
      description = "Of the colors of an overlay, 0 to 1 (default: 0.5).")
  private @Nullable Double opacity;

  @Option(
      names = "--keep-endings",
      description = "Call the mask of a.jpg a.jpg.png: for folders that hold a.png as well.")
  private boolean keepEndings;

  @Option(
      names = "--palette",
      paramLabel = "NAME|FILE",
      defaultValue = "voc",
      description =
          "voc, cityscapes, or a text file with a color a line, as #rrggbb or three numbers"
              + " (default: ${DEFAULT-VALUE}).")
  private String palette;

  @Mixin private SegmentSettings settings;

  @Option(
      names = "--engine",
      paramLabel = "ID",
      defaultValue = "ort-cpu",
      description = "Where the model runs; see 'repfold doctor' (default: ${DEFAULT-VALUE}).")
  private String engineId;

  @Mixin private DeviceOption device;

  @Mixin private SessionOptions session;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads of the processor for the model: up to four images go through it at a time, which"
              + " share them (default: all processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "Print JSON instead of tables.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (threads < 1) {
      throw new UsageException("--threads must be at least 1, not " + threads);
    }
    Optional<Double> alpha = opacity();
    SegmentOptions options = settings.options();
    Palette colors = colors();
    FoundImages found = FoundImages.in(images);
    List<MaskFile> files = MaskFile.all(found.images(), output, overlay, keepEndings);
    Backend backend = EngineChoice.of(engineId);
    session.require(List.of(backend));
    int runs = EngineChoice.isOnProcessor(backend) ? runsAtOnce(files.size()) : 1;
    EngineOptions processor = EngineOptions.defaults().withThreads(threads / runs);
    EngineOptions engineOptions = session.of(device.of(processor, List.of(backend)), backend);
    try (Engine engine = backend.load(model, engineOptions);
        ImageSegmenter segmenter = open(engine, options)) {
      requireColors(colors, segmenter.classNames().size());
      SegmentReport report =
          new SegmentReport(engine, segmenter.classNames(), files, found.skipped());
      StageFigures figures;
      try (MadeFolder made = MadeFolder.at(output);
          TemporaryFolder staging = TemporaryFolder.in(made.path());
          Progress progress = Progress.of("Segmenting", files.size())) {
        MaskWriter writer = new MaskWriter(files, staging.path(), colors, alpha);
        figures =
            segmenter.segmentAll(
                files.stream().map(file -> ImageSource.of(file.image())).toList(),
                runs == 1 ? Math.min(MOST_WORKERS, threads + 1) : runs + 1,
                runs,
                writer,
                outcome -> {
                  progress.next(outcome.name());
                  report.add(outcome);
                });
        report.turned(writer.turned());
      }
      print(report, figures);
      return report.failures().isEmpty() ? ExitCodes.DONE : ExitCodes.FAILED;
    }
  }

  /** Many images take less time side by side than each on all threads; memory is the limit. */
  private int runsAtOnce(int images) {
    return Math.max(1, Math.min(Math.min(threads, images), MOST_RUNS));
  }

  /** Present if overlays are wanted. */
  private Optional<Double> opacity() {
    if (opacity == null) {
      return overlay ? Optional.of(USUAL_OPACITY) : Optional.empty();
    }
    if (!(opacity >= 0 && opacity <= 1)) {
      throw new UsageException("--opacity must be 0 to 1, not " + opacity);
    }
    if (!overlay) {
      throw new UsageException("--opacity is of overlays; --overlay asks for them");
    }
    return Optional.of(opacity);
  }

  private Palette colors() throws IOException {
    return switch (palette) {
      case "voc" -> Palette.voc();
      case "cityscapes" -> Palette.cityscapes();
      default -> {
        Path file = Path.of(palette);
        if (!Files.isRegularFile(file)) {
          throw new UsageException(
              "--palette takes voc, cityscapes or a file, and '%s' is none".formatted(palette));
        }
        yield Palette.read(file);
      }
    };
  }

  private void requireColors(Palette colors, int classes) {
    if (colors.size() < classes) {
      throw new UsageException(
          "--palette %s has %d colors, and %s has %d classes"
              .formatted(palette, colors.size(), model, classes));
    }
  }

  private static ImageSegmenter open(Engine engine, SegmentOptions options) {
    try {
      return ImageSegmenter.of(engine, options);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    } catch (EngineException e) {
      throw new WorkFailedException(
          e.getMessage()
              + "; --channels, --layout, --size, --output-name, --threshold and --class-names state what"
              + " a model does not",
          e);
    }
  }

  private void print(SegmentReport report, StageFigures figures) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    out.print(json ? Json.text(report.json(figures)) : report.text(figures, output, threads));
    out.flush();
    report.failures().forEach(failure -> err.println("repfold: no mask: " + failure.reason()));
    report.notes().forEach(note -> err.println("repfold: note: " + note));
  }
}
