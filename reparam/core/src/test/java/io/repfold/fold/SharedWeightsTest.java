package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.Op;
import io.repfold.graph.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedWeightsTest {
  private final Net net = new Net();

  private String conv(String x, String weight) {
    return net.b.op("conv", new Op.Conv(Window.DEFAULT, 1), List.of(x, weight), 4);
  }

  private String scaled(String x, double factor) {
    return net.op(new Op.Binary(Op.Binary.Function.MUL), x, net.reals(factor));
  }

  private Verified fold(double first, double second) {
    String weight = net.b.initializer("w", net.random(4, 4, 3, 3));
    String a = scaled(conv(net.image("x", "4", "7", "7"), weight), first);
    String b = scaled(conv(net.image("z", "4", "7", "7"), weight), second);
    return net.fold(a, b).becomes("Conv", "Conv");
  }

  @Test
  void convolutions_that_become_equal_go_on_sharing_their_weight() {
    assertThat(fold(3, 3).graph().initializers()).hasSize(1);
  }

  @Test
  void convolutions_that_become_different_do_not() {
    assertThat(fold(3, 2).graph().initializers()).hasSize(2);
  }

  @Test
  void weights_that_are_equal_by_chance_stay_apart() {
    String a = net.b.initializer("a", net.random(4, 4, 3, 3));
    String b = net.b.initializer("b", net.b.build().initializers().get(a));
    String x = net.image("x", "4", "7", "7");
    String z = net.image("z", "4", "7", "7");
    Verified verified = net.fold(scaled(conv(x, a), 3), scaled(conv(z, b), 3));
    assertThat(verified.becomes("Conv", "Conv").graph().initializers()).hasSize(2);
  }
}
