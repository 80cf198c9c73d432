package io.repfold.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.bench.Machine;
import io.repfold.pipeline.Phrases;
import io.repfold.pipeline.Release;
import io.repfold.pipeline.convert.IntegerSums;
import io.repfold.runtime.Availability;
import io.repfold.runtime.Backend;
import io.repfold.runtime.Backends;
import io.repfold.train.TrainingEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a machine can run.
 *
 * @param sums how ONNX Runtime's integer kernels add up
 * @param memory the most that Java's heap may take, in bytes
 * @param temporary the folder where native libraries are unpacked
 * @param temporaryState its free space, or what is wrong with it
 */
record Diagnosis(
    Machine machine,
    IntegerSums sums,
    long memory,
    Graphics graphics,
    List<Engine> engines,
    TrainingEngine training,
    Path temporary,
    String temporaryState) {
  private static final long MIB = 1 << 20;

  /** An engine and whether it can run here. */
  record Engine(String id, String name, Availability availability) {
    boolean isReady() {
      return availability instanceof Availability.Ready;
    }

    /** The version, or why there is none. */
    String state() {
      return availability instanceof Availability.Missing missing
          ? "missing. " + missing.reason()
          : "ready, " + ((Availability.Ready) availability).version();
    }
  }

  Diagnosis {
    engines = List.copyOf(engines);
  }

  static Diagnosis ofThisMachine() {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    return new Diagnosis(
        Machine.current(),
        IntegerSums.ofThisMachine(),
        Runtime.getRuntime().maxMemory(),
        Graphics.ofThisMachine(),
        Backends.all().stream().map(Diagnosis::engine).toList(),
        TrainingEngine.find(),
        temporary,
        state(temporary));
  }

  private static Engine engine(Backend backend) {
    return new Engine(backend.id(), backend.name(), backend.availability());
  }

  private static String state(Path folder) {
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      return "cannot be written to, so native libraries cannot be unpacked; set -Djava.io.tmpdir";
    }
    try {
      return "%d MiB free".formatted(Files.getFileStore(folder).getUsableSpace() / MIB);
    } catch (IOException e) {
      return "free space unknown: " + e.getMessage();
    }
  }

  String text() {
    List<List<String>> facts = new ArrayList<>();
    facts.add(List.of("repfold", Release.version()));
    facts.add(List.of("Java", "%s, heap up to %d MiB".formatted(machine.jvm(), memory / MIB)));
    facts.add(List.of("system", machine.os()));
    facts.add(
        List.of(
            "processor", machine.cpu() + ", " + Phrases.plural(machine.cores(), "core") + " here"));
    facts.add(List.of("8-bit sums", OptionNames.in(sums.summary())));
    facts.add(List.of("graphics", graphics.toString()));
    facts.add(List.of("temporary", temporary + ", " + temporaryState));
    facts.add(
        List.of(
            "training",
            training
                .version()
                .map(version -> "ready, " + version + " on the CPU")
                .orElseGet(() -> "missing. " + training.reason().orElse(""))));
    StringBuilder text = new StringBuilder(Text.table(List.of("", "found"), facts));
    text.append('\n');
    text.append(
        Text.table(
            List.of("engine", "name", "state"),
            engines.stream().map(e -> List.of(e.id(), e.name(), e.state())).toList()));
    return text.toString();
  }

  JsonNode json() {
    ObjectNode root = Json.object();
    root.put("repfold", Release.version());
    root.set("machine", Json.of(machine));
    root.put("eightBitSums", sums.name().toLowerCase(Locale.ROOT));
    root.put("heapBytes", memory);
    root.set("graphics", Json.of(graphics));
    ArrayNode all = root.putArray("engines");
    for (Engine engine : engines) {
      ObjectNode node = all.addObject();
      node.put("id", engine.id());
      node.put("name", engine.name());
      node.put("ready", engine.isReady());
      if (engine.availability() instanceof Availability.Missing missing) {
        node.put("reason", missing.reason());
      } else if (engine.availability() instanceof Availability.Ready ready) {
        node.put("version", ready.version());
      }
    }
    root.set("training", Json.of(training));
    ObjectNode folder = root.putObject("temporary");
    folder.put("path", temporary.toString());
    folder.put("state", temporaryState);
    return root;
  }
}
