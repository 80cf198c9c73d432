/**
 * {@link io.repfold.precision.risk.FoldRisk}: what folding does to the later rounding of weights,
 * block by block.
 */
@org.jspecify.annotations.NullMarked
package io.repfold.precision.risk;
