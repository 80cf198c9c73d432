package io.repfold.precision.risk;

import io.repfold.precision.risk.FoldRisk.Block;
import io.repfold.precision.risk.FoldRisk.Measured;
import io.repfold.precision.risk.FoldRisk.Remedy;
import java.util.ArrayList;
import java.util.List;

/** What may help a block, by its measurement if there is one, or else by the forecast. */
final class Remedies {
  /** Below, the forecast calls a block hard to quantize. */
  private static final double FEW_DECIBELS = 30;

  /** float16 has 11 bits; a block that loses more than so many is at risk. */
  private static final double MANY_BITS = 5;

  private static final double WORTH_DECIBELS = 3;

  /** One and a half bits: more should not be lost by folding. */
  private static final double HIGH_PRICE = 9;

  private Remedies() {}

  /** The block with its remedies. */
  static Block into(Block block) {
    return new Block(
        block.target(),
        block.branches(),
        block.largest(),
        block.outlier(),
        block.cancellation(),
        block.lostBits(),
        block.overflows(),
        block.halfProblem(),
        block.branchDecibels(),
        block.foldedDecibels(),
        block.equalizedDecibels(),
        block.measured(),
        of(block));
  }

  private static List<Remedy> of(Block block) {
    List<Remedy> remedies = new ArrayList<>();
    if (block.halfProblem().isPresent() || block.lostBits() > MANY_BITS) {
      remedies.add(Remedy.KEEP_IN_FP16);
    }
    if (block.measured().isPresent()) {
      addMeasured(block, block.measured().get(), remedies);
    } else {
      addForecast(block, remedies);
    }
    return remedies;
  }

  /** Balanced channels are in the measurement. */
  private static void addMeasured(Block block, Measured measured, List<Remedy> remedies) {
    if (measured.costly()) {
      remedies.add(Remedy.KEEP_IN_INT8);
      if (suitsQaRepVgg(block)) {
        remedies.add(Remedy.TRAIN_QAREPVGG);
      }
    }
  }

  private static void addForecast(Block block, List<Remedy> remedies) {
    boolean lossy = block.foldedDecibels() < FEW_DECIBELS;
    boolean balances = block.equalizedDecibels() > block.foldedDecibels() + WORTH_DECIBELS;
    if ((lossy || price(block) > HIGH_PRICE) && balances) {
      remedies.add(Remedy.BALANCE);
    }
    if (lossy && block.equalizedDecibels() < FEW_DECIBELS || price(block) > 2 * HIGH_PRICE) {
      remedies.add(Remedy.MEASURE);
    }
    if (suitsQaRepVgg(block)) {
      remedies.add(Remedy.TRAIN_QAREPVGG);
    }
  }

  /** A block of one normalized branch has that form already, or nothing to gain from it. */
  private static boolean suitsQaRepVgg(Block block) {
    long normalized =
        block.branches().stream().filter(branch -> !Double.isNaN(branch.variances())).count();
    return normalized > 1 && price(block) > HIGH_PRICE;
  }

  /** What folding takes from int8 weights, in dB. */
  private static double price(Block block) {
    boolean unknown =
        Double.isNaN(block.branchDecibels()) || Double.isInfinite(block.foldedDecibels());
    return unknown ? 0 : block.branchDecibels() - block.foldedDecibels();
  }
}
