package io.repfold.train;

import ai.djl.engine.EngineException;
import io.repfold.data.Batch;
import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Tries a network that was read from a file on its first batch, before there is a run: whether it
 * can be computed, each image by itself, and whether the loss can take its scores.
 */
final class FirstPass {
  /** The images are the same; whatever else differs is a sign that they mix. */
  private static final double ROUNDING = 1e-3;

  private final NetworkSource source;
  private final LearningNetwork network;
  private final Batch batch;
  private final float[] images;

  private FirstPass(NetworkSource source, LearningNetwork network, Batch batch) {
    this.source = source;
    this.network = network;
    this.batch = batch;
    this.images = new float[batch.images().remaining()];
    batch.images().get(images);
  }

  private int imageSize() {
    return images.length / batch.n();
  }

  private Tensor tensor(float[] values) {
    return Tensor.ofFloats(
        values, values.length / imageSize(), Batch.CHANNELS, batch.height(), batch.width());
  }

  /** A network that can be trained. */
  record Passed(NetworkSource source, LearningNetwork network) {}

  /**
   * @param batch of the training data
   * @throws RunException if the network cannot be trained on it
   */
  static Passed of(NetworkSource source, TrainConfig.Learning learning, Batch batch) {
    LearningNetwork network = new LearningNetwork(source, learning);
    boolean passed = false;
    try {
      FirstPass pass = new FirstPass(source, network, batch);
      Optional<String> obstacle = pass.obstacle();
      if (obstacle.isEmpty()) {
        passed = true;
        return new Passed(source, network);
      }
      return pass.opened(learning).orElseThrow(() -> new RunException("%s", obstacle.get()));
    } finally {
      if (!passed) {
        network.close();
      }
    }
  }

  /** The same network with shapes that hold for any batch, if that is all it takes. */
  private Optional<Passed> opened(TrainConfig.Learning learning) {
    Graph open =
        source.fixedBatch().isPresent()
            ? OpenBatch.of(source.graph(), source.fixedBatch().getAsLong()).orElse(null)
            : null;
    if (open == null) {
      return Optional.empty();
    }
    NetworkSource candidate =
        source.with(
            open,
            "The file is written for a batch of %d; opened the shapes that hold it"
                .formatted(source.fixedBatch().getAsLong()));
    LearningNetwork made = new LearningNetwork(candidate, learning);
    boolean passed = false;
    try {
      FirstPass pass = new FirstPass(candidate, made, batch);
      passed = pass.obstacle().isEmpty() && computesTheSame(pass);
      return passed ? Optional.of(new Passed(candidate, made)) : Optional.empty();
    } finally {
      if (!passed) {
        made.close();
      }
    }
  }

  /** For as many images as the file was written for. */
  private boolean computesTheSame(FirstPass opened) {
    int n = Math.toIntExact(source.fixedBatch().getAsLong());
    float[] values = new float[Math.multiplyExact(n, imageSize())];
    for (int i = 0; i < values.length; i++) {
      values[i] = images[i % images.length] / (1 + i / imageSize());
    }
    Tensor given = tensor(values);
    try {
      return isClose(scores(network.outputs(given)), scores(opened.network.outputs(given)), 0, n);
    } catch (IllegalArgumentException | EngineException e) {
      return false;
    }
  }

  private Optional<String> obstacle() {
    Map<String, Tensor> outputs;
    Tensor scores;
    try {
      outputs = network.outputs(tensor(images));
      scores = scores(outputs);
    } catch (IllegalArgumentException | EngineException e) {
      return Optional.of(firstLine(e) + (isOfOtherBatch() ? ". " + remedy() : ""));
    }
    return unfit(outputs).or(() -> infinite(scores)).or(() -> mixing(scores));
  }

  private boolean isOfOtherBatch() {
    return source.fixedBatch().isPresent() && source.fixedBatch().getAsLong() != batch.n();
  }

  private static String firstLine(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message);
  }

  private String remedy() {
    String input =
        source.graph().requiredInputs().stream().map(Value::name).findFirst().orElse("x");
    return ("The file was written for a batch of %d, and this one is of %d: export it with"
            + " dynamic_axes={'%s': {0: 'N'}}, for dynamo=True with dynamic_shapes={'%s': {0:"
            + " torch.export.Dim('N')}}")
        .formatted(source.fixedBatch().orElseThrow(), batch.n(), input, input);
  }

  /** Whether another first image changes the scores of the others, in a file for other batches. */
  private Optional<String> mixing(Tensor scores) {
    if (batch.n() == 1 || !isOfOtherBatch()) {
      return Optional.empty();
    }
    float[] others = images.clone();
    for (int i = 0; i < imageSize(); i++) {
      others[i] = -others[i];
    }
    return isClose(scores, scores(network.outputs(tensor(others))), 1, batch.n())
        ? Optional.empty()
        : Optional.of("the scores of an image depend on the images beside it. " + remedy());
  }

  private Tensor scores(Map<String, Tensor> outputs) {
    String name = source.graph().outputs().get(0).name();
    Tensor scores = outputs.get(name);
    if (scores == null) {
      throw new IllegalArgumentException("output '%s' is not float32".formatted(name));
    }
    return scores;
  }

  /** Whether the scores of images {@code from} to before {@code to} are the same. */
  private static boolean isClose(Tensor a, Tensor b, int from, int to) {
    if (!Arrays.equals(a.dims(), b.dims())) {
      return false;
    }
    double[] x = a.toDoubles();
    double[] y = b.toDoubles();
    int one = x.length / to;
    double most = Arrays.stream(x).map(Math::abs).filter(v -> v >= 0).max().orElse(0);
    return IntStream.range(from * one, x.length)
        .allMatch(i -> x[i] == y[i] || Math.abs(x[i] - y[i]) <= ROUNDING * most);
  }

  /** Scores that the loss cannot take. */
  private Optional<String> unfit(Map<String, Tensor> found) {
    List<String> outputs = new ArrayList<>(List.of(source.graph().outputs().get(0).name()));
    source.traits().auxiliaryOutput().ifPresent(outputs::add);
    int n = batch.n();
    long classes = source.traits().classes();
    long[] wanted =
        batch.classified()
            ? new long[] {n, classes}
            : new long[] {n, classes, batch.height(), batch.width()};
    for (String name : outputs) {
      Tensor output = found.get(name);
      if (output == null) {
        return Optional.of("output '%s' is not float32".formatted(name));
      }
      if (!Arrays.equals(output.dims(), wanted) && !isPooled(output.dims(), wanted)) {
        return Optional.of(
            "output '%s' is %s for images [%d, 3, %d, %d], and the loss takes %s%s"
                .formatted(
                    name,
                    Arrays.toString(output.dims()),
                    n,
                    batch.height(),
                    batch.width(),
                    Arrays.toString(wanted),
                    batch.classified()
                        ? ", one score a class"
                        : ", scores of the image's size; end the network with a resize to it, or"
                            + " take another crop_size"));
      }
    }
    return Optional.empty();
  }

  /** {@code [N, classes, 1, 1]} holds one score a class too. */
  private static boolean isPooled(long[] dims, long... wanted) {
    return wanted.length == 2
        && dims.length == 4
        && Arrays.equals(Arrays.copyOf(dims, 2), wanted)
        && dims[2] * dims[3] == 1;
  }

  private Optional<String> infinite(Tensor scores) {
    if (isFinite(scores)) {
      return Optional.empty();
    }
    List<String> tensors =
        source.graph().initializers().entrySet().stream()
            .filter(e -> e.getValue().type().isFloat() && !isFinite(e.getValue()))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    return Optional.of(
        "its scores are not finite before it is trained"
            + (tensors.isEmpty()
                ? ""
                : "; in the file, these hold NaN or infinities: " + String.join(", ", tensors)));
  }

  private static boolean isFinite(Tensor tensor) {
    return Arrays.stream(tensor.toDoubles()).allMatch(Double::isFinite);
  }
}
