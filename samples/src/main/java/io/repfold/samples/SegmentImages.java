package io.repfold.samples;

import io.repfold.image.ImageSegmenter;
import io.repfold.image.ImageSource;
import io.repfold.image.Outcome;
import io.repfold.image.Palette;
import io.repfold.image.SegmentOptions;
import io.repfold.image.StageFigures;
import io.repfold.image.Tiling;
import io.repfold.images.ImageSize;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Segments images with a window of 64 x 64 pixels and writes their masks. */
public final class SegmentImages {
  private SegmentImages() {}

  /** Takes the model, the folder to write into, and two images. */
  public static void main(String[] arguments) throws Exception {
    Path model = Path.of(arguments[0]);
    Path folder = Path.of(arguments[1]);
    List<ImageSource> images =
        List.of(ImageSource.of(Path.of(arguments[2])), ImageSource.of(Path.of(arguments[3])));

    SegmentOptions options =
        new SegmentOptions.Builder().tiling(Tiling.of(new ImageSize(64, 64), 16)).batch(4).build();
    try (Engine engine = Backends.onnxRuntimeCpu().load(model, EngineOptions.defaults());
        ImageSegmenter segmenter = ImageSegmenter.of(engine, options)) {
      StageFigures figures =
          segmenter.segmentAll(
              images,
              2,
              found -> {
                String name = Path.of(found.name()).getFileName() + ".png";
                return Files.write(folder.resolve(name), found.mask().png(Palette.voc()));
              },
              outcome -> {
                if (outcome instanceof Outcome.Failed<Path> failed) {
                  System.out.println("failed: " + failed.reason());
                }
              });
      System.out.println("images: " + figures.images());
    }
  }
}
