package io.repfold.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.numpy.Npz;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole networks of a public library, in training form, as PyTorch's exporters write them. */
@Tag("slow")
class PyTorchNetworksTest {
  private static final Path FOLDER = Path.of("src/test/resources/pytorch/networks");

  static Stream<JsonNode> networks() throws IOException {
    JsonNode manifest = new ObjectMapper().readTree(FOLDER.resolve("manifest.json").toFile());
    List<JsonNode> networks = new ArrayList<>();
    manifest.forEach(networks::add);
    return networks.stream();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void folds_to_no_more_convolutions_than_the_librarys_own_conversion(
      JsonNode network, @TempDir Path folder) throws IOException {
    String name = network.get("file").asText();
    Path file = folder.resolve("network.onnx");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(FOLDER.resolve(name)))) {
      Files.copy(in, file);
    }
    OnnxModel model = OnnxModel.read(file);
    Folder.Result result = Folder.fold(model.graph());
    FoldReport.Totals after = result.report().after();
    System.out.printf(
        "%s: %d convolutions and %d BatchNormalizations -> %d and %d; the library leaves %d and %d%n",
        name,
        result.report().before().convolutions(),
        result.report().before().batchNormalizations(),
        after.convolutions(),
        after.batchNormalizations(),
        network.get("convs_reparameterized").asInt(),
        network.get("bn_reparameterized").asInt());
    TorchOutputs.assertAgree(
        model.withGraph(result.graph()),
        Npz.read(FOLDER.resolve(network.get("network").asText() + ".npz")),
        1e-4);
    assertThat(after.convolutions())
        .isLessThanOrEqualTo(network.get("convs_reparameterized").asInt());
    assertThat(normsBehindConvolutions(result.graph())).isEmpty();
  }

  static List<String> normsBehindConvolutions(Graph graph) {
    return graph.nodes().stream()
        .filter(n -> n.op() instanceof Op.BatchNormalization)
        .filter(n -> graph.producer(n.input(0)).filter(p -> p.op() instanceof Op.Conv).isPresent())
        .map(Node::describe)
        .toList();
  }
}
