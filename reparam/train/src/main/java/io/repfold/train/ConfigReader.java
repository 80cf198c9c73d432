package io.repfold.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.data.Datasets;
import io.repfold.data.LoaderArguments;
import io.repfold.nets.Networks;
import io.repfold.train.TrainConfig.Learning;
import io.repfold.train.TrainConfig.Loop;
import io.repfold.train.TrainConfig.OptimizerChoice;
import io.repfold.train.TrainConfig.Typed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads a configuration and checks every key, type and range. */
final class ConfigReader {
  private static final long MOST_BYTES = 1 << 20;
  private static final int MOST = Integer.MAX_VALUE;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ConfigReader() {}

  static TrainConfig read(Path file, List<String> overrides) {
    try {
      long bytes = Files.size(file);
      if (bytes > MOST_BYTES) {
        throw new ConfigException(
            file.toString(),
            List.of("has %,d bytes; a configuration has at most %,d".formatted(bytes, MOST_BYTES)));
      }
      return parse(file.toString(), Files.readString(file), overrides);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file.toString(), "there is no such file", e);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * @param source stands for the file in messages
   */
  static TrainConfig parse(String source, String text, List<String> overrides) {
    ObjectNode root = tree(source, text);
    List<String> problems = new ArrayList<>(ConfigOverrides.apply(root, overrides));
    ConfigSection section = ConfigSection.root(root);
    TrainConfig config = config(source, section);
    problems.addAll(section.problems());
    if (problems.isEmpty()) {
      problems.addAll(Contradictions.of(config));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(source, problems);
    }
    return config;
  }

  /** Some editors put a byte order mark before UTF-8. */
  private static String withoutMark(String text) {
    return text.startsWith("\ufeff") ? text.substring(1) : text;
  }

  private static ObjectNode tree(String source, String text) {
    try {
      JsonNode tree = MAPPER.readTree(withoutMark(text));
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new ConfigException(source, List.of("must be a JSON object in braces"));
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      String place =
          at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
      String reason = e.getOriginalMessage().replaceAll("\\[Source: [^;]*; ([^]]*)\\]", "$1");
      throw new ConfigException(source, "is not valid JSON%s: %s".formatted(place, reason), e);
    }
  }

  private static TrainConfig config(String source, ConfigSection root) {
    root.allow(List.of("arch", "val_loader", "ignore_index"));
    String name = root.text("name").orElse("run");
    if (!name.matches("[\\w.+ -]+") || name.startsWith(".")) {
      root.problem(
          "name",
          "must be fit for a folder: letters, digits, '_', '-', '+', '.' and spaces, the first no '.'; found '%s'"
              .formatted(name));
    }
    Optional<Path> startFrom = root.text("start_from").map(Path::of);
    boolean builds = root.has("arch") || startFrom.isEmpty();
    OptimizerChoice optimizer = optimizer(root.section("optimizer"));
    return new TrainConfig(
        name,
        root.integer("n_gpu", 0, MOST, 0),
        root.flag("use_synch_bn", false),
        builds
            ? Optional.of(architecture(root.section("arch"), startFrom.isEmpty()))
            : Optional.empty(),
        loader(root.section("train_loader")),
        root.has("val_loader") ? Optional.of(loader(root.section("val_loader"))) : Optional.empty(),
        optimizer,
        root.choice("loss", Loss.names(), "CrossEntropyLoss2d"),
        root.free("loss_args"),
        ignoreIndex(root),
        schedule(root.section("lr_scheduler"), optimizer.rate()),
        loop(root.section("trainer")),
        root.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE, 0),
        root.number("aux_weight", 0, Double.MAX_VALUE, 0.4),
        root.integer("threads", 0, 4096, 0),
        startFrom,
        learning(root, root.section("train")),
        source);
  }

  private static Learning learning(ConfigSection root, ConfigSection train) {
    return new Learning(
        train.texts("hold"),
        train.texts("learn"),
        train.text("auxiliary_output"),
        train.flag("constant_weights", false),
        !root.choice("head", List.of(Learning.NEW), "").isEmpty(),
        Optional.of(train.choice("quantize", List.of(Learning.INT8), ""))
            .filter(precision -> !precision.isEmpty()));
  }

  private static OptionalInt ignoreIndex(ConfigSection root) {
    return root.has("ignore_index")
        ? OptionalInt.of(root.integer("ignore_index", 0, 65_535, 255))
        : OptionalInt.empty();
  }

  private static Typed architecture(ConfigSection arch, boolean isBuilt) {
    if (isBuilt && !arch.has("type")) {
      arch.problem("type", "is missing; name the network to build");
    }
    Typed typed = new Typed(arch.choice("type", Networks.types(), ""), arch.free("args"));
    if (!isBuilt) {
      arch.check("args", () -> FurtherTraining.check(typed));
    }
    return typed;
  }

  private static Typed loader(ConfigSection loader) {
    String type = loader.choice("type", Datasets.types(), "");
    if (!loader.has("type")) {
      loader.problem("type", "is missing; name the kind of data set, such as VOC");
    }
    Map<String, Object> args = loader.free("args");
    loader.check("args", () -> LoaderArguments.parse(args));
    return new Typed(type, args);
  }

  private static OptimizerChoice optimizer(ConfigSection optimizer) {
    String type = optimizer.choice("type", Optimizer.names(), "SGD");
    boolean isNamed = optimizer.isSound();
    boolean differential = optimizer.flag("differential_lr", false);
    ConfigSection args = optimizer.section("args");
    double rate = args.number("lr", 0, Double.MAX_VALUE, 0.01);
    if (rate == 0) {
      args.problem("lr", "must be a number above 0, found 0");
    }
    double knownRate = args.isSound() ? rate : Double.MAX_VALUE;
    args.number("weight_decay", 0, Double.MAX_VALUE, 0);
    args.flag("decay_norms_and_biases", true);
    Map<String, Object> others = new LinkedHashMap<>(args.values());
    others.remove("lr");
    args.allow(Optimizers.argumentsOf(type));
    for (String foreign : Optimizers.argumentsOfOthers(type)) {
      if (isNamed && args.has(foreign)) {
        args.problem(
            foreign,
            "is not an argument of %s; take it out, on the command line by --set optimizer.args.%s=null"
                .formatted(type, foreign));
      }
      args.allow(List.of(foreign));
    }
    if (isNamed && args.isSound()) {
      optimizer.check("args", () -> Optimizers.rule(type, others));
    }
    return new OptimizerChoice(type, differential, knownRate, others);
  }

  private static Typed schedule(ConfigSection schedule, double rate) {
    String type = schedule.choice("type", Schedule.names(), "Poly");
    Map<String, Object> args = schedule.free("args");
    Schedule.Run run = new Schedule.Run(1, 1, rate, true);
    schedule.check("args", () -> Schedule.of(type, args, run));
    return new Typed(type, args);
  }

  private static Loop loop(ConfigSection trainer) {
    String monitor = trainer.text("monitor").orElse("max Mean_IoU");
    Optional<Monitor> parsed = Monitor.parse(monitor);
    if (parsed.isEmpty()) {
      trainer.problem(
          "monitor",
          "must be 'off', or 'max' or 'min' and one of %s, found '%s'"
              .formatted(String.join(", ", Monitor.METRICS), monitor));
    }
    return new Loop(
        trainer.integer("epochs", 1, MOST, 80),
        Path.of(trainer.text("save_dir").orElse("saved")),
        trainer.integer("save_period", 0, MOST, 10),
        trainer.integer("save_per_iter", 0, MOST, 0),
        parsed.orElse(Monitor.OFF),
        trainer.integer("early_stop", 0, MOST, 0),
        trainer.flag("tensorboard", true),
        trainer.text("log_dir").map(Path::of),
        trainer.integer("log_per_iter", 1, MOST, 20),
        trainer.flag("val", true),
        trainer.integer("val_per_epochs", 1, MOST, 1),
        trainer.flag("check_data", true));
  }
}
