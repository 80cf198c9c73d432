package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.ElementType;
import io.repfold.graph.Graph;
import io.repfold.graph.Node;
import io.repfold.graph.Op;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A CastLike takes only the type of its second input. */
class CastLikeTest {
  private static Op opaque(String domain, String type) {
    return new Op.Opaque(domain, type, Map.of(), List.of());
  }

  private static Op castLike(Map<String, Object> attributes) {
    return new Op.Opaque("", "CastLike", attributes, List.of());
  }

  private static Graph graph(Op op, Optional<ElementType> like, String... inputs) {
    Graph.Builder graph = new Graph.Builder("cast");
    graph.input(Value.of("x", ElementType.FLOAT, Shape.of(3)));
    graph.input(new Value("like", like, Optional.empty()));
    graph.node(new Node("the cast", op, List.of(inputs), List.of("y")));
    graph.node(new Op.Unary(Op.Unary.Function.RELU), List.of("y"), "z");
    graph.output(new Value("z", Optional.empty(), Optional.empty()));
    return graph.build();
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT16", "INT64", "BOOL"})
  void becomes_a_cast_to_a_known_type(ElementType type) {
    Graph resolved =
        CastLikes.resolved(
            new Facts(graph(opaque("", "CastLike"), Optional.of(type), "x", "like")));
    assertThat(resolved.nodes().get(0))
        .isEqualTo(new Node("the cast", new Op.Cast(type), List.of("x"), List.of("y")));
    assertThat(resolved.nodes().get(1).op()).isEqualTo(new Op.Unary(Op.Unary.Function.RELU));
  }

  @Test
  void that_casts_as_a_cast_does_becomes_one() {
    Op op = castLike(Map.of("saturate", 1L, "round_mode", "up"));
    Graph graph = graph(op, Optional.of(ElementType.DOUBLE), "x", "like");

    assertThat(CastLikes.resolved(new Facts(graph)).nodes().get(0).op())
        .isEqualTo(new Op.Cast(ElementType.DOUBLE));
  }

  @Test
  void that_casts_otherwise_stays() {
    for (Op op :
        List.of(castLike(Map.of("saturate", 0L)), castLike(Map.of("round_mode", "down")))) {
      Graph graph = graph(op, Optional.of(ElementType.DOUBLE), "x", "like");

      assertThat(CastLikes.resolved(new Facts(graph))).isEqualTo(graph);
    }
  }

  @Test
  void of_an_unknown_type_stays() {
    Graph graph = graph(opaque("", "CastLike"), Optional.empty(), "x", "like");
    assertThat(CastLikes.resolved(new Facts(graph))).isEqualTo(graph);
  }

  @Test
  void of_another_domain_or_name_stays() {
    Graph foreign =
        graph(opaque("custom", "CastLike"), Optional.of(ElementType.DOUBLE), "x", "like");
    assertThat(CastLikes.resolved(new Facts(foreign))).isSameAs(foreign);
    Graph other = graph(opaque("", "Bernoulli"), Optional.of(ElementType.DOUBLE), "x", "like");
    assertThat(CastLikes.resolved(new Facts(other))).isSameAs(other);
  }

  @Test
  void of_one_input_only_stays() {
    Graph graph = graph(opaque("", "CastLike"), Optional.of(ElementType.DOUBLE), "x");
    assertThat(CastLikes.resolved(new Facts(graph))).isSameAs(graph);
  }
}
