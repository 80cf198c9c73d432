package io.repfold.fold;

import io.repfold.blocks.RepKind;
import java.util.List;

/**
 * What an expansion did and what it left alone, in the graph's order.
 *
 * @param expanded the convolutions that became blocks
 * @param leftAlone the others whose names match, and nodes with bodies that may hold some
 * @param parted names of tensors that were one with another in the graph, and are parameters of
 *     their own now ({@link io.repfold.graph.Untied})
 */
public record ExpandReport(
    RepKind kind,
    List<Expanded> expanded,
    List<FoldReport.LeftAlone> leftAlone,
    List<String> parted,
    FoldReport.Totals before,
    FoldReport.Totals after) {
  public ExpandReport {
    expanded = List.copyOf(expanded);
    leftAlone = List.copyOf(leftAlone);
    parted = List.copyOf(parted);
  }

  /**
   * A convolution that became a block.
   *
   * @param node op and name
   * @param value its output; the block's sum has this name now
   * @param convolution what it was, such as {@code Conv 64 -> 64, 3x3 kernel of dilation 2}
   * @param branches of the block, the one that takes the remainder first
   * @param leftOut branches of the kind that do not exist here, each with the reason
   * @param parametersBefore elements of its weight and bias
   * @param parametersAfter elements of the block's parameters
   * @param error how far folding the block misses the original weight and bias, relative to the
   *     largest of them: the rounding of the block's parameters to their type
   */
  public record Expanded(
      String node,
      String value,
      String convolution,
      List<String> branches,
      List<String> leftOut,
      long parametersBefore,
      long parametersAfter,
      double error) {
    public Expanded {
      branches = List.copyOf(branches);
      leftOut = List.copyOf(leftOut);
    }
  }
}
