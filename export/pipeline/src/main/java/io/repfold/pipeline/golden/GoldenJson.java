package io.repfold.pipeline.golden;

import io.repfold.check.ChannelAxes;
import io.repfold.check.Tolerance;
import io.repfold.pipeline.JsonObject;
import io.repfold.pipeline.JsonReader;
import io.repfold.pipeline.JsonText;
import io.repfold.pipeline.golden.GoldenOutputs.Model;
import io.repfold.pipeline.golden.GoldenOutputs.Origin;
import io.repfold.pipeline.golden.GoldenOutputs.Sample;
import io.repfold.pipeline.inputs.InputValues;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.HostTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The description of golden outputs, {@code golden.json}: all but their arrays. */
final class GoldenJson {
  static final String FORMAT = "repfold golden outputs 1";

  private static final Set<String> MEMBERS =
      Set.of(
          "format",
          "model",
          "engine",
          "repfold",
          "inputs",
          "optimizerFails",
          "values",
          "tolerance",
          "channels",
          "unit",
          "bfloat16",
          "samples");

  /** No folder can be in it, and no system gives such a name a meaning. */
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\\.npz");

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * A file of one sample.
   *
   * @param file its name in the folder
   * @param sha256 what it must have
   * @param name of the sample, for people
   */
  record SampleFile(String file, String sha256, String name) {}

  /**
   * All that a description says.
   *
   * @param golden without samples
   * @param brains names of bfloat16 arrays, with their prefixes
   */
  record Description(GoldenOutputs golden, List<SampleFile> files, Set<String> brains) {}

  private GoldenJson() {}

  /** The text for samples that lie in these files. */
  static String text(GoldenOutputs golden, List<SampleFile> files) {
    Map<String, Object> root = new LinkedHashMap<>();
    Origin origin = golden.origin();
    root.put("format", FORMAT);
    origin.model().ifPresent(model -> root.put("model", model));
    root.put("engine", origin.engine());
    origin.repfold().ifPresent(version -> root.put("repfold", version));
    origin.inputs().ifPresent(inputs -> root.put("inputs", inputs));
    if (origin.optimizerFails()) {
      root.put("optimizerFails", true);
    }
    if (!golden.values().isEmpty()) {
      root.put("values", golden.values().numbers());
    }
    root.put("tolerance", tolerance(golden.tolerance()));
    golden.axes().ifPresent(axes -> root.put("channels", new TreeMap<>(axes.byOutput())));
    golden.unit().ifPresent(unit -> root.put("unit", unit));
    Set<String> brains = brains(golden);
    if (!brains.isEmpty()) {
      root.put("bfloat16", brains);
    }
    root.put("samples", files.stream().map(GoldenJson::sample).toList());
    return JsonText.indented(root);
  }

  private static Map<String, Object> sample(SampleFile file) {
    Map<String, Object> sample = new LinkedHashMap<>();
    sample.put("file", file.file());
    sample.put("sha256", file.sha256());
    if (!file.name().isEmpty()) {
      sample.put("name", file.name());
    }
    return sample;
  }

  private static Map<String, Object> tolerance(Tolerance tolerance) {
    Map<String, Object> bounds = new LinkedHashMap<>();
    bounds.put("relative", tolerance.relative());
    bounds.put("absolute", tolerance.absolute());
    tolerance.noise().ifPresent(times -> bounds.put("noise", times));
    tolerance.agreement().ifPresent(share -> bounds.put("agreement", share));
    return bounds;
  }

  private static Set<String> brains(GoldenOutputs golden) {
    Set<String> brains = new TreeSet<>();
    for (Sample sample : golden.samples()) {
      addBrains(brains, SampleArrays.INPUT, sample.inputs());
      addBrains(brains, SampleArrays.OUTPUT, sample.outputs());
      addBrains(brains, SampleArrays.AGAIN, sample.again());
      addBrains(brains, SampleArrays.EXACT, sample.exact());
    }
    return brains;
  }

  private static void addBrains(Set<String> brains, String prefix, Map<String, HostTensor> arrays) {
    arrays.forEach(
        (name, tensor) -> {
          if (tensor.type() == ElementType.BFLOAT16) {
            brains.add(prefix + name);
          }
        });
  }

  /**
   * Reads a description.
   *
   * @throws IllegalArgumentException if it is none; the message says what is wrong in it
   */
  static Description parse(String text) {
    JsonObject root = JsonObject.of(JsonReader.read(text), "its content");
    String format = root.text("format");
    if (!format.equals(FORMAT)) {
      throw new IllegalArgumentException(
          "its format is '%s', expected '%s'".formatted(format, FORMAT));
    }
    root.requireOnly(MEMBERS);
    Origin origin =
        new Origin(
            root.optional("model").map(GoldenJson::model),
            root.text("engine"),
            root.optionalText("repfold"),
            root.optionalText("inputs"),
            root.flag("optimizerFails"));
    Map<String, Double> values = new LinkedHashMap<>();
    root.optional("values").ifPresent(v -> v.names().forEach(n -> values.put(n, v.number(n))));
    GoldenOutputs golden =
        new GoldenOutputs(
            origin,
            List.of(),
            new InputValues(values),
            root.optional("tolerance").map(GoldenJson::tolerance).orElse(Tolerance.NETWORK),
            root.optional("channels").map(GoldenJson::axes),
            unit(root));
    return new Description(golden, files(root), Set.copyOf(root.optionalTexts("bfloat16")));
  }

  private static Model model(JsonObject model) {
    model.requireOnly(Set.of("file", "sha256"));
    return new Model(model.text("file"), hash(model));
  }

  private static String hash(JsonObject object) {
    String hash = object.text("sha256").toLowerCase(Locale.ROOT);
    if (!SHA256.matcher(hash).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no SHA-256, which has 64 hexadecimal digits".formatted(hash));
    }
    return hash;
  }

  private static Tolerance tolerance(JsonObject bounds) {
    bounds.requireOnly(Set.of("relative", "absolute", "noise", "agreement"));
    return new Tolerance(
        bounds.number("relative"),
        bounds.optionalNumber("absolute").orElse(0),
        bounds.optionalNumber("noise"),
        bounds.optionalNumber("agreement"));
  }

  private static ChannelAxes axes(JsonObject channels) {
    Map<String, Integer> axes = new LinkedHashMap<>();
    for (String output : channels.names()) {
      double axis = channels.number(output);
      if (axis != Math.rint(axis) || Math.abs(axis) > 64) {
        throw new IllegalArgumentException(
            "'channels' gives output '%s' the axis %s, which is none".formatted(output, axis));
      }
      axes.put(output, (int) axis);
    }
    return new ChannelAxes(axes);
  }

  private static OptionalDouble unit(JsonObject root) {
    OptionalDouble unit = root.optionalNumber("unit");
    if (unit.isPresent() && !(unit.getAsDouble() > 0 && unit.getAsDouble() <= 0x1p-8)) {
      throw new IllegalArgumentException(
          "'unit' is %s, expected a unit roundoff above 0 and at most 2^-8"
              .formatted(unit.getAsDouble()));
    }
    return unit;
  }

  private static List<SampleFile> files(JsonObject root) {
    List<SampleFile> files = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (JsonObject sample : root.objects("samples")) {
      sample.requireOnly(Set.of("file", "sha256", "name"));
      String file = sample.text("file");
      if (!FILE.matcher(file).matches()) {
        throw new IllegalArgumentException(
            "'%s' is no name for a sample: expected letters, digits, '_', '-', '.' and then .npz, without a folder"
                .formatted(file));
      }
      if (!names.add(file.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException("'%s' is the file of two samples".formatted(file));
      }
      files.add(new SampleFile(file, hash(sample), sample.optionalText("name").orElse("")));
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException("it has no samples, so there is nothing to compare with");
    }
    return files;
  }
}
