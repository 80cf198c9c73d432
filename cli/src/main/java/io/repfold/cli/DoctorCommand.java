package io.repfold.cli;

import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code repfold doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Says what this machine can run, in which versions, and what brings the rest.",
      "With --require, the exit code is 3 if one of those engines is missing."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  repfold doctor", "  repfold doctor --require ort-cuda,tensorrt --json"})
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--require",
      paramLabel = "ID",
      split = ",",
      description = "Engines that must be there. Repeatable.")
  private final List<String> required = new ArrayList<>();

  @Option(names = "--json", description = "Print JSON instead of tables.")
  private boolean json;

  @Override
  public Integer call() {
    List<String> known = Backends.all().stream().map(Backend::id).toList();
    for (String id : required) {
      if (!known.contains(id)) {
        throw new UsageException(
            "--require: there is no engine '%s'; there are %s"
                .formatted(id, String.join(", ", known)));
      }
    }
    Diagnosis diagnosis = Diagnosis.ofThisMachine();
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? Json.text(diagnosis.json()) : diagnosis.text() + "\n");
    out.flush();
    List<String> missing =
        diagnosis.engines().stream()
            .filter(engine -> required.contains(engine.id()) && !engine.isReady())
            .map(Diagnosis.Engine::id)
            .toList();
    if (!missing.isEmpty()) {
      spec.commandLine().getErr().printf("repfold: missing here: %s%n", String.join(", ", missing));
      return ExitCodes.DOES_NOT_HOLD;
    }
    return ExitCodes.DONE;
  }
}
