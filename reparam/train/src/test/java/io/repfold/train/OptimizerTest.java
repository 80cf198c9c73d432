package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.repfold.graph.Tensor;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {
  private static final int STEPS = 20;

  /** Parameters after 20 steps of torch.optim, with a rate that falls as a polynomial. */
  record Case(
      String name,
      Map<String, Object> args,
      double rate,
      double @Nullable [] momentum,
      float[] weight,
      float[] bias) {
    OptionalDouble momentum(int step) {
      return momentum == null
          ? OptionalDouble.empty()
          : OptionalDouble.of(momentum[0] + (momentum[1] - momentum[0]) * step / STEPS);
    }

    @Override
    public String toString() {
      return name + args + (momentum == null ? "" : " with another momentum each step");
    }
  }

  static List<Case> cases() throws IOException {
    try (var json = OptimizerTest.class.getResourceAsStream("optimizers.json")) {
      return List.of(new ObjectMapper().readValue(json, Case[].class));
    }
  }

  /** Two parameters and a bowl that they roll down. */
  private static final class Bowl implements AutoCloseable {
    final NDManager manager = NDManager.newBaseManager();
    final NDArray weight = array(new Shape(3, 2), 1.5f, -0.75f, 0.25f, 2, -1.25f, 0.5f);
    final NDArray bias = array(new Shape(3), 0.5f, -1, 3);
    private final NDArray weightSlope = array(new Shape(3, 2), 1, 0.5f, 2, 0.25f, 0.125f, 4);
    private final NDArray weightLow = array(new Shape(3, 2), 0, 1, -1, 0.5f, 2, -0.5f);
    private final NDArray biasSlope = array(new Shape(3), 0.5f, 1, 0.25f);
    private final NDArray biasLow = array(new Shape(3), 1, 1, -2);

    Bowl() {
      weight.setRequiresGradient(true);
      bias.setRequiresGradient(true);
    }

    private NDArray array(Shape shape, float... values) {
      return manager.create(values, shape);
    }

    List<ParameterGroup> groups() {
      return List.of(
          new ParameterGroup("head", Map.of("weight", weight), 1, 0.01),
          new ParameterGroup("backbone", Map.of("bias", bias), 0.1, 0));
    }

    void differentiate() {
      try (var collector = Engine.getInstance().newGradientCollector()) {
        NDArray w = weight.sub(weightLow).square().mul(weightSlope).sum();
        NDArray b = bias.sub(biasLow).square().mul(biasSlope).sum();
        collector.backward(w.add(b));
      }
    }

    void roll(Optimizer optimizer, Case c, int from, int to) {
      for (int step = from; step < to; step++) {
        zero(weight);
        zero(bias);
        differentiate();
        optimizer.step(c.rate() * Math.pow(1 - step / (double) STEPS, 0.9), c.momentum(step));
      }
    }

    private static void zero(NDArray parameter) {
      try (NDArray gradient = parameter.getGradient()) {
        gradient.muli(0);
      }
    }

    @Override
    public void close() {
      manager.close();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void twenty_steps_end_where_torch_optim_ends(Case c) {
    try (Bowl bowl = new Bowl();
        Optimizer optimizer = Optimizer.of(c.name(), c.args(), bowl.groups())) {
      bowl.roll(optimizer, c, 0, STEPS);
      assertThat(bowl.weight.toFloatArray()).containsExactly(c.weight(), within(1e-6f));
      assertThat(bowl.bias.toFloatArray()).containsExactly(c.bias(), within(1e-6f));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void a_restored_state_goes_on_with_the_same_bits(Case c) {
    try (Bowl whole = new Bowl();
        Bowl parts = new Bowl();
        Optimizer optimizer = Optimizer.of(c.name(), c.args(), whole.groups());
        Optimizer first = Optimizer.of(c.name(), c.args(), parts.groups());
        Optimizer second = Optimizer.of(c.name(), c.args(), parts.groups())) {
      whole.roll(optimizer, c, 0, STEPS);
      parts.roll(first, c, 0, 7);
      Map<String, Tensor> state = first.state();
      second.restore(state);
      assertThat(second.state()).isEqualTo(state);
      parts.roll(second, c, 7, STEPS);
      assertThat(parts.weight.toFloatArray()).isEqualTo(whole.weight.toFloatArray());
      assertThat(parts.bias.toFloatArray()).isEqualTo(whole.bias.toFloatArray());
      assertThat(second.state()).isEqualTo(optimizer.state());
    }
  }

  @Test
  void steps_leave_no_arrays_behind() {
    Case c = new Case("SGD", Map.of("momentum", 0.9), 0.1, null, new float[0], new float[0]);
    try (Bowl bowl = new Bowl();
        Optimizer optimizer = Optimizer.of(c.name(), c.args(), bowl.groups())) {
      bowl.differentiate();
      int before = bowl.manager.getManagedArrays().size();
      for (int i = 0; i < 5; i++) {
        optimizer.step(0.1, OptionalDouble.empty());
      }
      assertThat(bowl.manager.getManagedArrays()).hasSize(before);
    }
  }

  @Test
  void a_schedule_cannot_drive_a_momentum_that_is_not_there() {
    try (Bowl bowl = new Bowl();
        Optimizer plain = Optimizer.of("SGD", Map.of(), bowl.groups())) {
      assertThatThrownBy(() -> plain.step(0.1, OptionalDouble.of(0.95)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("optimizer.args.momentum")
          .hasMessageContaining("cycle_momentum");
      assertThat(bowl.weight.toFloatArray()[0]).isEqualTo(1.5f);
    }
  }

  @Test
  void a_state_of_another_optimizer_or_network_is_refused() {
    try (Bowl bowl = new Bowl();
        Optimizer adam = Optimizer.of("Adam", Map.of(), bowl.groups());
        Optimizer sgd = Optimizer.of("SGD", Map.of("momentum", 0.9), bowl.groups());
        Optimizer plain = Optimizer.of("SGD", Map.of(), bowl.groups())) {
      assertThatThrownBy(() -> adam.restore(sgd.state()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("weight/mean")
          .hasMessageContaining("FLOAT[3, 2]")
          .hasMessageContaining("none");
      assertThatThrownBy(() -> plain.restore(sgd.state()))
          .hasMessageContaining("weight/momentum")
          .hasMessageContaining("another optimizer");
      Map<String, Tensor> wrong = new HashMap<>(sgd.state());
      wrong.put("bias/momentum", Tensor.ofFloats(new float[4], 4));
      assertThatThrownBy(() -> sgd.restore(wrong)).hasMessageContaining("FLOAT[4]");
    }
  }

  @Test
  void norms_and_biases_may_be_spared_from_decay() {
    Map<String, Object> spared = Map.of("decay_norms_and_biases", false);
    try (Bowl bowl = new Bowl();
        Optimizer all = Optimizer.of("SGD", Map.of(), decaying(bowl));
        Optimizer some = Optimizer.of("SGD", spared, decaying(bowl))) {
      float[] weight = bowl.weight.toFloatArray();
      float[] bias = bowl.bias.toFloatArray();
      Bowl.zero(bowl.weight);
      Bowl.zero(bowl.bias);
      some.step(1, OptionalDouble.empty());
      assertThat(bowl.weight.toFloatArray()[0]).isCloseTo(weight[0] / 2, within(1e-6f));
      assertThat(bowl.bias.toFloatArray()).isEqualTo(bias);
      Bowl.zero(bowl.weight);
      all.step(1, OptionalDouble.empty());
      assertThat(bowl.weight.toFloatArray()[0]).isCloseTo(weight[0] / 4, within(1e-6f));
      assertThat(bowl.bias.toFloatArray()[0]).isCloseTo(bias[0] / 2, within(1e-6f));
    }
  }

  private static List<ParameterGroup> decaying(Bowl bowl) {
    Map<String, NDArray> both = Map.of("weight", bowl.weight, "bias", bowl.bias);
    return List.of(new ParameterGroup("all", both, 1, 0.5));
  }

  @Test
  void mistakes_in_a_configuration_are_named() {
    try (Bowl bowl = new Bowl()) {
      assertThatThrownBy(() -> Optimizer.of("SDG", Map.of(), bowl.groups()))
          .hasMessageContaining("did you mean 'SGD'");
      assertThatThrownBy(() -> Optimizer.of("SGD", Map.of("momentun", 0.9), bowl.groups()))
          .hasMessage("optimizer.args of SGD: there is no 'momentun'; did you mean 'momentum'?");
      assertThatThrownBy(() -> Optimizer.of("SGD", Map.of("nesterov", true), bowl.groups()))
          .hasMessageContaining("above 0 with nesterov");
      assertThatThrownBy(
              () -> Optimizer.of("AdamW", Map.of("betas", List.of(0.9, 1)), bowl.groups()))
          .hasMessageContaining("two numbers from 0 to below 1");
      var twice = new ParameterGroup("again", Map.of("bias", bowl.bias), 1, 0);
      assertThatThrownBy(() -> Optimizer.of("SGD", Map.of(), List.of(bowl.groups().get(1), twice)))
          .hasMessage("Parameter 'bias' is in more than one group");
    }
  }
}
