/** Measures how long models take, side by side. {@link io.repfold.bench.Benchmark} is the door. */
@NullMarked
package io.repfold.bench;

import org.jspecify.annotations.NullMarked;
