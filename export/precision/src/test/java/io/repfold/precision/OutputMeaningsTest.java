package io.repfold.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import io.repfold.graph.Window;
import io.repfold.kit.Layers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What shows the kind of an output's numbers. */
class OutputMeaningsTest {
  private static final Op SIGMOID = new Op.Unary(Op.Unary.Function.SIGMOID);
  private static final Op MUL = new Op.Binary(Op.Binary.Function.MUL);

  /** An image of three channels and a layer {@code c} over it. */
  private static Graph.Builder layer(int channels) {
    return new Graph.Builder("g")
        .opset("", 17)
        .input(Value.float32("x", 1, 3, 8, 8))
        .initializer("w", Tensor.ofFloats(new float[channels * 3], channels, 3, 1, 1))
        .node(Layers.CONV, List.of("x", "w"), "c");
  }

  private static List<Piece> pieces(Graph.Builder graph, String output) {
    Graph built = graph.output(new Value(output, Optional.empty(), Optional.empty())).build();
    return OutputMeanings.of(built).of(output);
  }

  private static Piece piece(Graph.Builder graph, String output) {
    List<Piece> pieces = pieces(graph, output);
    assertThat(pieces).hasSize(1);
    return pieces.get(0);
  }

  @Test
  void a_softmax_shows_classes_and_where_they_are() {
    Piece piece =
        piece(
            layer(3)
                .node(new Op.Softmax(1, false), List.of("c"), "s")
                .node(new Op.Transpose(List.of(0, 2, 3, 1)), List.of("s"), "y"),
            "y");
    assertThat(piece.kind()).isEqualTo(OutputKind.CLASSES);
    assertThat(piece.axis()).hasValue(3);
    assertThat(piece.certain()).isTrue();
    assertThat(piece.because()).contains("Softmax");
  }

  @Test
  void many_channels_that_a_layer_gives_alike_are_likely_classes() {
    Piece piece = piece(layer(5), "c");
    assertThat(piece.kind()).isEqualTo(OutputKind.CLASSES);
    assertThat(piece.certain()).isFalse();
    assertThat(piece.axis()).hasValue(1);
    Piece few = piece(layer(4), "c");
    assertThat(few.kind()).isEqualTo(OutputKind.BOXES);
    assertThat(few.axis()).hasValue(1);
  }

  /** Maps that are made larger in the end are what segmentation gives. */
  @Test
  void two_channels_are_classes_behind_a_resize() {
    Graph.Builder graph =
        layer(2)
            .initializer("scales", Tensor.ofFloats(new float[] {1, 1, 2, 2}, 4))
            .node(Graphs.RESIZE, List.of("c", "", "scales", ""), "y");
    assertThat(piece(graph, "y").kind()).isEqualTo(OutputKind.CLASSES);
  }

  @Test
  void a_sigmoid_shows_scores_unless_it_is_scaled() {
    assertThat(piece(layer(1).node(SIGMOID, List.of("c"), "y"), "y").kind())
        .isEqualTo(OutputKind.SCORES);
    assertThat(piece(layer(80).node(SIGMOID, List.of("c"), "y"), "y").kind())
        .isEqualTo(OutputKind.SCORES);
    Graph.Builder scaled =
        layer(2)
            .initializer("k", Tensor.ofFloats(new float[] {640}, 1))
            .node(SIGMOID, List.of("c"), "s")
            .node(MUL, List.of("s", "k"), "y");
    assertThat(piece(scaled, "y").kind()).isEqualTo(OutputKind.BOXES);
  }

  @Test
  void what_has_the_channels_and_pixels_of_the_input_is_an_image() {
    assertThat(piece(layer(3), "c").kind()).isEqualTo(OutputKind.IMAGE);
    assertThat(piece(layer(3).node(SIGMOID, List.of("c"), "y"), "y").kind())
        .isEqualTo(OutputKind.IMAGE);
    Graph.Builder larger = layer(12).node(new Op.DepthToSpace(2, false), List.of("c"), "y");
    assertThat(piece(larger, "y").kind()).isEqualTo(OutputKind.IMAGE);
    Graph.Builder smaller =
        layer(3)
            .node(
                new Op.MaxPool(
                    List.of(2, 2),
                    new Window(
                        Window.AutoPad.NOTSET, List.of(2, 2), List.of(), List.of(0, 0, 0, 0)),
                    false,
                    false),
                List.of("c"),
                "y");
    assertThat(piece(smaller, "y").kind()).isNotEqualTo(OutputKind.IMAGE);
  }

  @Test
  void integers_are_labels() {
    assertThat(piece(layer(5).node(new Op.ArgMax(1, false, false), List.of("c"), "y"), "y").kind())
        .isEqualTo(OutputKind.LABELS);
  }

  /** Boxes beside scores, as detectors give them. */
  @Test
  void unlike_things_that_are_joined_are_pieces() {
    Graph.Builder graph =
        layer(4)
            .initializer("v", Tensor.ofFloats(new float[6 * 3], 6, 3, 1, 1))
            .initializer("k", Tensor.ofFloats(new float[] {640}, 1))
            .initializer("flat", Tensor.ofLongs(new long[] {1, -1, 64}, 3))
            .node(Layers.CONV, List.of("x", "v"), "d")
            .node(MUL, List.of("c", "k"), "b")
            .node(SIGMOID, List.of("d"), "s")
            .node(new Op.Reshape(false), List.of("b", "flat"), "boxes")
            .node(new Op.Reshape(false), List.of("s", "flat"), "scores")
            .node(new Op.Concat(1), List.of("boxes", "scores"), "j")
            .node(new Op.Transpose(List.of(0, 2, 1)), List.of("j"), "y");
    List<Piece> pieces = pieces(graph, "y");
    assertThat(pieces).extracting(Piece::kind).containsExactly(OutputKind.BOXES, OutputKind.SCORES);
    assertThat(pieces)
        .extracting(Piece::band)
        .containsExactly(
            Optional.of(new Piece.Band(2, 0, 4)), Optional.of(new Piece.Band(2, 4, 10)));
    assertThat(pieces.get(0).axis()).hasValue(2);
  }

  /** Anchors of several maps, one behind the other: all of them are scores. */
  @Test
  void like_things_that_are_joined_are_one() {
    Graph.Builder graph =
        layer(1)
            .node(SIGMOID, List.of("c"), "s")
            .node(new Op.Unary(Op.Unary.Function.NEG), List.of("c"), "n")
            .node(SIGMOID, List.of("n"), "t")
            .node(new Op.Concat(1), List.of("s", "t"), "y");
    assertThat(piece(graph, "y").kind()).isEqualTo(OutputKind.SCORES);
  }

  @Test
  void a_product_of_two_computed_tensors_shows_nothing() {
    Graph.Builder graph =
        layer(6).node(SIGMOID, List.of("c"), "s").node(MUL, List.of("c", "s"), "y");
    assertThat(piece(graph, "y").kind()).isIn(OutputKind.VALUES, OutputKind.BOXES);
  }

  @Test
  void where_shapes_are_open_nothing_is_guessed() {
    Shape open = new Shape(List.of(Dim.unknown(), Dim.unknown(), Dim.unknown(), Dim.unknown()));
    Graph.Builder graph =
        new Graph.Builder("g")
            .input(Value.of("x", ElementType.FLOAT, open))
            .node(new Op.Identity(), List.of("x"), "y");
    Piece piece = piece(graph, "y");
    assertThat(piece.kind()).isEqualTo(OutputKind.VALUES);
    assertThat(piece.axis()).isEqualTo(OptionalInt.empty());
  }

  @Test
  void a_caller_says_otherwise() {
    Graph graph = layer(5).output(new Value("c", Optional.empty(), Optional.empty())).build();
    OutputMeanings found = OutputMeanings.of(graph);
    Piece values = found.with(Map.of("c", OutputKind.VALUES)).of("c").get(0);
    assertThat(values.kind()).isEqualTo(OutputKind.VALUES);
    assertThat(values.certain()).isTrue();
    assertThat(found.with(Map.of("*", OutputKind.CLASSES)).of("c").get(0).axis()).hasValue(1);
    assertThatThrownBy(() -> found.with(Map.of("z", OutputKind.NONE)))
        .isInstanceOf(InvalidGraphException.class)
        .hasMessageContaining("there is no output 'z'; the outputs are 'c'");
  }
}
