package io.repfold.fold;

import java.util.List;

/** What one node is to the fold. */
sealed interface Linearity {
  /**
   * The sum of affine maps of its operands.
   *
   * @param axis where the channels of the operands and of the sum are
   */
  record Linear(List<Operand> operands, Carrier carrier, ChannelAxis axis) implements Linearity {
    public Linear {
      operands = List.copyOf(operands);
    }

    /** Whether each channel of one value is scaled and shifted by itself. */
    boolean isScale() {
      return !isSum() && !carrier.contracts() && map().isScale();
    }

    /** The map of the first operand. */
    Affine map() {
      return operands.get(0).map();
    }

    boolean isSum() {
      return operands.size() > 1;
    }
  }

  /** One operand of a linear node. */
  record Operand(String value, Affine map) {}

  /** Its inputs' channels, one after the other. */
  record Stacked(List<String> values, ChannelAxis axis) implements Linearity {
    public Stacked {
      values = List.copyOf(values);
    }
  }

  /** Of a kind that can be linear, but not here. */
  record Refused(String because) implements Linearity {}

  /** Not linear at all. */
  record NotLinear() implements Linearity {}
}
