package io.repfold.pipeline.inputs;

import io.repfold.pipeline.Phrases;
import io.repfold.runtime.Engine;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What to run models on, once it is known what one takes. */
@FunctionalInterface
public interface SampleSource {
  /** Asked once, of the reference model. */
  Samples of(Engine reference);

  /**
   * Random inputs, of shapes that are given, declared or tried out.
   *
   * @param shapes by input name
   * @param count at least 1
   * @param seed of the first; each further one has the next
   */
  static SampleSource random(Map<String, long[]> shapes, int count, long seed) {
    return of(shapes, count, seed, false);
  }

  /**
   * Likewise, and then other sizes, where the caller and the model leave them open, and other
   * values: larger and smaller ones, all the same, one hot pixel.
   */
  static SampleSource sweeping(Map<String, long[]> shapes, int count, long seed) {
    return of(shapes, count, seed, true);
  }

  /** Likewise, if {@code sweeps}. */
  static SampleSource of(Map<String, long[]> shapes, int count, long seed, boolean sweeps) {
    return engine -> {
      InputShapes found = InputShapes.find(engine, shapes);
      List<Map<String, HostTensor>> inputs = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        inputs.add(InputShapes.random(engine, seed + i, found.sizes()));
      }
      return new Samples(
          inputs,
          sweeps ? Sweep.of(engine, shapes, found, seed + count) : List.of(),
          "%s %s, seed %d".formatted(Phrases.plural(count, "random input"), found.text(), seed),
          found.chosen());
    };
  }
}
