package io.repfold.train;

import io.repfold.graph.Tensor;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Updates parameters in place along their gradients. Not for several threads at once. */
interface Optimizer extends AutoCloseable {
  /**
   * One update of all parameters from the gradients that they hold. The gradients are used up:
   * their values are undefined afterwards, and they are to be zeroed before the next backward pass.
   *
   * @param rate learning rate of groups with factor 1
   * @param momentum instead of the optimizer's own (SGD's momentum, Adam's beta1), if present
   * @throws IllegalArgumentException if a momentum is given to an optimizer whose own is 0
   */
  void step(double rate, OptionalDouble momentum);

  /** All that later steps depend on besides the parameters; float32, the same bits. */
  Map<String, Tensor> state();

  /**
   * Goes on from a state.
   *
   * @throws IllegalArgumentException if it is not one of these parameters and this optimizer
   */
  void restore(Map<String, Tensor> state);

  /** Frees the state. */
  @Override
  void close();

  /**
   * An optimizer by its name, one of {@link #names()}, with the arguments of a configuration's
   * {@code optimizer.args}. {@code lr} and {@code weight_decay} among them are for others to read;
   * with {@code decay_norms_and_biases: false} parameters of one axis do not decay.
   *
   * @throws IllegalArgumentException if the name or an argument is not known, or if two parameters
   *     have one name
   */
  static Optimizer of(String name, Map<String, Object> arguments, List<ParameterGroup> groups) {
    return Optimizers.of(name, arguments, groups);
  }

  /** The names of all optimizers. */
  static List<String> names() {
    return Optimizers.NAMES;
  }
}
