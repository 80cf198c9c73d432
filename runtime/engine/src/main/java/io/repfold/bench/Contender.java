package io.repfold.bench;

import io.repfold.runtime.Engine;

/**
 * One engine in a benchmark.
 *
 * @param label what the report calls it, for example {@code folded}
 * @param engine stays open and belongs to the caller
 */
public record Contender(String label, Engine engine) {}
