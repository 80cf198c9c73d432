package io.repfold.bench;

/**
 * What was measured for one engine.
 *
 * @param label its label
 * @param model its file or name
 * @param backend its backend and version
 * @param threads threads that one run may use
 * @param optimized whether the backend may rewrite the graph
 * @param milliseconds time of one run
 * @param speedup time of the first engine divided by this one's, round by round: above 1, this one
 *     is faster
 */
public record Timing(
    String label,
    String model,
    String backend,
    int threads,
    boolean optimized,
    Distribution milliseconds,
    Distribution speedup) {}
