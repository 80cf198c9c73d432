package io.repfold.cli;

import io.repfold.graph.InvalidGraphException;
import io.repfold.numpy.Npy;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.onnx.OnnxModel;
import io.repfold.onnx.ReadOptions;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.PipelineException;
import io.repfold.pipeline.Steps;
import io.repfold.pipeline.convert.ConversionRequest;
import io.repfold.pipeline.convert.ConvertFile;
import io.repfold.pipeline.convert.ConvertOutcome;
import io.repfold.pipeline.convert.IntegerConversion;
import io.repfold.pipeline.convert.Precision;
import io.repfold.pipeline.convert.SampleRequest;
import io.repfold.pipeline.files.TemporaryFolder;
import io.repfold.precision.SourceGraphCheck;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import io.repfold.train.CalibrationImages;
import io.repfold.train.TrainConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The model that training with rounding starts from: the file itself if it is quantized, or else
 * what {@code convert --precision int8} makes of it on the first training images, all of its layers
 * in integers however much that costs.
 */
final class QuantizedStart {
  /** Training images that ranges are taken from, if there are so many. */
  private static final int IMAGES = 64;

  private final TrainConfig config;
  private final Path file;
  private final Consumer<String> messages;

  /**
   * @param config names the file in {@code start_from}
   */
  QuantizedStart(TrainConfig config, Consumer<String> messages) {
    this.config = config;
    this.file = config.startFrom().orElseThrow();
    this.messages = messages;
  }

  /**
   * @throws UsageException if the model cannot be read or quantized
   * @throws io.repfold.train.ConfigException if the images cannot be used
   */
  OnnxModel model() {
    OnnxModel given = given();
    if (given.graph().nodes().stream().anyMatch(SourceGraphCheck::isQuantized)) {
      return given.withoutMetadata(ConvertFile.KEY);
    }
    try (TemporaryFolder folder = TemporaryFolder.inSystemFolder()) {
      int images = writeImages(folder.path());
      Path target = folder.path().resolve("quantized.onnx");
      ConvertOutcome outcome = converted(folder.path(), target, images);
      tell(outcome, images);
      return OnnxModel.read(target).withoutMetadata(ConvertFile.KEY);
    } catch (InvalidGraphException | PipelineException | EngineException e) {
      throw new UsageException("cannot be quantized: " + e.getMessage());
    }
  }

  private OnnxModel given() {
    try {
      return OnnxModel.read(file, new ReadOptions(config.learning().constantWeights()));
    } catch (OnnxFormatException | UncheckedIOException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static Path image(Path folder, int index) {
    return folder.resolve("image-%04d.npy".formatted(index));
  }

  private int writeImages(Path folder) {
    AtomicInteger next = new AtomicInteger();
    return CalibrationImages.take(
        config,
        IMAGES,
        image -> {
          float[] values = new float[Math.toIntExact(image.size())];
          image.data().asFloatBuffer().get(values);
          Path file = image(folder, next.getAndIncrement());
          try {
            Npy.write(file, HostTensor.ofFloats(values, image.dims()));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private ConvertOutcome converted(Path folder, Path target, int images) {
    List<Path> samples = IntStream.range(0, images).mapToObj(i -> image(folder, i)).toList();
    ConversionRequest request =
        ConversionRequest.to(Precision.INT8)
            .withSamples(SampleRequest.NONE.withData(samples))
            .withTargetAgreement(0)
            .withTargetError(1);
    ModelFile source = ModelFile.read(file);
    ConvertFile conversion =
        new ConvertFile(
            config.learning().constantWeights() ? source.withConstantWeights() : source, request);
    ConvertOutcome outcome = conversion.to(target, Steps.UNHEARD);
    if (!outcome.holds()) {
      throw new UsageException(
          "%s: hardly anything of its answer is left in 8-bit integers, too little to start from;"
                  .formatted(file)
              + " 'repfold convert --precision int8' shows which layers to --keep, and its result can"
              + " be trained");
    }
    return outcome;
  }

  private void tell(ConvertOutcome outcome, int images) {
    if (outcome.conversion() instanceof IntegerConversion integers) {
      messages.accept(
          "Quantized %d of %d layers on %s%s"
              .formatted(
                  integers.report().quantizedLayers(),
                  integers.report().layers().size(),
                  Phrases.plural(images, "training image"),
                  outcome.agreement().isPresent()
                      ? ": before training, %.2f %% of decisions are those of float32"
                          .formatted(100 * outcome.agreement().getAsDouble())
                      : ""));
    }
  }
}
