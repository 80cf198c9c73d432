package io.repfold.tensorrt;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.tensorrt.global.nvinfer.BuilderFlag;
import org.bytedeco.tensorrt.global.nvinfer.HardwareCompatibilityLevel;
import org.bytedeco.tensorrt.global.nvinfer.MemoryPoolType;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.global.nvinfer.ProfilingVerbosity;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvinfer.ITensor;

/** Options of ours as settings of TensorRT. */
final class BuildConfig {
  private BuildConfig() {}

  /**
   * Sets all options.
   *
   * @throws BuildFailedException if profiles and inputs do not fit; lists all that do not
   */
  static void apply(
      PlanOptions options, IBuilder builder, INetworkDefinition network, IBuilderConfig config) {
    if (options.tf32()) {
      config.setFlag(BuilderFlag.kTF32);
    } else {
      config.clearFlag(BuilderFlag.kTF32);
    }
    if (options.sparse()) {
      config.setFlag(BuilderFlag.kSPARSE_WEIGHTS);
    }
    if (options.versionCompatible()) {
      config.setFlag(BuilderFlag.kVERSION_COMPATIBLE);
    }
    options
        .auxiliaryStreams()
        .ifPresent(streams -> VersionedCalls.setAuxiliaryStreams(config, streams));
    if (options.hardwareCompatible()) {
      config.setHardwareCompatibilityLevel(HardwareCompatibilityLevel.kAMPERE_PLUS);
    }
    if (options.workspaceBytes() > 0) {
      config.setMemoryPoolLimit(MemoryPoolType.kWORKSPACE, options.workspaceBytes());
    }
    config.setBuilderOptimizationLevel(options.optimizationLevel());
    // Without it the inspector tells no more than names.
    config.setProfilingVerbosity(ProfilingVerbosity.kDETAILED);
    Map<String, List<Long>> inputs = inputs(network);
    List<String> problems = ProfileCheck.problems(inputs, ofValues(network), options.profiles());
    if (!problems.isEmpty()) {
      throw new BuildFailedException(problems);
    }
    InputNames names = names(network);
    options.profiles().forEach(profile -> add(profile, inputs, names, builder, config));
  }

  private static Map<String, List<Long>> inputs(INetworkDefinition network) {
    InputNames names = names(network);
    Map<String, List<Long>> inputs = new LinkedHashMap<>();
    for (int i = 0; i < network.getNbInputs(); i++) {
      ITensor input = network.getInput(i);
      List<Long> shape = new ArrayList<>();
      for (long size : Shapes.of(input.getDimensions())) {
        shape.add(size);
      }
      inputs.put(names.inModel(input.getName()), shape);
    }
    return inputs;
  }

  /** Inputs that shapes are computed from. */
  private static Set<String> ofValues(INetworkDefinition network) {
    InputNames names = names(network);
    Set<String> found = new LinkedHashSet<>();
    for (int i = 0; i < network.getNbInputs(); i++) {
      ITensor input = network.getInput(i);
      if (input.isShapeTensor()) {
        found.add(names.inModel(input.getName()));
      }
    }
    return found;
  }

  /** What the inputs are called in the network. */
  static InputNames names(INetworkDefinition network) {
    Set<String> outputs = new HashSet<>();
    for (int i = 0; i < network.getNbOutputs(); i++) {
      outputs.add(network.getOutput(i).getName());
    }
    return new InputNames(outputs);
  }

  private static void add(
      Profile profile,
      Map<String, List<Long>> inputs,
      InputNames names,
      IBuilder builder,
      IBuilderConfig config) {
    IOptimizationProfile target = builder.createOptimizationProfile();
    List<String> problems = new ArrayList<>();
    profile
        .inputs()
        .forEach(
            (name, range) -> {
              if (!set(target, names.inPlan(name), range)) {
                problems.add(
                    "input '%s' with shape %s takes no profile %s"
                        .formatted(name, inputs.get(name), range));
              }
            });
    if (problems.isEmpty() && !target.isValid()) {
      problems.add("TensorRT does not take the profile " + profile);
    }
    if (!problems.isEmpty() || config.addOptimizationProfile(target) < 0) {
      throw new BuildFailedException(
          problems.isEmpty() ? List.of("TensorRT does not take the profile " + profile) : problems);
    }
  }

  private static boolean set(IOptimizationProfile profile, String name, ShapeRange range) {
    if (range.values()) {
      return VersionedCalls.setValues(profile, name, OptProfileSelector.kMIN, range.min())
          && VersionedCalls.setValues(profile, name, OptProfileSelector.kOPT, range.opt())
          && VersionedCalls.setValues(profile, name, OptProfileSelector.kMAX, range.max());
    }
    try (Dims64 min = Shapes.dims(range.min());
        Dims64 opt = Shapes.dims(range.opt());
        Dims64 max = Shapes.dims(range.max())) {
      return profile.setDimensions(name, OptProfileSelector.kMIN, min)
          && profile.setDimensions(name, OptProfileSelector.kOPT, opt)
          && profile.setDimensions(name, OptProfileSelector.kMAX, max);
    }
  }
}
