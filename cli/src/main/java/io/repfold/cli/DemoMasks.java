package io.repfold.cli;

import io.repfold.data.Batch;
import io.repfold.data.Dataset;
import io.repfold.data.Datasets;
import io.repfold.data.Example;
import io.repfold.data.LabelMap;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.compare.ComparisonRequest;
import io.repfold.pipeline.compare.ModelComparer;
import io.repfold.pipeline.compare.Verification;
import io.repfold.pipeline.inputs.Samples;
import io.repfold.runtime.HostTensor;
import io.repfold.train.ConfusionMatrix;
import io.repfold.train.Evaluation;
import io.repfold.train.TrainConfig;
import io.repfold.train.TrainingListener;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The classes that two models find in the pixels of the validation images.
 *
 * @param trained figures of the first model
 * @param folded figures of the second
 * @param pixels of all images
 * @param different pixels in which the models do not agree
 * @param verification how the scores compare on these images
 * @param rows some of the images, with the truth and what the models found
 */
record DemoMasks(
    List<String> classNames,
    int images,
    ConfusionMatrix trained,
    ConfusionMatrix folded,
    long pixels,
    long different,
    Verification verification,
    List<MaskGrid.Row> rows) {
  private static final int SHOWN = 6;
  private static final int SCALE = 2;
  private static final TrainingListener NOBODY = new TrainingListener() {};

  /** Runs both models in ONNX Runtime on all validation images. */
  static DemoMasks find(TrainConfig config, Path trained, Path folded, ComparisonRequest request) {
    List<HostTensor> images = new ArrayList<>();
    Found first = run(config, trained, images);
    Found second = run(config, folded, new ArrayList<>());
    long pixels = 0;
    long different = 0;
    for (Map.Entry<String, int[]> mask : first.masks().entrySet()) {
      int[] other = second.mask(mask.getKey());
      pixels += other.length;
      for (int i = 0; i < other.length; i++) {
        different += mask.getValue()[i] == other[i] ? 0 : 1;
      }
    }
    return new DemoMasks(
        first.classNames(),
        first.masks().size(),
        first.confusion(),
        second.confusion(),
        pixels,
        different,
        verify(trained, folded, images, request),
        rows(config, first, second));
  }

  private static Verification verify(
      Path trained, Path folded, List<HostTensor> images, ComparisonRequest request) {
    try (Progress progress = Progress.of("Comparing", ModelComparer.STEPS)) {
      return ModelComparer.compare(
          trained,
          folded,
          engine ->
              new Samples(
                  images.stream().map(x -> Map.of(engine.inputs().get(0).name(), x)).toList(),
                  "the validation images",
                  false),
          request,
          progress);
    }
  }

  /** What one model found, by image. */
  private record Found(
      List<String> classNames, ConfusionMatrix confusion, Map<String, int[]> masks) {
    int[] mask(String id) {
      int[] mask = masks.get(id);
      if (mask == null) {
        throw new IllegalStateException("There is no mask of image '%s'".formatted(id));
      }
      return mask;
    }
  }

  private static Found run(TrainConfig config, Path model, List<HostTensor> images) {
    try (Evaluation evaluation = Evaluation.open(config, Optional.empty(), false);
        OnnxPredictor predictor =
            OnnxPredictor.load(
                model,
                evaluation.classNames().size(),
                Runtime.getRuntime().availableProcessors())) {
      Map<String, int[]> masks = new LinkedHashMap<>();
      ConfusionMatrix confusion =
          evaluation.run(
              batch -> {
                images.add(copy(batch));
                return keep(batch, predictor.predict(batch), masks);
              },
              NOBODY);
      return new Found(evaluation.classNames(), confusion, masks);
    }
  }

  private static HostTensor copy(Batch batch) {
    float[] values = new float[batch.images().remaining()];
    batch.images().get(values);
    return HostTensor.ofFloats(values, batch.n(), 3, batch.height(), batch.width());
  }

  private static int[] keep(Batch batch, int[] classes, Map<String, int[]> masks) {
    int one = classes.length / batch.n();
    for (int i = 0; i < batch.n(); i++) {
      masks.put(batch.ids().get(i), Arrays.copyOfRange(classes, i * one, (i + 1) * one));
    }
    return classes;
  }

  private static List<MaskGrid.Row> rows(TrainConfig config, Found first, Found second) {
    TrainConfig.Typed loader = config.validation().orElse(config.training());
    Dataset dataset = Datasets.open(loader.type(), loader.args());
    List<MaskGrid.Row> rows = new ArrayList<>();
    int shown = Math.min(SHOWN, dataset.size());
    for (int i = 0; i < shown; i++) {
      Example example = dataset.load(i * dataset.size() / shown);
      int height = example.image().height();
      int width = example.image().width();
      rows.add(
          new MaskGrid.Row(
              example.image(),
              List.of(
                  example.labels(),
                  LabelMap.of(height, width, first.mask(example.id())),
                  LabelMap.of(height, width, second.mask(example.id())))));
    }
    return rows;
  }

  /** Whether the models agree wherever their scores can tell. */
  boolean hold() {
    return verification.holds();
  }

  String text() {
    return "On %s that it was not trained on: mIoU %s as trained, %s folded; %s"
        .formatted(
            Phrases.plural(images, "image"),
            Phrases.fixed(trained.meanIou(), 4),
            Phrases.fixed(folded.meanIou(), 4),
            agreement());
  }

  private String agreement() {
    if (different == 0) {
      return "in every one of %s pixels both find the same class".formatted(Phrases.count(pixels));
    }
    String where = hold() ? ", where the two best classes score the same but for rounding" : "";
    return "they disagree in %s of %s pixels%s"
        .formatted(Phrases.count(different), Phrases.count(pixels), where);
  }

  /** From left to right: image, truth, as trained, folded. */
  BufferedImage picture() {
    return MaskGrid.draw(rows, SCALE);
  }
}
