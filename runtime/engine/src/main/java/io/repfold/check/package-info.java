/**
 * Says whether two networks compute the same. {@link io.repfold.check.Verifier} runs them and
 * judges; {@link io.repfold.check.Judge} judges results that exist already.
 */
@NullMarked
package io.repfold.check;

import org.jspecify.annotations.NullMarked;
