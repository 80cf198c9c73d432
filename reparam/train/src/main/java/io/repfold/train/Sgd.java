package io.repfold.train;

import static io.repfold.config.Bounds.between;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.config.NamedArguments;
import java.util.List;

/**
 * Stochastic gradient descent as PyTorch has it:
 *
 * <pre>
 *   g = g + decay w;   v = momentum v + g;   w = w - rate v        (nesterov: w - rate (g + momentum v))
 * </pre>
 */
final class Sgd implements UpdateRule {
  private final double momentum;
  private final boolean nesterov;

  private Sgd(double momentum, boolean nesterov) {
    this.momentum = momentum;
    this.nesterov = nesterov;
  }

  static Sgd of(NamedArguments settings) {
    double momentum = settings.number("momentum", between(0, 1)).orElse(0);
    boolean nesterov = settings.flag("nesterov", false);
    if (nesterov && momentum == 0) {
      throw settings.wrong("momentum", "above 0 with nesterov", momentum);
    }
    return new Sgd(momentum, nesterov);
  }

  @Override
  public List<String> slots() {
    return momentum == 0 ? List.of() : List.of("momentum");
  }

  @Override
  public double momentum() {
    return momentum;
  }

  @Override
  public void update(
      PtNDArray parameter, PtNDArray gradient, List<PtNDArray> slots, long step, Factors factors) {
    if (factors.weightDecay() != 0) {
      add(gradient, factors.weightDecay(), parameter);
    }
    if (slots.isEmpty()) {
      add(parameter, -factors.rate(), gradient);
      return;
    }
    PtNDArray velocity = slots.get(0);
    velocity.muli(factors.momentum());
    velocity.addi(gradient);
    if (nesterov) {
      add(gradient, factors.momentum(), velocity);
      add(parameter, -factors.rate(), gradient);
    } else {
      add(parameter, -factors.rate(), velocity);
    }
  }

  /** {@code target += factor * other}, in one call: the engine's own plain update does this. */
  private static void add(PtNDArray target, double factor, PtNDArray other) {
    JniUtils.sgdUpdate(target, other, target, (float) -factor, 0, 1, -1, 0);
  }
}
