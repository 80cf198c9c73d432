package io.repfold.nets;

import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The tensors of a file by the names that a network has for them.
 *
 * @param layout how the file names them
 * @param prefix what stands before most of the file's names and is none of the layout's
 * @param keys the file's own names, by ours; several where a layout makes one name of them
 * @param tensors by our names
 */
record StoredWeights(
    KeyLayout layout, String prefix, Map<String, List<String>> keys, Map<String, Tensor> tensors) {
  private static final String COUNTER = ".num_batches_tracked";

  /** By the layout under which the most names are those of a network. */
  static StoredWeights of(Map<String, Tensor> file, Set<String> wanted) {
    StoredWeights best = under(KeyLayouts.all().get(0), "", file);
    for (String prefix : Wrapping.prefixes(file.keySet())) {
      for (KeyLayout layout : KeyLayouts.all()) {
        StoredWeights other = under(layout, prefix, file);
        if (other.found(wanted) > best.found(wanted)) {
          best = other;
        }
      }
    }
    return best;
  }

  /** By all names that any layout has for them. */
  static Map<String, Tensor> byAnyName(Map<String, Tensor> file) {
    Map<String, Tensor> all = new LinkedHashMap<>(file);
    for (String prefix : Wrapping.prefixes(file.keySet())) {
      for (KeyLayout layout : KeyLayouts.all()) {
        under(layout, prefix, file).tensors().forEach(all::putIfAbsent);
      }
    }
    return all;
  }

  private static StoredWeights under(KeyLayout layout, String prefix, Map<String, Tensor> file) {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    file.forEach(
        (key, tensor) -> {
          if (!key.endsWith(COUNTER)) {
            KeyLayout.Translated ours = layout.translate(Wrapping.cut(prefix, key));
            keys.computeIfAbsent(ours.name(), name -> new ArrayList<>()).add(key);
            tensors.put(ours.name(), ours.addsIdentity() ? withIdentity(tensor) : tensor);
          }
        });
    return new StoredWeights(layout, prefix, keys, tensors);
  }

  /** How the file names them, for messages. */
  String naming() {
    return prefix.isEmpty() ? layout.name() : "%s behind '%s'".formatted(layout.name(), prefix);
  }

  /** The file's names of one of ours: none, one, or those that clash. */
  List<String> keysOf(String name) {
    return keys.getOrDefault(name, List.of());
  }

  private long found(Set<String> wanted) {
    return wanted.stream().filter(tensors::containsKey).count();
  }

  /** A kernel of 1 x 1 that is stored as its difference from the identity. */
  private static Tensor withIdentity(Tensor kernel) {
    if (kernel.rank() != 4 || kernel.dim(1) == 0) {
      return kernel;
    }
    double[] values = kernel.toDoubles();
    int perGroup = Math.toIntExact(kernel.dim(1));
    for (int o = 0; o < kernel.dim(0) && kernel.size() == kernel.dim(0) * perGroup; o++) {
      values[o * perGroup + o % perGroup] += 1;
    }
    return Tensor.ofDoubles(kernel.type(), values, kernel.dims());
  }

  /**
   * A tensor in float32 of a shape, if there is one that has it but for axes of size 1.
   *
   * @param dims such as {@code [C, 1, 1]} of a slope that is stored as {@code [C]}
   */
  Optional<Tensor> get(String name, long... dims) {
    Tensor found = tensors.get(name);
    if (found == null
        || !found.type().isFloat()
        || !Arrays.equals(bare(found.dims()), bare(dims))) {
      return Optional.empty();
    }
    if (Arrays.equals(found.dims(), dims) && found.type() == ElementType.FLOAT) {
      return Optional.of(found);
    }
    return Optional.of(Tensor.ofDoubles(ElementType.FLOAT, found.toDoubles(), dims));
  }

  private static long[] bare(long... dims) {
    return LongStream.of(dims).filter(dim -> dim != 1).toArray();
  }
}
