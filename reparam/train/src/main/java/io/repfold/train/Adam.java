package io.repfold.train;

import static io.repfold.config.Bounds.atLeast;
import static io.repfold.config.Bounds.between;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.repfold.config.NamedArguments;
import java.util.List;

/**
 * Adam (Kingma and Ba, ICLR 2015), and AdamW (Loshchilov and Hutter, ICLR 2019), which decays the
 * weights apart from the gradient:
 *
 * <pre>
 *   m = b1 m + (1 - b1) g;   v = b2 v + (1 - b2) g^2
 *   w = w - rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + epsilon)
 * </pre>
 */
final class Adam implements UpdateRule {
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final boolean decoupled;

  private Adam(double beta1, double beta2, double epsilon, boolean decoupled) {
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.decoupled = decoupled;
  }

  static Adam of(NamedArguments settings, boolean decoupled) {
    double[] betas = settings.numbers("betas", atLeast(0)).orElse(new double[] {0.9, 0.999});
    if (betas.length != 2 || betas[0] >= 1 || betas[1] >= 1) {
      throw settings.wrong("betas", "two numbers from 0 to below 1");
    }
    double epsilon = settings.number("eps", between(0, 1)).orElse(1e-8);
    return new Adam(betas[0], betas[1], epsilon, decoupled);
  }

  @Override
  public List<String> slots() {
    return List.of("mean", "variance");
  }

  @Override
  public double momentum() {
    return beta1;
  }

  /** The corrections are those of the betas rounded to float, with which the engine computes. */
  @Override
  public void update(
      PtNDArray parameter, PtNDArray gradient, List<PtNDArray> slots, long step, Factors factors) {
    float b1 = (float) factors.momentum();
    float b2 = (float) beta2;
    double mean = 1 - Math.pow(b1, (double) step);
    double deviation = Math.sqrt(1 - Math.pow(b2, (double) step));
    JniUtils.adamUpdate(
        parameter,
        gradient,
        slots.get(0),
        slots.get(1),
        (float) factors.rate(),
        (float) (factors.rate() * deviation / mean),
        (float) factors.weightDecay(),
        1,
        -1,
        b1,
        b2,
        (float) (epsilon * deviation),
        decoupled);
  }
}
