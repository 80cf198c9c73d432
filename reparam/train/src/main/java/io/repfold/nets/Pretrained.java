package io.repfold.nets;

import io.repfold.graph.Spelling;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.weights.WeightsException;
import io.repfold.weights.WeightsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * A backbone's parameters from a file of PyTorch, Paddle, safetensors or ONNX, and all others from
 * elsewhere. The file's names may lack the backbone's prefix, or be those of another {@link
 * KeyLayout}.
 *
 * @param others gives the parameters that are not the backbone's
 * @param file for messages
 * @param trained the file's tensors by name
 * @param prefix of the backbone's parameters
 */
record Pretrained(WeightSource others, String file, Map<String, Tensor> trained, String prefix)
    implements WeightSource {
  /** {@code weights} itself if there is no file. */
  static WeightSource over(WeightSource weights, Optional<String> file, String prefix) {
    if (file.isEmpty()) {
      return weights;
    }
    Path path = Path.of(file.get());
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          "arch.args.pretrained: there is no file '%s'; give a file of a trained network with the same backbone, or false to start from random values"
              .formatted(path.toAbsolutePath()));
    }
    return new Pretrained(weights, file.get(), read(path), prefix);
  }

  private static Map<String, Tensor> read(Path path) {
    Map<String, Tensor> trained;
    try {
      trained = StoredWeights.byAnyName(WeightsFile.read(path).tensors());
    } catch (WeightsException e) {
      throw new IllegalArgumentException("arch.args.pretrained: " + e.getMessage(), e);
    }
    if (trained.isEmpty()) {
      throw new IllegalArgumentException(
          "arch.args.pretrained: '%s' holds no tensors; give a file of a trained network with the same backbone"
              .formatted(path));
    }
    return trained;
  }

  @Override
  public double[] values(String name, Role role, long... dims) {
    return name.startsWith(prefix) ? find(name, dims).toDoubles() : others.values(name, role, dims);
  }

  private Tensor find(String name, long... dims) {
    String bare = name.substring(prefix.length());
    Tensor found = trained.get(name);
    Tensor other = trained.get(bare);
    if (found != null && other != null && !found.equals(other)) {
      throw new IllegalArgumentException(
          "arch.args.pretrained: '%s' has both '%s' and '%s', and they differ; save it again with one of them"
              .formatted(file, name, bare));
    }
    if (found == null) {
      found = other;
    }
    if (found == null) {
      throw new IllegalArgumentException(
          "arch.args.pretrained: '%s' has no tensor '%s' or '%s'; it must hold the same backbone in training form, with its batch normalizations (nearest is '%s')"
              .formatted(file, name, bare, Spelling.nearest(name, trained.keySet())));
    }
    if (!found.type().isFloat() || !Arrays.equals(found.dims(), dims)) {
      throw new IllegalArgumentException(
          "arch.args.pretrained: '%s' of '%s' is %s, the network needs real numbers of shape %s; give a file with the same backbone, base_channels and in_channels"
              .formatted(name, file, found.describe(), Arrays.toString(dims)));
    }
    return found;
  }
}
