package io.repfold.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.repfold.fold.FoldOptions;
import io.repfold.fold.FoldReport;
import io.repfold.fold.Folder;
import io.repfold.graph.Graph;
import io.repfold.graph.Listing;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.numpy.Npz;
import io.repfold.onnx.OnnxFormatException;
import io.repfold.onnx.OnnxModel;
import io.repfold.runtime.HostTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks written in PyTorch after the papers, as PyTorch's exporters write them. */
class PyTorchBlocksTest {
  private static final Path FOLDER = Path.of("src/test/resources/pytorch");
  private static final double TOLERANCE = 1e-5;

  /** What the report must say, by the manifest's word for the obstacle. */
  private static final Map<String, String> REASONS =
      Map.of(
          "lattice", ".*would need a 5x5 kernel.*",
          "border", ".*(padded with zeros|borders differ).*",
          "count_include_pad", ".*count_include_pad is 0.*",
          "activation", ".*Relu.*not linear.*",
          "training", ".*training mode.*",
          "fanout", ".*(also read by|also a graph output).*",
          "stride", ".*(different strides|Resize.*which interpolates).*",
          "nonlinear",
              ".*(not linear|which moves elements|with others as one op|not known to be equal).*");

  static Stream<Fixture> linear() throws IOException {
    return fixtures().filter(f -> f.entry.has("convs"));
  }

  static Stream<Fixture> refused() throws IOException {
    return fixtures().filter(f -> f.entry.has("refuse"));
  }

  private static Stream<Fixture> fixtures() throws IOException {
    JsonNode manifest = new ObjectMapper().readTree(FOLDER.resolve("manifest.json").toFile());
    List<Fixture> fixtures = new ArrayList<>();
    manifest.forEach(entry -> fixtures.add(new Fixture(entry)));
    return fixtures.stream();
  }

  record Fixture(JsonNode entry) {
    Path file() {
      return FOLDER.resolve(entry.get("file").asText());
    }

    Map<String, HostTensor> arrays() throws IOException {
      return Npz.read(Path.of(file().toString().replace(".onnx", ".npz")));
    }

    FoldOptions options(Graph graph) {
      if (!entry.path("needs_shape").asBoolean()) {
        return FoldOptions.DEFAULT;
      }
      long[] shape = new ObjectMapper().convertValue(entry.get("input_shape"), long[].class);
      return FoldOptions.DEFAULT.withShapes(Map.of(graph.inputs().get(0).name(), shape));
    }

    @Override
    public String toString() {
      return entry.get("file").asText();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("linear")
  void a_linear_block_becomes_one_convolution(Fixture fixture) throws IOException {
    OnnxModel model = OnnxModel.read(fixture.file());
    // Its 5x5 of dilation 2 has 25 taps where the two kernels had 18: that must be asked for.
    double growth = fixture.toString().startsWith("dilations_2_4") ? 1.5 : 1;
    FoldOptions options = fixture.options(model.graph()).withGrowth(growth);
    Folder.Result result = Folder.fold(model.graph(), options);
    TorchOutputs.assertAgree(model.withGraph(result.graph()), fixture.arrays(), TOLERANCE);
    List<Node> left =
        result.graph().nodes().stream()
            .filter(
                n -> !(n.op() instanceof Op.Constant) && !isActivationAtTheEnd(n, result.graph()))
            .toList();
    String type = fixture.entry.path("op").asText("Conv");
    if (!fixture.entry.path("optional").asBoolean()) {
      assertThat(left.stream().map(n -> n.op().type()).filter(t -> !isBorderOrCrop(t)))
          .as(
              () ->
                  fixture + "\n" + Listing.of(result.graph()) + "\n" + result.report().leftAlone())
          .containsExactly(type);
    }
  }

  private static boolean isActivationAtTheEnd(Node node, Graph graph) {
    return node.op().type().equals("Relu") && graph.isOutput(node.output());
  }

  /** What a Conv node cannot say itself: a reflected border before it, negative pads. */
  private static boolean isBorderOrCrop(String type) {
    return type.equals("Pad") || type.equals("Slice");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void what_must_not_fold_is_left_alone_with_a_reason(Fixture fixture) throws IOException {
    OnnxModel model;
    try {
      model = OnnxModel.read(fixture.file());
    } catch (OnnxFormatException e) {
      assertThat(fixture.entry.get("refuse").asText()).isEqualTo("invalid");
      return;
    }
    if (fixture.entry.get("refuse").asText().equals("invalid")) {
      return;
    }
    Folder.Result result = Folder.fold(model.graph(), fixture.options(model.graph()));
    TorchOutputs.assertAgree(model.withGraph(result.graph()), fixture.arrays(), TOLERANCE);
    FoldReport report = result.report();
    long linear =
        result.graph().nodes().stream()
            .map(n -> n.op().type())
            .filter(t -> t.equals("Conv") || t.equals("BatchNormalization") || t.endsWith("Pool"))
            .count();
    assertThat(linear).isGreaterThanOrEqualTo(fixture.entry.get("min_linear").asInt());
    assertThat(report.leftAlone().stream().flatMap(l -> l.reasons().stream()))
        .as(() -> fixture + "\n" + Listing.of(result.graph()))
        .anyMatch(reason -> reason.matches(REASONS.get(fixture.entry.get("refuse").asText())));
  }
}
