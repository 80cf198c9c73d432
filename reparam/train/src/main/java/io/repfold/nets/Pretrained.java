package io.repfold.nets;

import io.repfold.graph.Graph;
import io.repfold.graph.Spelling;
import io.repfold.graph.Tensor;
import io.repfold.graph.Untied;
import io.repfold.graph.WeightSource;
import io.repfold.onnx.OnnxModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A backbone's parameters from the initializers of an ONNX file, and all others from elsewhere. The
 * file's names may lack the backbone's prefix.
 *
 * @param others gives the parameters that are not the backbone's
 * @param file for messages
 * @param prefix of the backbone's parameters
 */
record Pretrained(WeightSource others, String file, Graph trained, String prefix)
    implements WeightSource {
  /** {@code weights} itself if there is no file. */
  static WeightSource over(WeightSource weights, Optional<String> file, String prefix) {
    if (file.isEmpty()) {
      return weights;
    }
    Path path = Path.of(file.get());
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          "arch.args.pretrained: there is no file '%s'; give an ONNX file of a trained network with the same backbone, or false to start from random values"
              .formatted(path.toAbsolutePath()));
    }
    Graph trained = Untied.of(OnnxModel.read(path).graph()).graph();
    return new Pretrained(weights, file.get(), trained, prefix);
  }

  @Override
  public double[] values(String name, Role role, long... dims) {
    return name.startsWith(prefix) ? find(name, dims).toDoubles() : others.values(name, role, dims);
  }

  private Tensor find(String name, long... dims) {
    String bare = name.substring(prefix.length());
    Tensor found = trained.initializers().get(name);
    if (found == null) {
      found = trained.initializers().get(bare);
    }
    if (found == null) {
      throw new IllegalArgumentException(
          "arch.args.pretrained: '%s' has no initializer '%s' or '%s'; it must hold the same backbone in training form, with its batch normalizations (nearest is '%s')"
              .formatted(
                  file, name, bare, Spelling.nearest(name, trained.initializers().keySet())));
    }
    if (!found.type().isFloat() || !Arrays.equals(found.dims(), dims)) {
      throw new IllegalArgumentException(
          "arch.args.pretrained: '%s' of '%s' is %s, the network needs real numbers of shape %s; give a file with the same backbone, base_channels and in_channels"
              .formatted(name, file, found.describe(), Arrays.toString(dims)));
    }
    return found;
  }
}
