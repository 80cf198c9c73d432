package io.repfold.weights;

import io.repfold.graph.Tensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The trained weights in a file of PyTorch, Paddle, safetensors or ONNX, which its content tells
 * apart. Nothing of a file is ever executed.
 *
 * @param format what the file was found to be
 * @param tensors by name, in the order of the file, without what DataParallel and torch.compile put
 *     in front of all names
 * @param notes a sentence on each thing that was chosen, renamed or left out
 */
public record WeightsFile(Format format, Map<String, Tensor> tensors, List<String> notes) {
  /** What a file can be. */
  public enum Format {
    /** What {@code torch.save} writes since PyTorch 1.6: a zip archive around a pickle. */
    PYTORCH("a file of PyTorch"),
    /** What {@code torch.save} wrote before. */
    PYTORCH_LEGACY("a file of PyTorch in its old format"),
    /** A pickle of NumPy arrays, as {@code paddle.save} writes {@code .pdparams}. */
    PICKLE("a pickle of arrays, as Paddle writes"),
    /** Header and data, without a pickle. */
    SAFETENSORS("a file of safetensors"),
    /** The initializers of a model. */
    ONNX("an ONNX model");

    private final String words;

    Format(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  public WeightsFile {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    notes = List.copyOf(notes);
  }

  /**
   * Reads a file of up to 2 GiB. Tensors that lie in it as a whole stay there, so it must not be
   * changed in place while they are in use.
   *
   * <p>The weights of a checkpoint may lie under {@code state_dict}, {@code model} and the like. A
   * model that was pickled as a whole gives what its {@code state_dict()} would. Tensors of an ONNX
   * model that were merged because they are equal are parted, see {@link io.repfold.graph.Untied}.
   *
   * @throws WeightsException if the content cannot be used; names the file, what was found and what
   *     to do
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static WeightsFile read(Path file) {
    return read(file, Optional.empty());
  }

  /**
   * Likewise, with the weights that lie under a key or a path of keys, such as {@code ema} or
   * {@code model.state_dict}.
   */
  public static WeightsFile read(Path file, Optional<String> under) {
    try {
      return new FileReader(file, under).read();
    } catch (WeightsException e) {
      throw e.in(file.toString());
    } catch (OutOfMemoryError e) {
      throw new WeightsException(
          file + ": takes more memory than this Java has; give it more with -Xmx", e);
    }
  }

  /**
   * Writes a file of safetensors. It appears complete or not at all.
   *
   * @throws WeightsException if the format has no name for a tensor's type
   * @throws java.io.UncheckedIOException if it cannot be written; what was there before is
   *     unchanged
   */
  public static void writeSafetensors(Path file, Map<String, Tensor> tensors) {
    SafetensorsWriter.write(file, tensors);
  }
}
