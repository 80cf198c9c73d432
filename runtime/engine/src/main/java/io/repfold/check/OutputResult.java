package io.repfold.check;

import java.util.Optional;

/**
 * One tensor, judged.
 *
 * @param name the tensor's name
 * @param comparison the numbers; empty when the two could not be compared
 * @param verdict the outcome
 */
public record OutputResult(String name, Optional<Comparison> comparison, Verdict verdict) {}
