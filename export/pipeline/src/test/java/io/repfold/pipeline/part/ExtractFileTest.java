package io.repfold.pipeline.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.kit.Difference;
import io.repfold.kit.Inputs;
import io.repfold.kit.ResidualNet;
import io.repfold.kit.Values;
import io.repfold.onnx.OnnxModel;
import io.repfold.onnx.WriteOptions;
import io.repfold.pipeline.PipelineException;
import io.repfold.runtime.Backends;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineOptions;
import io.repfold.runtime.HostTensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A part of a file computes what the whole does there, and what is no part is refused. */
class ExtractFileTest {
  private static final Graph NET = ResidualNet.of(3);

  @TempDir private Path folder;

  private Path file(Graph graph) {
    Path file = folder.resolve("model.onnx");
    OnnxModel.of(graph).write(file);
    return file;
  }

  private Graph extracted(Graph graph, List<String> from, List<String> to) {
    Path target = folder.resolve("part.onnx");
    ExtractFile.of(file(graph)).withFrom(from).withTo(to).to(target);
    return OnnxModel.read(target).graph();
  }

  @ParameterizedTest
  @CsvSource({"b0.out, b1.conv2", "b0.out, b2.out", "b1.conv2.weight, b1.conv2", "b1.bn2, scores"})
  void a_part_computes_what_the_whole_does(String from, String to) {
    Map<String, NdArray> inputs = Inputs.random(NET, 3, 2);
    Map<String, NdArray> all = new HashMap<>(inputs);
    NET.initializers().forEach((name, tensor) -> all.put(name, NdArray.of(tensor)));
    all.putAll(new Interpreter(NET).runAll(inputs));
    List<String> ends = from.equals("b0.out") ? List.of(from) : List.of(from, "b0.out");

    Graph part = extracted(NET, ends, List.of(to));

    Map<String, NdArray> given = new LinkedHashMap<>();
    ends.forEach(name -> given.put(name, all.get(name)));
    NdArray found = new Interpreter(part).run(given).get(to);
    assertThat(Difference.ALL_FINITE.relative(all.get(to), found)).isZero();
    assertThat(part.inputs()).extracting(Value::name).containsExactlyElementsOf(ends);
    assertThat(part.inputs()).allSatisfy(v -> assertThat(v.shape()).isPresent());
    assertThat(part.nodes()).hasSizeLessThan(NET.nodes().size());
  }

  @Test
  void an_end_that_is_not_named_is_that_of_the_model() {
    Graph head = extracted(NET, List.of(), List.of("b1.sum"));
    Graph tail = extracted(NET, List.of("b1.out"), List.of());

    assertThat(head.inputs()).isEqualTo(NET.inputs());
    assertThat(head.outputs()).containsExactly(Value.float32("b1.sum", 1, 4, 6, 5));
    assertThat(tail.outputs()).isEqualTo(NET.outputs());
    assertThat(tail.nodes().size() + head.nodes().size()).isEqualTo(NET.nodes().size() - 1);
  }

  @Test
  void open_sizes_stay_open() {
    Shape images = new Shape(List.of(new Dim.Symbol("N"), Dim.of(4), Dim.of(6), Dim.of(5)));
    Graph open =
        NET.toBuilder()
            .replaceInputs(List.of(Value.of("x", ElementType.FLOAT, images)))
            .replaceOutputs(List.of(Values.any("scores")))
            .build();

    Graph part = extracted(open, List.of("b0.out"), List.of("b1.out"));

    assertThat(part.inputs()).containsExactly(Value.of("b0.out", ElementType.FLOAT, images));
  }

  @Test
  void weights_outside_of_the_file_stay_outside() {
    Path model = folder.resolve("model.onnx");
    Path part = folder.resolve("part.onnx");
    Graph big = scaled().initializer("w", Tensor.ofFloats(new float[4096], 4096)).build();
    OnnxModel.of(big).write(model, new WriteOptions(WriteOptions.ExternalData.ALWAYS));

    ExtractFile.of(model).withTo(List.of("y")).to(part);

    assertThat(folder.resolve("part.onnx.data")).exists();
    assertThat(OnnxModel.read(part).graph())
        .isEqualTo(
            OnnxModel.read(model).graph().toBuilder()
                .replaceNodes(big.nodes().subList(0, 1))
                .replaceOutputs(List.of(Value.float32("y", 4096)))
                .build());
  }

  private static Graph.Builder scaled() {
    return new Graph.Builder("scaled")
        .input(Value.float32("x", 4096))
        .node(new Op.Binary(Op.Binary.Function.MUL), List.of("x", "w"), "y")
        .node(new Op.Unary(Op.Unary.Function.RELU), List.of("y"), "z")
        .output(Value.float32("z", 4096));
  }

  @Test
  void what_is_said_of_the_whole_is_not_said_of_a_part() {
    Path model = folder.resolve("model.onnx");
    Path part = folder.resolve("part.onnx");
    OnnxModel.of(NET)
        .withMetadata("repfold.fold", "certificate")
        .withMetadata("author", "somebody")
        .write(model);

    ExtractFile.of(model).withTo(List.of("b1.out")).to(part);

    assertThat(OnnxModel.read(part).metadata()).containsExactly(Map.entry("author", "somebody"));
  }

  private static Graph choosing() {
    return new Graph.Builder("choosing")
        .input(Value.float32("x", 3))
        .input(Value.of("choice", ElementType.BOOL, Shape.of()))
        .node(new Op.Unary(Op.Unary.Function.TANH), List.of("x"), "b")
        .initializer("w", Tensor.ofFloats(new float[] {1, 2, 3}, 3))
        .node(
            Bodies.choice("Add", List.of("b", "w"), "Mul", List.of("b", "b")),
            List.of("choice"),
            "chosen")
        .node(new Op.Unary(Op.Unary.Function.RELU), List.of("chosen"), "y")
        .output(Value.float32("y", 3))
        .build();
  }

  @Test
  void what_bodies_read_becomes_an_input_or_comes_along() {
    Path part = folder.resolve("part.onnx");
    ExtractFile.of(file(choosing())).withFrom(List.of("b", "choice")).withTo(List.of("y")).to(part);

    HostTensor b = HostTensor.ofFloats(new float[] {-1, 2, 4}, 3);
    HostTensor yes = HostTensor.of(io.repfold.runtime.ElementType.BOOL, new double[] {1});
    try (Engine engine = Backends.onnxRuntimeCpu().load(part, EngineOptions.defaults())) {
      assertThat(engine.run(Map.of("b", b, "choice", yes)).get("y").toFloats())
          .containsExactly(0, 4, 7);
    }
  }

  private void refuses(Graph graph, List<String> from, List<String> to, String... said) {
    ExtractFile request = ExtractFile.of(file(graph)).withFrom(from).withTo(to);
    Path target = folder.resolve("refused.onnx");

    assertThatThrownBy(() -> request.to(target))
        .isInstanceOfSatisfying(
            PipelineException.class,
            e -> assertThat(e.kind()).isEqualTo(PipelineException.Kind.REQUEST))
        .hasMessageStartingWith(folder.resolve("model.onnx").toString())
        .message()
        .contains(said);
    assertThat(target).doesNotExist();
  }

  @Test
  void names_that_are_no_tensors_are_refused() {
    refuses(
        NET, List.of("b1.outt"), List.of(), "withFrom: there is no tensor 'b1.outt'", "'b1.out'?");
    refuses(NET, List.of(), List.of("nothing.like.it"), "withTo", "Graph.nodes lists");
    refuses(choosing(), List.of(), List.of("inside.then"), "in a body of If 'chosen'", "'chosen'");
    Graph named =
        ResidualNet.replaced(
            NET,
            "b1.sum",
            n -> new io.repfold.graph.Node("Add_7", n.op(), n.inputs(), n.outputs()));
    refuses(named, List.of(), List.of("Add_7"), "'Add_7' is a node", "[b1.sum]");
  }

  @Test
  void ends_that_enclose_no_part_are_refused() {
    refuses(NET, List.of(), List.of(), "name no tensor");
    refuses(NET, List.of("b1.out"), List.of("b1.out"), "withFrom and withTo");
    refuses(NET, List.of(), List.of("x"), "'x' is an input");
    refuses(NET, List.of(), List.of("b1.conv1.weight"), "is a weight");
    refuses(NET, List.of("b1.relu"), List.of("b1.sum"), "'b1.sum' also needs the input 'x'");
    refuses(choosing(), List.of("b"), List.of("y"), "'y' also needs the input 'choice'");
    refuses(
        NET,
        List.of("b0.out", "b2.out"),
        List.of("b1.out"),
        "Nothing on the way to [b1.out] reads 'b2.out'");
    refuses(
        NET,
        List.of("b0.out", "b0.relu"),
        List.of("b1.out"),
        "Nothing reads 'b0.relu' on the way",
        "through the others");
  }

  @Test
  void ends_of_unknown_elements_are_refused() {
    Graph sequence =
        new Graph.Builder("sequence")
            .input(Value.float32("x", 3))
            .node(new Op.Opaque("", "SequenceConstruct", Map.of(), List.of()), List.of("x"), "s")
            .node(new Op.Opaque("", "ConcatFromSequence", Map.of(), List.of()), List.of("s"), "y")
            .output(Value.float32("y", 3))
            .build();

    refuses(sequence, List.of("s"), List.of("y"), "'s' of SequenceConstruct 's' is a sequence");
    refuses(sequence, List.of(), List.of("s"), "cut at another tensor");
  }
}
