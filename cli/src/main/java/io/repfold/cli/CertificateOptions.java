package io.repfold.cli;

import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.fold.CertificateCheck;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code --certificate} of {@code verify}. */
final class CertificateOptions {
  @Option(
      names = "--certificate",
      paramLabel = "FOLDED",
      description =
          "Instead of comparing two models, check what a folded file says about its fold: fold the"
              + " file of --against again, and compare its hash, the regions, the largest error bound,"
              + " the report and every weight.")
  private @Nullable Path folded;

  @Option(
      names = "--against",
      paramLabel = "ORIGINAL",
      description = "With --certificate, what the file was folded from.")
  private @Nullable Path original;

  /**
   * Checks, if that was asked for.
   *
   * @param models how many were named besides
   * @return the exit code; empty if it was not asked for
   * @throws UsageException if one of both options is missing, or there are other models
   */
  Optional<Integer> run(CommandSpec spec, int models) {
    if (folded == null && original == null) {
      return Optional.empty();
    }
    if (folded == null || original == null) {
      throw new UsageException("--certificate and --against belong together; give both");
    }
    if (models > 0) {
      throw new UsageException(
          "--certificate and --against name the files; leave REFERENCE and CANDIDATE out");
    }
    OptionNeeds.requireOnly(spec, "--certificate", Set.of("--certificate", "--against"));
    PrintWriter out = spec.commandLine().getOut();
    CertificateCheck check = CertificateCheck.of(folded, original);
    check.differences().forEach(out::println);
    out.println(
        check.holds()
            ? "The certificate of %s holds: %d regions of %s, which move outputs by at most %s each, and the weights are what folding it again gives"
                .formatted(
                    folded, check.regions(), original, Phrases.small(check.largestErrorBound()))
            : "The certificate of %s does NOT hold".formatted(folded));
    out.flush();
    return Optional.of(check.holds() ? ExitCodes.DONE : ExitCodes.DOES_NOT_HOLD);
  }
}
