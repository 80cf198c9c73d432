package io.repfold.fold;

import io.repfold.graph.Node;
import io.repfold.graph.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a scale as nodes: a Mul and an Add as far as they are needed, or one BatchNormalization.
 */
final class ScaleNodes {
  private ScaleNodes() {}

  /** Where the numbers of the nodes go. */
  interface Constants {
    /** Stores numbers under the wanted name, or one like it, and returns the name. */
    String add(String wanted, double[] numbers, int... dims);
  }

  /**
   * @param product the name of what a Mul gives to an Add
   */
  static List<Node> of(Scale scale, String from, String product, String to, Constants constants) {
    List<Node> nodes = new ArrayList<>();
    boolean shifts = !scale.hasNoShift();
    if (scale.multiplies()) {
      String factor = constants.add(to + "/factor", scale.factors(), scale.dims());
      nodes.add(binary(Op.Binary.Function.MUL, from, factor, shifts ? product : to));
    }
    if (shifts) {
      String shift = constants.add(to + "/shift", scale.shifts(), scale.dims());
      nodes.add(binary(Op.Binary.Function.ADD, scale.multiplies() ? product : from, shift, to));
    }
    return nodes;
  }

  private static Node binary(
      Op.Binary.Function function, String input, String constant, String output) {
    return new Node(constant, new Op.Binary(function), List.of(input, constant), List.of(output));
  }

  /**
   * @param scale along axis 1 only
   * @param channels of that axis
   */
  static Node norm(
      Scale scale, int channels, String name, String from, String to, Constants constants) {
    Scale full = scale.spread(1, channels);
    double[] ones = new double[channels];
    Arrays.fill(ones, 1);
    List<String> inputs =
        List.of(
            from,
            constants.add(to + "/scale", full.factors(), channels),
            constants.add(to + "/shift", full.shifts(), channels),
            constants.add(to + "/mean", new double[channels], channels),
            constants.add(to + "/variance", ones, channels));
    return new Node(name, new Op.BatchNormalization(0, 0.9f, false), inputs, List.of(to));
  }
}
