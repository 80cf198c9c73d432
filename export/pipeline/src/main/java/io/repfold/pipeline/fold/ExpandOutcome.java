package io.repfold.pipeline.fold;

import io.repfold.fold.ExpandReport;
import io.repfold.pipeline.ModelFile;
import io.repfold.pipeline.compare.RewriteComparison;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What an expansion of a file came to.
 *
 * @param comparison with the original; nothing was written if it does not hold
 * @param output the file that was written if the comparison holds; empty for a plan
 */
public record ExpandOutcome(
    ModelFile source, ExpandReport report, RewriteComparison comparison, Optional<Path> output) {}
