package io.repfold.conformance;

import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import io.repfold.kit.OperatorTests;
import io.repfold.onnx.OnnxModel;
import io.repfold.onnx.OnnxTensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The models that conformance tests run on: ONNX's own operator tests, and the trained networks of
 * a Maven test dependency.
 */
final class OnnxTestData {
  private static final List<String> NETWORKS =
      List.of(
          "ch_PP-OCRv3_det_infer.onnx",
          "ch_PP-OCRv3_rec_infer.onnx",
          "ch_PP-OCRv4_det_infer.onnx",
          "ch_PP-OCRv4_rec_infer.onnx",
          "ch_ppocr_mobile_v2.0_cls_infer.onnx");

  private OnnxTestData() {}

  /**
   * One operator test.
   *
   * @param name kind and test, such as {@code node/test_relu}
   * @param dataSets folders with {@code input_N.pb} and {@code output_N.pb}
   */
  record Case(String name, Path model, List<Path> dataSets) {
    @Override
    public String toString() {
      return name;
    }

    OnnxModel read() {
      try {
        return OnnxModel.read(name, Files.readAllBytes(model));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * The inputs of a data set by name; empty if one is no tensor (a sequence or an optional) or
     * has no file.
     */
    Optional<Map<String, Tensor>> inputs(Graph graph, Path dataSet) {
      return tensors(graph.inputs(), dataSet, "input");
    }

    /** The expected outputs of a data set by name; empty if one is no tensor or has no file. */
    Optional<Map<String, Tensor>> outputs(Graph graph, Path dataSet) {
      return tensors(graph.outputs(), dataSet, "output");
    }

    private static Optional<Map<String, Tensor>> tensors(
        List<io.repfold.graph.Value> values, Path dataSet, String kind) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (int i = 0; i < values.size(); i++) {
        Path file = dataSet.resolve(kind + "_" + i + ".pb");
        if (values.get(i).type().isEmpty() || !Files.exists(file)) {
          return Optional.empty();
        }
        tensors.put(values.get(i).name(), OnnxTensors.read(file).tensor());
      }
      return Optional.of(tensors);
    }
  }

  /** All operator tests, by name. */
  static List<Case> cases() {
    Path root = OperatorTests.root();
    try (Stream<Path> files = Files.find(root, 3, (p, a) -> p.endsWith("model.onnx"))) {
      return files.sorted().map(model -> caseOf(root, model)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Case caseOf(Path root, Path model) {
    Path folder = model.getParent();
    List<Path> dataSets =
        IntStream.range(0, 100)
            .mapToObj(i -> folder.resolve("test_data_set_" + i))
            .takeWhile(Files::isDirectory)
            .toList();
    return new Case(root.relativize(folder).toString(), model, dataSets);
  }

  /** File names of the trained networks. */
  static List<String> networks() {
    return NETWORKS;
  }

  /** The bytes of a trained network. */
  static byte[] network(String name) {
    try (InputStream in = OnnxTestData.class.getResourceAsStream("/models/" + name)) {
      if (in == null) {
        throw new IllegalStateException("No class path resource models/" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A trained network, read. */
  static OnnxModel networkModel(String name) {
    return OnnxModel.read(name, network(name));
  }
}
