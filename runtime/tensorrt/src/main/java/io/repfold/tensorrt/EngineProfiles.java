package io.repfold.tensorrt;

import static java.util.stream.Collectors.joining;

import io.repfold.runtime.EngineException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;

/**
 * The profiles that a plan was compiled with.
 *
 * @param profiles in the plan's order, each with all inputs but those that shapes are computed
 *     from; where an input's sizes are fixed, or became so because a profile leaves no choice, its
 *     range is one shape
 */
record EngineProfiles(List<Profile> profiles) {
  EngineProfiles {
    profiles = List.copyOf(profiles);
  }

  static EngineProfiles of(ICudaEngine engine, List<String> inputs, InputNames names) {
    List<Profile> profiles = new ArrayList<>();
    for (int p = 0; p < engine.getNbOptimizationProfiles(); p++) {
      Map<String, ShapeRange> ranges = new LinkedHashMap<>();
      for (String input : inputs) {
        String inPlan = names.inPlan(input);
        if (!engine.isShapeInferenceIO(inPlan)) {
          ranges.put(input, range(engine, inPlan, p));
        }
      }
      profiles.add(new Profile(ranges));
    }
    return new EngineProfiles(profiles);
  }

  /**
   * Those that leave a choice or that there are several of, without inputs of no dimensions, which
   * have no text.
   */
  List<Profile> chosen() {
    List<Profile> chosen = new ArrayList<>();
    for (Profile profile : profiles) {
      Map<String, ShapeRange> ranges = new LinkedHashMap<>(profile.inputs());
      ranges.values().removeIf(range -> range.min().isEmpty());
      if (!ranges.isEmpty()) {
        chosen.add(new Profile(ranges));
      }
    }
    boolean fixed =
        chosen.size() == 1
            && chosen.get(0).inputs().values().stream().allMatch(r -> r.min().equals(r.max()));
    return fixed ? List.of() : chosen;
  }

  private static ShapeRange range(ICudaEngine engine, String input, int profile) {
    List<Long> declared = Arrays.stream(Shapes.of(engine.getTensorShape(input))).boxed().toList();
    return declared.stream().allMatch(size -> size >= 0)
        ? new ShapeRange(declared, declared, declared)
        : new ShapeRange(
            shape(engine, input, profile, OptProfileSelector.kMIN),
            shape(engine, input, profile, OptProfileSelector.kOPT),
            shape(engine, input, profile, OptProfileSelector.kMAX));
  }

  private static List<Long> shape(
      ICudaEngine engine, String input, int profile, OptProfileSelector which) {
    return Arrays.stream(Shapes.of(engine.getProfileShape(input, profile, which))).boxed().toList();
  }

  /**
   * The number of the first profile that takes these shapes.
   *
   * @param shapes of the inputs by name
   * @throws EngineException if none does; names the inputs that are at fault and all profiles
   */
  int choose(String model, Map<String, long[]> shapes) {
    if (profiles.isEmpty()) {
      return 0;
    }
    List<String> reasons = new ArrayList<>();
    for (int p = 0; p < profiles.size(); p++) {
      List<String> faults = faults(profiles.get(p), shapes);
      if (faults.isEmpty()) {
        return p;
      }
      reasons.add("profile %d: %s".formatted(p, String.join(", ", faults)));
    }
    throw new EngineException(
        "Cannot run '%s': its plan takes no such shapes: %s. Compile the model with a --profile that holds them"
            .formatted(model, String.join("; ", reasons)));
  }

  /** Whether a profile takes these shapes. */
  boolean accepts(Map<String, long[]> shapes) {
    return profiles.isEmpty()
        || profiles.stream().anyMatch(profile -> faults(profile, shapes).isEmpty());
  }

  private static List<String> faults(Profile profile, Map<String, long[]> shapes) {
    List<String> faults = new ArrayList<>();
    profile
        .inputs()
        .forEach(
            (name, range) -> {
              long[] shape = shapes.get(name);
              if (shape != null && !range.contains(shape)) {
                String text = Arrays.stream(shape).mapToObj(String::valueOf).collect(joining("x"));
                faults.add("input '%s' is %s, and it takes %s".formatted(name, text, range));
              }
            });
    return faults;
  }
}
