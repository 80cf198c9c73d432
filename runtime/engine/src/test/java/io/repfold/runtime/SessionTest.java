package io.repfold.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionTest {
  @Test
  void it_computes_what_the_engine_does_at_every_shape() {
    try (Engine engine = relu();
        Session session = Session.of(engine, 2)) {
      for (int width : new int[] {3, 5, 3, 1, 0, 5}) {
        ByteBuffer x = session.prepare(2, width);
        for (int i = 0; i < 2 * width; i++) {
          x.putFloat(i - 1.5f * width);
        }
        HostTensor y = session.run().get("y");
        assertThat(y.shape()).containsExactly(2, width);
        for (int i = 0; i < 2 * width; i++) {
          assertThat(y.get(i)).isEqualTo(Math.max(0, i - 1.5 * width));
        }
      }
    }
  }

  @Test
  void memory_is_kept_for_the_shapes_that_were_used_last() {
    try (Engine engine = relu();
        Session session = Session.of(engine, 2)) {
      session.prepare(1, 1).putFloat(7);
      HostTensor one = session.run().get("y");
      session.prepare(1, 2).putFloat(1);
      HostTensor two = session.run().get("y");

      assertThat(session.prepare(1, 1).getFloat()).isEqualTo(7);
      assertThat(session.run().get("y")).isSameAs(one);
      session.prepare(1, 3);
      assertThat(session.prepare(1, 1).getFloat()).isEqualTo(7);
      assertThat(session.prepare(1, 2).getFloat()).as("of a shape that was forgotten").isZero();
      assertThat(session.run().get("y")).isNotSameAs(two);
      assertThat(two.toFloats()).containsExactly(1, 0);
    }
  }

  @Test
  void tensors_are_copied_in() {
    OnnxModel sum =
        new OnnxModel()
            .input("a", OnnxModel.FLOAT, "n")
            .input("b", OnnxModel.FLOAT, "n")
            .node("Sub", List.of("a", "b"), List.of("y"))
            .output("y", OnnxModel.FLOAT, "n");
    HostTensor a = HostTensor.ofFloats(new float[] {5, 7}, 2);
    HostTensor b = HostTensor.ofFloats(new float[] {1, 9}, 2);
    try (Engine engine = sum.load();
        Session session = Session.of(engine, 1)) {
      assertThat(session.run(Map.of("a", a, "b", b)).get("y").toFloats()).containsExactly(4, -2);
      assertThat(session.run(Map.of("a", b, "b", a)).get("y").toFloats()).containsExactly(-4, 2);
      assertThat(session.prepare(Map.of("a", new long[] {2}, "b", new long[] {2})))
          .containsOnlyKeys("a", "b");
      assertThatThrownBy(() -> session.prepare(2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("'tiny.onnx' has 2 inputs; give each its shape, by name");
      assertThatThrownBy(() -> session.prepare(Map.of("a", new long[] {2})))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("input 'b' [n] has no shape");
      assertThatThrownBy(
              () -> session.run(Map.of("a", a, "b", HostTensor.ofLongs(new long[] {1, 2}, 2))))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("input 'b': expected float32[n], found int64[2]");
    }
  }

  @Test
  void shapes_that_do_not_fit_are_refused_and_change_nothing() {
    try (Engine engine = relu();
        Session session = Session.of(engine, 1)) {
      session.prepare(1, 1).putFloat(3);
      assertThatThrownBy(() -> session.prepare(1, 2, 3))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("'tiny.onnx': input 'x': expected [n, m], found [1, 2, 3]");
      assertThatThrownBy(() -> session.prepare(Map.of("x", new long[] {1, 1}, "z", new long[] {1})))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("it has no input 'z'");
      assertThat(session.run().get("y").toFloats()).containsExactly(3);
    }
  }

  @Test
  void without_shapes_or_after_closing_it_says_so() {
    assertThatThrownBy(() -> Session.of(relu(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A session keeps memory for at least 1 shape, not 0");
    try (Engine engine = relu()) {
      Session session = Session.of(engine, 1);
      assertThatThrownBy(session::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("The session of 'tiny.onnx' has no shapes yet; call prepare");
      session.prepare(1, 1);
      HostTensor y = session.run().get("y");
      session.close();
      session.close();
      assertThatThrownBy(session::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("The session of 'tiny.onnx' is closed");
      assertThatThrownBy(() -> session.prepare(1, 1)).hasMessageContaining("is closed");
      assertThat(y.toFloats()).containsExactly(0);
    }
  }

  @Test
  void a_closed_engine_is_named() {
    Engine engine = relu();
    try (Session session = Session.of(engine, 1)) {
      session.prepare(1, 1);
      engine.close();
      assertThatThrownBy(session::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("The engine of 'tiny.onnx' is closed");
      assertThatThrownBy(() -> session.prepare(1, 2))
          .hasMessage("The engine of 'tiny.onnx' is closed");
    }
  }

  private static Engine relu() {
    return OnnxModel.unary("Relu", OnnxModel.FLOAT, "n", "m").load();
  }
}
