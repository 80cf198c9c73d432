package io.repfold.pipeline.compare;

import io.repfold.check.ReferenceOutputs;
import io.repfold.pipeline.inputs.Samples;
import io.repfold.pipeline.inputs.Wish;
import io.repfold.runtime.Engine;
import io.repfold.runtime.EngineException;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a reference gives for samples, and for as many wishes as it takes and time allows.
 *
 * @param usual so many of the first runs are samples, the others wishes
 * @param description of all inputs
 * @param chosen whether a size was chosen here
 */
public record ReferenceRun(
    ReferenceOutputs outputs, int usual, String description, boolean chosen) {
  /** Bytes of outputs of wishes that are kept in memory. */
  private static final double MOST_BYTES = 1L << 28;

  private static final double NANOS = 1e9;

  /**
   * Runs samples, and wishes one after the other.
   *
   * @param budget seconds after which no further wish is run
   * @throws IllegalArgumentException if there is no sample: then nothing would be proved
   * @throws EngineException if a sample fails; a wish that fails is none that the model takes
   */
  public static ReferenceRun of(Engine engine, Samples samples, double budget) {
    if (samples.inputs().isEmpty()) {
      throw new IllegalArgumentException("There is no input to compare the networks on");
    }
    Collected collected = new Collected(engine, samples, budget);
    for (Wish wish : samples.wishes()) {
      collected.add(wish);
    }
    return new ReferenceRun(
        ReferenceOutputs.of(
            engine.toString(), collected.inputs, collected.outputs, collected.names),
        samples.inputs().size(),
        samples.description() + collected.text(),
        samples.chosen());
  }

  /** The same model in another way. */
  ReferenceOutputs again(Engine engine) {
    List<Map<String, HostTensor>> results = new ArrayList<>();
    outputs.inputs().forEach(sample -> results.add(engine.run(sample)));
    return ReferenceOutputs.of(engine.toString(), outputs.inputs(), results, outputs.names());
  }

  /** Samples and wishes that were run. */
  private static final class Collected {
    private final Engine engine;
    private final double budget;
    private final List<Map<String, HostTensor>> inputs;
    private final List<Map<String, HostTensor>> outputs = new ArrayList<>();
    private final List<String> names;
    private final List<String> tooLong = new ArrayList<>();
    private final List<String> notTaken = new ArrayList<>();
    private final List<String> undecided = new ArrayList<>();
    private final boolean finite;
    private final double elements;
    private double secondsPerElement;
    private double bytesPerElement;
    private double spent;
    private double kept;

    Collected(Engine engine, Samples samples, double budget) {
      this.engine = engine;
      this.budget = budget;
      this.inputs = new ArrayList<>(samples.inputs());
      this.names = new ArrayList<>(Collections.nCopies(inputs.size(), ""));
      this.elements =
          Math.max(1, inputs.get(0).values().stream().mapToLong(HostTensor::size).sum());
      for (Map<String, HostTensor> sample : samples.inputs()) {
        long start = System.nanoTime();
        outputs.add(engine.run(sample));
        double seconds = (System.nanoTime() - start) / NANOS;
        spent += seconds;
        secondsPerElement = seconds / elements; // of the last, as the first one warms up
      }
      this.bytesPerElement = bytes(outputs.get(0)) / elements;
      this.finite = outputs.stream().allMatch(Collected::isFinite);
    }

    private static double bytes(Map<String, HostTensor> tensors) {
      return tensors.values().stream().mapToDouble(t -> (double) t.size() * t.type().bytes()).sum();
    }

    private static boolean isFinite(Map<String, HostTensor> tensors) {
      for (HostTensor tensor : tensors.values()) {
        for (int i = 0; tensor.type().isFloating() && i < tensor.size(); i++) {
          if (!Double.isFinite(tensor.get(i))) {
            return false;
          }
        }
      }
      return true;
    }

    void add(Wish wish) {
      for (Wish.Way way : wish.ways()) {
        if (spent + secondsPerElement * way.elements() > budget
            || kept + bytesPerElement * way.elements() > MOST_BYTES) {
          tooLong.add(wish.name());
          return;
        }
        long start = System.nanoTime();
        Map<String, HostTensor> sample = way.inputs().get();
        Optional<Map<String, HostTensor>> result = run(sample);
        boolean decided = result.isEmpty() || isDecided(way, result.get());
        spent += (System.nanoTime() - start) / NANOS;
        if (!decided) {
          undecided.add(wish.name());
          return;
        }
        if (result.isPresent()) {
          inputs.add(sample);
          outputs.add(result.get());
          kept += bytes(result.get());
          names.add(way.name());
          return;
        }
      }
      notTaken.add(wish.name());
    }

    /** Empty if the model does not take it, or gives other than numbers for it. */
    private Optional<Map<String, HostTensor>> run(Map<String, HostTensor> sample) {
      try {
        Map<String, HostTensor> result = engine.run(sample);
        return finite && !isFinite(result) ? Optional.empty() : Optional.of(result);
      } catch (EngineException e) {
        return Optional.empty();
      }
    }

    private boolean isDecided(Wish.Way way, Map<String, HostTensor> result) {
      return way.beside()
          .flatMap(beside -> run(beside.get()))
          .map(other -> !LastBits.decide(result, other, outputs.get(0)))
          .orElse(true);
    }

    String text() {
      List<String> more = names.stream().filter(name -> !name.isEmpty()).toList();
      StringBuilder text = new StringBuilder();
      append(text, "; and on ", more);
      append(text, "; not taken: ", notTaken);
      append(text, "; left out, as last bits decide the answer: ", undecided);
      append(text, "; no time for ", tooLong);
      return text.toString();
    }

    private static void append(StringBuilder text, String before, List<String> names) {
      if (!names.isEmpty()) {
        text.append(before).append(String.join(", ", names));
      }
    }
  }
}
