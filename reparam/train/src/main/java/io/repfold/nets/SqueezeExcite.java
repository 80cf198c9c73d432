package io.repfold.nets;

import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import java.util.List;

/**
 * Scales each channel by a gate that the means of all channels open (Hu, Shen and Sun,
 * "Squeeze-and-Excitation Networks", CVPR 2018, arXiv:1709.01507): two 1 x 1 convolutions with
 * biases, {@code fc1} and {@code fc2}, and a ReLU between them.
 *
 * @param channels between the two convolutions
 * @param hard whether the gate is a HardSigmoid, x / 6 + 1/2 cut to 0 and 1, and no Sigmoid
 */
record SqueezeExcite(int channels, boolean hard) {
  private static final Op HARD_SIGMOID = new Op.HardSigmoid(1f / 6, 0.5f);
  private static final Op SIGMOID = new Op.Unary(Op.Unary.Function.SIGMOID);

  String append(Layers l, String x) {
    GraphBuilder b = l.graph();
    String y = b.relu(l.conv(b.globalAveragePool(x), fully(channels, "fc1")));
    y = l.conv(y, fully(b.channels(x), "fc2"));
    String gate = b.op("gate", hard ? HARD_SIGMOID : SIGMOID, List.of(y), b.channels(x));
    return b.binary(Op.Binary.Function.MUL, x, gate);
  }

  private static Conv fully(int channels, String name) {
    return Conv.of(channels, 1).withBias().named(name);
  }
}
