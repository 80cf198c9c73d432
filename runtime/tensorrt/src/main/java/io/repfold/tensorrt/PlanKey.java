package io.repfold.tensorrt;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a plan depends on. Two plans with one key do the same on the same device.
 *
 * @param model SHA-256 of the ONNX file; with external weights, of the list of the SHA-256 of all
 *     its files; {@code unknown} if somebody else compiled the plan
 * @param device where it runs
 * @param options all but the profiles
 * @param profiles empty where the model fixes all shapes
 */
public record PlanKey(String model, DeviceDescription device, String options, String profiles) {
  private static final String UNKNOWN = "unknown";

  /**
   * The key of a plan that has yet to be compiled.
   *
   * @throws io.repfold.runtime.EngineException if the model or a file that it refers to cannot be
   *     read
   */
  public static PlanKey of(Path model, DeviceDescription device, PlanOptions options) {
    return new PlanKey(ModelDigest.of(model), device, options.keyText(), options.profilesText());
  }

  /** Its fields by name, as a manifest holds them and an explanation names them. */
  Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("model", model);
    fields.put("gpu", device.gpu());
    fields.put("computeCapability", device.computeCapability());
    fields.put("driver", device.driver());
    fields.put("cuda", device.cuda());
    fields.put("tensorRt", device.tensorRt());
    fields.put("options", options);
    fields.put("profiles", profiles);
    return Collections.unmodifiableMap(fields);
  }

  /** The key with these {@link #fields}, all of which must be there. */
  static PlanKey of(Map<String, String> fields) {
    return new PlanKey(
        field(fields, "model"),
        new DeviceDescription(
            field(fields, "gpu"),
            field(fields, "computeCapability"),
            field(fields, "driver"),
            field(fields, "cuda"),
            field(fields, "tensorRt")),
        field(fields, "options"),
        field(fields, "profiles"));
  }

  private static String field(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the key has no field '%s'".formatted(name));
    }
    return value;
  }

  /** One line for each field in which another key differs. */
  List<String> differences(PlanKey other) {
    List<String> differences = new ArrayList<>();
    Map<String, String> others = other.fields();
    fields()
        .forEach(
            (name, wanted) -> {
              String found = others.getOrDefault(name, "");
              if (!wanted.equals(found)) {
                differences.add("%s: wanted '%s', it has '%s'".formatted(name, wanted, found));
              }
            });
    return differences;
  }

  /**
   * The key of a plan that somebody else compiled: its model and most options are not known.
   *
   * @param profiles as the plan tells them
   */
  static PlanKey ofAdopted(
      DeviceDescription device,
      boolean versionCompatible,
      boolean hardwareCompatible,
      List<Profile> profiles) {
    return new PlanKey(
        UNKNOWN,
        device,
        "adopted=true versionCompatible=%s hardwareCompatible=%s tf32=unknown"
            .formatted(versionCompatible, hardwareCompatible),
        PlanOptions.text(profiles));
  }

  /** Whether somebody else compiled the plan, so that the model that it came from is not known. */
  public boolean isAdopted() {
    return model.equals(UNKNOWN);
  }

  /** Whether the plan was asked to run on all GPUs from Ampere on. */
  boolean isHardwareCompatible() {
    return options.contains("hardwareCompatible=true");
  }

  /** Whether the plan was compiled for later versions of its TensorRT too. */
  boolean isVersionCompatible() {
    return options.contains("versionCompatible=true");
  }

  /** Whether the plan may round the factors of float32 products to TF32, as far as is known. */
  boolean allowsTf32() {
    return options.contains("tf32=true") || options.contains("tf32=unknown");
  }

  /** SHA-256 of all fields. */
  String digest() {
    StringBuilder text = new StringBuilder();
    fields().forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return Sha256.of(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
