package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.repfold.config.NamedArguments;
import io.repfold.data.Datasets;
import io.repfold.data.LoaderArguments;
import io.repfold.data.LoaderKeys;
import io.repfold.train.KeyTable.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of docs/training.md say what the configuration's readers do. */
class DocumentedKeysTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path DOCUMENT = document();
  private static final List<Row> ROWS = KeyTable.of(DOCUMENT);

  private static final String LOADER = "train_loader.args";
  private static final String OPTIMIZER = "optimizer.args";
  private static final String SCHEDULE = "lr_scheduler.args";
  private static final String LOSS = "loss_args";

  /** A key that is like no other, so that messages list those that there are. */
  private static final String UNKNOWN = "q".repeat(40);

  /** Keys whose default the parts of the configuration do not show, as nothing is built here. */
  private static final Set<String> NOT_SEEN = Set.of("optimizer.args.decay_norms_and_biases");

  /** Everything is switched on, so that every argument has an effect. */
  private static final String BASE =
      """
      {
        "arch": {"type": "PSPNet"},
        "train_loader": {"type": "VOC", "args": %1$s},
        "val_loader": {"type": "VOC", "args": %1$s}
      }
      """
          .formatted(
              """
              {"data_dir": "data", "split": "train", "batch_size": 2, "base_size": 64,
               "crop_size": 32, "augment": true, "rotate": true, "blur": true}
              """);

  private static Path document() {
    Path folder = Path.of("").toAbsolutePath();
    while (!folder.resolve("docs/training.md").toFile().isFile()) {
      folder = Optional.ofNullable(folder.getParent()).orElseThrow();
    }
    return folder.resolve("docs/training.md");
  }

  static Stream<Row> rows() {
    return ROWS.stream();
  }

  static Stream<Row> defaults() {
    return ROWS.stream().filter(row -> row.value().isPresent());
  }

  static Stream<Row> bounded() {
    return ROWS.stream().filter(row -> Bounds.of(row.range()).isPresent());
  }

  @Test
  void the_tables_were_found() {
    assertThat(ROWS).hasSizeGreaterThan(100);
    assertThat(ROWS).extracting(Object::toString).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void a_documented_key_is_known(Row row) {
    row.value().ifPresentOrElse(value -> accept(row, value), () -> assertKnown(row));
  }

  private static void accept(Row row, Object value) {
    for (String type : types(row)) {
      assertThatCode(() -> read(row, type, value))
          .as("%s = %s", row, value)
          .doesNotThrowAnyException();
    }
  }

  /** A value of no kind that any key has is refused as a value, not as that of an unknown key. */
  private static void assertKnown(Row row) {
    for (String type : types(row)) {
      Throwable refusal = catchThrowable(() -> read(row, type, Map.of("a", List.of(UNKNOWN))));
      if (refusal != null) {
        assertThat(refusal)
            .hasMessageContaining(row.key())
            .hasMessageNotContaining(row.path() + ": is not known")
            .hasMessageNotContaining("there is no '" + row.key() + "'");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("defaults")
  void a_documented_default_is_the_default(Row row) {
    Object value = row.value().orElseThrow();
    for (String type : types(row)) {
      if (!NOT_SEEN.contains(row.path())) {
        Object without = read(row, type, NULL);
        assertSame(read(row, type, value), without);
        assertThatThrownBy(
                () -> assertSame(read(row, type, another(value)), without),
                "%s = %s, which is refused or comes to something else",
                row,
                another(value))
            .isInstanceOf(Throwable.class);
      }
    }
  }

  /** Field by field, but for what a loss was told. */
  private static void assertSame(Object found, Object expected) {
    assertThat(found).usingRecursiveComparison().ignoringFields("options").isEqualTo(expected);
  }

  /** A value of the same kind. */
  private static Object another(Object value) {
    if (value instanceof Boolean flag) {
      return !flag;
    }
    if (value instanceof Integer whole) {
      return whole + 1;
    }
    if (value instanceof Number number) {
      return number.doubleValue() / 2;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(DocumentedKeysTest::another).toList();
    }
    return value + "x";
  }

  @ParameterizedTest
  @MethodSource("rows")
  void what_is_required_cannot_be_left_out(Row row) {
    for (String type : types(row)) {
      if (row.isRequired()) {
        assertThatThrownBy(() -> read(row, type, NULL)).hasMessageContaining(row.key());
      } else {
        assertThatCode(() -> read(row, type, NULL)).as("%s", row).doesNotThrowAnyException();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("bounded")
  void a_range_is_that_of_the_reader(Row row) {
    Bounds bounds = Bounds.of(row.range()).orElseThrow();
    for (String type : types(row)) {
      bounds
          .inside()
          .forEach(
              v ->
                  assertThatCode(() -> read(row, type, v))
                      .as("%s = %s", row, v)
                      .doesNotThrowAnyException());
      bounds
          .outside()
          .forEach(
              v ->
                  assertThatThrownBy(() -> read(row, type, v), "%s = %s", row, v)
                      .hasMessageContaining(row.key()));
    }
  }

  @Test
  void every_key_of_a_section_is_documented() {
    for (String section :
        List.of(
            "",
            "arch",
            "train_loader",
            "val_loader",
            "optimizer",
            OPTIMIZER,
            "lr_scheduler",
            "trainer")) {
      String path = section.isEmpty() ? UNKNOWN : section + "." + UNKNOWN;
      for (String key : listed(catchThrowable(() -> config(Map.of(path, 1))))) {
        String known = section.isEmpty() ? key : section + "." + key;
        String same = known.replace("val_loader.", "train_loader.");
        assertThat(ROWS)
            .as("documentation of " + known)
            .anyMatch(row -> row.path().equals(same) || row.path().startsWith(same + "."));
      }
    }
  }

  @Test
  void every_argument_of_a_loader_is_documented() {
    assertThat(keys(LOADER, "")).isEqualTo(new TreeSet<>(LoaderKeys.all()));
    assertThat(keys("val_loader.args", "")).isEqualTo(keys(LOADER, ""));
  }

  @Test
  void every_argument_of_every_type_is_documented_for_it() {
    Map<String, Object> unknown = Map.of(UNKNOWN, 1);
    for (String type : Loss.names()) {
      var options = new LossOptions(3, 255, unknown);
      assertThat(listed(catchThrowable(() -> Loss.of(type, options))))
          .as(type)
          .isEqualTo(keys(LOSS, type));
    }
    for (String type : Optimizer.names()) {
      assertThat(listed(catchThrowable(() -> Optimizer.of(type, unknown, List.of()))))
          .as(type)
          .isEqualTo(keys(OPTIMIZER, type));
    }
    for (String type : Schedule.names()) {
      Map<String, Object> arguments = new TreeMap<>(context(SCHEDULE, type));
      arguments.put(UNKNOWN, 1);
      assertThat(listed(catchThrowable(() -> Schedule.of(type, arguments, RUN))))
          .as(type)
          .isEqualTo(keys(SCHEDULE, type));
    }
  }

  @Test
  void every_type_is_documented() {
    assertThat(choices("train_loader.type")).containsAll(Datasets.types());
    assertThat(choices("optimizer.type")).containsAll(Optimizer.names());
    assertThat(Loss.names()).allMatch(DocumentedKeysTest::isFirstInARow);
    assertThat(Schedule.names()).allMatch(DocumentedKeysTest::isFirstInARow);
  }

  private static List<String> choices(String path) {
    Row row = ROWS.stream().filter(r -> r.path().equals(path)).findFirst().orElseThrow();
    return Arrays.asList(row.range().replace("`", "").split(", ", -1));
  }

  private static boolean isFirstInARow(String type) {
    return KeyTable.lines(DOCUMENT).stream()
        .anyMatch(line -> line.matches("\\| (`\\w+`, )*`%s`(, `\\w+`)* \\|.*".formatted(type)));
  }

  private static Set<String> keys(String section, String type) {
    Set<String> keys = new TreeSet<>();
    ROWS.stream()
        .filter(row -> row.section().equals(section) && row.isOf(type))
        .forEach(row -> keys.add(row.key()));
    return keys;
  }

  /** The keys that a message lists because an unknown one is like none of them. */
  private static Set<String> listed(Throwable refusal) {
    String list = String.valueOf(refusal.getMessage()).replaceFirst("(?s).*" + UNKNOWN, "");
    assertThat(list).contains("; there is ");
    return new TreeSet<>(Arrays.asList(list.replaceFirst(".*; there is ", "").split(", ", -1)));
  }

  // What is read, and how far it can be seen.

  private static final Object NULL = Optional.empty();

  private static final Schedule.Run RUN = new Schedule.Run(100, 1, 0.01, true);

  /** The types that a key is an argument of, or all of its section. */
  private static List<String> types(Row row) {
    return switch (row.section()) {
      case OPTIMIZER -> row.types();
      case LOSS -> row.types();
      case SCHEDULE -> row.types().isEmpty() ? Schedule.names() : row.types();
      default -> List.of("");
    };
  }

  /** What an argument of a type needs beside it. */
  private static Map<String, Object> context(String section, String type) {
    if (section.equals(SCHEDULE) && type.equals("MultiStep")) {
      return Map.of("milestones", List.of(3, 6));
    }
    return Map.of();
  }

  /** Reads a configuration with one value set, or with {@link #NULL} taken away. */
  private static Object read(Row row, String type, Object value) {
    Map<String, Object> sets = new LinkedHashMap<>();
    switch (row.section()) {
      case OPTIMIZER -> {
        sets.put("optimizer.type", type);
        if (row.key().equals("nesterov")) {
          sets.put("optimizer.args.momentum", 0.9);
        }
      }
      case SCHEDULE -> {
        sets.put("lr_scheduler.type", type);
        sets.put("optimizer.args.momentum", 0.9);
        context(SCHEDULE, type).forEach((key, v) -> sets.put(SCHEDULE + "." + key, v));
        if (row.key().equals("warmup_start")) {
          sets.put("lr_scheduler.args.warmup_steps", 5);
        }
      }
      case LOSS -> sets.put("loss", type);
      default -> {}
    }
    sets.put(row.path(), value);
    return seen(row.section(), type, config(sets));
  }

  /** What would be different with another value of a key. */
  private static Object seen(String section, String type, TrainConfig config) {
    return switch (section) {
      case LOADER -> LoaderArguments.parse(config.training().args());
      case "val_loader.args" -> LoaderArguments.parse(config.validation().orElseThrow().args());
      case OPTIMIZER -> {
        var optimizer = config.optimizer();
        var run = new Schedule.Run(1, 1, optimizer.rate(), true);
        Optimizer.of(type, optimizer.args(), List.of()).close();
        NamedArguments settings = new NamedArguments(OPTIMIZER, optimizer.args());
        UpdateRule rule = type.equals("SGD") ? Sgd.of(settings) : Adam.of(settings, true);
        yield List.of(run.baseRate(), optimizer.weightDecay(), rule);
      }
      case SCHEDULE -> course(Schedule.of(type, config.schedule().args(), RUN));
      case LOSS -> Loss.of(type, new LossOptions(3, 255, config.lossArgs()));
      default -> config;
    };
  }

  /** Rates and momenta of a run whose validations become better, then worse. */
  private static List<Object> course(Schedule schedule) {
    List<Object> course = new ArrayList<>();
    for (int step = 0; step < 100; step++) {
      course.add(schedule.rate(step));
      course.add(schedule.momentum(step));
      schedule.observe(step < 10 ? 1 + 7e-5 * step : 0.5);
    }
    return course;
  }

  private static TrainConfig config(Map<String, Object> sets) {
    List<String> overrides = new ArrayList<>();
    sets.forEach((path, value) -> overrides.add(path + "=" + json(value)));
    return ConfigReader.parse("config.json", BASE, overrides);
  }

  private static String json(Object value) {
    try {
      return value == NULL ? "null" : JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** The ends of a range of single numbers, as a cell says it. */
  private record Bounds(List<Number> inside, List<Number> outside) {
    private static final String NUMBER = "(-?[\\d.]+)";

    static Optional<Bounds> of(String range) {
      if (range.matches("from " + NUMBER)) {
        int least = Integer.parseInt(range.substring("from ".length()));
        return Optional.of(new Bounds(List.of(least), List.of(least - 1)));
      }
      if (range.matches("above 0")) {
        return Optional.of(new Bounds(List.of(1e-3), List.of(0)));
      }
      if (range.matches(NUMBER + " to below " + NUMBER)) {
        String[] ends = range.split(" to below ", -1);
        long end = Long.parseLong(ends[1]);
        return Optional.of(new Bounds(List.of(Long.valueOf(ends[0]), end - 0.01), List.of(end)));
      }
      if (range.matches(NUMBER + " to " + NUMBER)) {
        String[] ends = range.split(" to ", -1);
        long least = Long.parseLong(ends[0]);
        long most = Long.parseLong(ends[1]);
        return Optional.of(new Bounds(List.of(least, most), List.of(least - 1, most + 1)));
      }
      return Optional.empty();
    }
  }
}
