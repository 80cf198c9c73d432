package io.repfold.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.blocks.RepKind;
import io.repfold.fold.ExpandOptions;
import io.repfold.graph.Dim;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import io.repfold.kit.Nets;
import io.repfold.onnx.OnnxModel;
import io.repfold.pipeline.convert.ConversionRequest;
import io.repfold.pipeline.convert.ConvertFile;
import io.repfold.pipeline.convert.Precision;
import io.repfold.pipeline.fold.ExpandFile;
import io.repfold.pipeline.fold.ExpandOutcome;
import io.repfold.pipeline.fold.FoldFile;
import io.repfold.pipeline.fold.FoldOutcome;
import io.repfold.pipeline.fold.FoldPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What programs ask for and cannot get. */
class RequestsTest {
  @TempDir private Path folder;

  private Path model;

  @BeforeEach
  void write() {
    Shape open = new Shape(List.of(new Dim.Symbol("N"), Dim.of(3), Dim.of(8), new Dim.Symbol("W")));
    Graph graph = Nets.repVgg("x", open);
    model = folder.resolve("model.onnx");
    OnnxModel.of(graph).write(model);
  }

  @ParameterizedTest
  @CsvSource({
    "none/x.onnx, there is no folder",
    "., is a folder",
    "x.plan, is a TensorRT plan by its name",
  })
  void a_target_that_cannot_be_is_refused_before_the_work(String name, String reason) {
    Path target = folder.resolve(name);

    assertThatThrownBy(() -> FoldFile.of(model).to(target, step -> refuse()))
        .isInstanceOfSatisfying(
            PipelineException.class,
            e -> assertThat(e.kind()).isEqualTo(PipelineException.Kind.REQUEST))
        .hasMessageContaining(reason);
    assertThatThrownBy(() -> ConvertFile.of(model, ConversionRequest.to(Precision.FP16)).to(target))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining(reason);
  }

  private static void refuse() {
    throw new AssertionError("work has begun");
  }

  @Test
  void shapes_that_do_not_fit_leave_no_file_that_nobody_proved() {
    Path target = folder.resolve("half.onnx");
    for (Map<String, long[]> shapes :
        List.of(
            Map.of("x", new long[] {1, 4, 8, 10}),
            Map.of("x", new long[] {1, 3, 10}),
            Map.of("x", new long[] {1, 3, 8, -10}),
            Map.of("image", new long[] {1, 3, 8, 10}))) {
      assertThatThrownBy(
              () ->
                  ConvertFile.of(model, ConversionRequest.to(Precision.FP16).withShapes(shapes))
                      .to(target))
          .isInstanceOfSatisfying(
              PipelineException.class,
              e -> assertThat(e.kind()).isEqualTo(PipelineException.Kind.REQUEST))
          .hasMessageContaining(shapes.keySet().iterator().next());
      assertThat(target).doesNotExist();
    }
    Map<String, long[]> good = Map.of("x", new long[] {2, 3, 8, 10});
    assertThat(
            ConvertFile.of(model, ConversionRequest.to(Precision.FP16).withShapes(good))
                .to(target)
                .comparisons())
        .isNotEmpty();
    assertThat(target).exists();
  }

  private static void isRequest(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            PipelineException.class,
            e -> assertThat(e.kind()).isEqualTo(PipelineException.Kind.REQUEST))
        .hasMessageContainingAll(parts);
  }

  @Test
  void shapes_that_contradict_the_model_are_the_callers_mistake() {
    Path target = folder.resolve("other.onnx");
    Map<String, long[]> shapes = Map.of("x", new long[] {1, 4, 8, 10});
    ExpandOptions options = ExpandOptions.of(RepKind.REPVGG);
    String[] parts = {"model.onnx: withShapes: Input 'x", "declares 3 on axis 1"};

    isRequest(() -> FoldFile.of(model).withShapes(shapes).to(target), parts);
    isRequest(() -> FoldFile.of(model).withShapes(shapes).plan(), parts);
    isRequest(() -> FoldPlan.of(ModelFile.read(model), shapes), parts);
    isRequest(() -> ExpandFile.of(model, options).withShapes(shapes).to(target), parts);
    isRequest(
        () -> FoldFile.of(model).withShapes(Map.of("image", new long[] {1})).to(target),
        "There is no input 'image'");
    assertThat(target).doesNotExist();
  }

  /** Whatever shapes were asked for. */
  @Test
  void a_graph_that_is_not_valid_is_not_the_callers_mistake() {
    Graph wrong =
        new Graph.Builder("wrong")
            .input(Value.float32("x", 1, 3, 8, 8))
            .node(new Op.Transpose(List.of(0, 1)), List.of("x"), "y")
            .output(new Value("y", Optional.empty(), Optional.empty()))
            .build();
    Path file = folder.resolve("wrong.onnx");
    OnnxModel.of(wrong).write(file);

    for (Map<String, long[]> shapes :
        List.of(Map.<String, long[]>of(), Map.of("x", new long[] {1, 4, 8, 8}))) {
      assertThatThrownBy(() -> FoldFile.of(file).withShapes(shapes).plan())
          .isInstanceOfSatisfying(
              PipelineException.class,
              e -> assertThat(e.kind()).isEqualTo(PipelineException.Kind.WORK))
          .hasMessageContaining("wrong.onnx: ");
    }
  }

  @Test
  void an_expansion_takes_a_path_and_leaves_a_file() {
    Path folded = folder.resolve("folded.onnx");
    Path expanded = folder.resolve("expanded.onnx");
    FoldFile.of(model).to(folded);

    ExpandOutcome outcome = ExpandFile.of(folded, ExpandOptions.of(RepKind.REPVGG)).to(expanded);

    assertThat(outcome.report().expanded()).isNotEmpty();
    assertThat(OnnxModel.read(expanded).graph().nodes().size())
        .isGreaterThan(OnnxModel.read(folded).graph().nodes().size());
  }

  @Test
  void a_source_that_is_gone_is_named() throws IOException {
    FoldFile fold = FoldFile.of(model);
    Files.delete(model);

    assertThatThrownBy(() -> fold.to(folder.resolve("folded.onnx")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("model.onnx");
  }

  @Test
  void a_fold_leaves_a_file_with_its_certificate() {
    Path folded = folder.resolve("folded.onnx");

    FoldOutcome outcome = FoldFile.of(model).to(folded);

    assertThat(outcome.holds()).isTrue();
    assertThat(OnnxModel.read(folded).metadata())
        .containsEntry("repfold.fold", outcome.certificate().orElseThrow());
  }
}
