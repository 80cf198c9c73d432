package io.repfold.cli;

import io.repfold.data.Batch;
import io.repfold.runtime.Backends;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import io.repfold.runtime.TensorInfo;
import io.repfold.train.Evaluation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds classes with a model in ONNX Runtime, whatever its head and layout: scores or probabilities
 * with the classes on axis 1 or last, or classes.
 */
final class OnnxPredictor implements Evaluation.Predictor, AutoCloseable {
  private final Engine engine;
  private final TensorInfo images;
  private final String output;
  private final boolean imagesLast;
  private final int classes;

  private OnnxPredictor(Engine engine, TensorInfo images, String output, int classes) {
    this.engine = engine;
    this.images = images;
    this.output = output;
    this.imagesLast = isLast(images);
    this.classes = classes;
  }

  /**
   * Loads a model.
   *
   * @param classes how many the data have
   */
  static OnnxPredictor load(Path file, int classes, int threads) {
    Engine engine =
        Backends.onnxRuntimeCpu().load(file, EngineOptions.defaults().withThreads(threads));
    List<TensorInfo> inputs = engine.inputs();
    if (inputs.size() != 1
        || inputs.get(0).type() != ElementType.FLOAT
        || inputs.get(0).dimensions().size() != 4) {
      engine.close();
      throw new WorkFailedException(
          "%s: must take float32 images [N, 3, H, W] or [N, H, W, 3] and nothing else, and takes %s"
              .formatted(file, inputs));
    }
    return new OnnxPredictor(engine, inputs.get(0), engine.outputs().get(0).name(), classes);
  }

  private static boolean isLast(TensorInfo images) {
    long[] shape = images.shape();
    return shape[3] == 3 && shape[1] != 3;
  }

  @Override
  public int[] predict(Batch batch) {
    long[] shape = {batch.n(), 3, batch.height(), batch.width()};
    HostTensor input =
        imagesLast
            ? channelsLast(batch)
            : HostTensor.wrap(ElementType.FLOAT, batch.imageBytes(), shape);
    HostTensor found =
        engine.run(Map.of(images.name(), input), Set.of(output)).values().iterator().next();
    int labels = batch.labels().remaining();
    return found.type() == ElementType.FLOAT ? best(found, labels) : classes(found, labels);
  }

  private static HostTensor channelsLast(Batch batch) {
    int plane = batch.height() * batch.width();
    FloatBuffer from = batch.images();
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(from.remaining() * Float.BYTES).order(ByteOrder.nativeOrder());
    FloatBuffer to = bytes.asFloatBuffer();
    for (int n = 0; n < batch.n(); n++) {
      for (int i = 0; i < plane; i++) {
        for (int c = 0; c < 3; c++) {
          to.put((n * plane + i) * 3 + c, from.get((n * 3 + c) * plane + i));
        }
      }
    }
    return HostTensor.wrap(ElementType.FLOAT, bytes, batch.n(), batch.height(), batch.width(), 3);
  }

  private int[] classes(HostTensor found, int labels) {
    requireFit(found, labels, labels);
    int[] values = new int[labels];
    for (int i = 0; i < labels; i++) {
      values[i] = (int) found.getLong(i);
    }
    return values;
  }

  /** The class with the greatest score of each pixel; the first of equal ones. */
  private int[] best(HostTensor found, int labels) {
    requireFit(found, labels, Math.multiplyExact(labels, classes));
    long[] shape = found.shape();
    boolean last = shape.length == 4 && shape[3] == classes && shape[1] != classes;
    int plane = shape.length == 4 && !last ? labels / (int) shape[0] : 1;
    FloatBuffer scores = found.bytes().asFloatBuffer();
    int[] values = new int[labels];
    for (int i = 0; i < labels; i++) {
      int first = i / plane * plane * classes + i % plane;
      int best = 0;
      for (int c = 1; c < classes; c++) {
        if (scores.get(first + c * plane) > scores.get(first + best * plane)) {
          best = c;
        }
      }
      values[i] = best;
    }
    return values;
  }

  private void requireFit(HostTensor found, int labels, int expected) {
    if (found.size() != expected) {
      throw new WorkFailedException(
          "%s: output '%s' is %s, which does not fit to %d labels and %d classes; train or take a"
                  .formatted(engine.name(), output, Arrays.toString(found.shape()), labels, classes)
              + " model for these data");
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
