package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Graph;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Kernel;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.WeightSource;
import io.repfold.kit.Tensors;
import io.repfold.nets.NetworkMetadata;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
  @TempDir private Path folder;

  /** Collects what is told, and stops the run after some steps, if that is wanted. */
  private static class Recorder implements TrainingListener {
    final List<Step> steps = new ArrayList<>();
    final List<Epoch> epochs = new ArrayList<>();
    final List<Validated> validations = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();
    final List<String> messages = new ArrayList<>();
    int stopAfter = Integer.MAX_VALUE;

    @Override
    public void message(String text) {
      messages.add(text);
    }

    @Override
    public void warning(String text) {
      warnings.add(text);
    }

    @Override
    public void stepped(Step step) {
      steps.add(step);
      if (steps.size() == stopAfter) {
        throw new IllegalStateException("stopped by the test");
      }
    }

    @Override
    public void epochEnded(Epoch epoch) {
      epochs.add(epoch);
    }

    @Override
    public void validated(Validated validated) {
      validations.add(validated);
    }
  }

  private Trainer.Outcome train(Path run, Recorder recorder, String... overrides) {
    TrainConfig config = TinyRun.config(folder, overrides);
    try (Trainer trainer = Trainer.begin(config, Optional.of(run), recorder)) {
      return trainer.run();
    }
  }

  private static Trainer.Outcome resume(Path run) {
    try (Trainer trainer = Trainer.resume(run, new Recorder())) {
      return trainer.run();
    }
  }

  /** Killed before its first save, it left a configuration and perhaps lines of figures. */
  @Test
  void a_run_that_saved_nothing_begins_anew() throws IOException {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    train(whole, new Recorder());
    Files.createDirectories(killed);
    Files.copy(whole.resolve("config.json"), killed.resolve("config.json"));
    String csv = Files.readString(whole.resolve("metrics.csv"));
    Files.writeString(killed.resolve("metrics.csv"), csv.substring(0, csv.indexOf('\n') + 9));

    resume(killed);

    assertThat(killed.resolve("last.onnx")).hasSameBinaryContentAs(whole.resolve("last.onnx"));
    assertThat(killed.resolve("metrics.csv")).hasSameTextualContentAs(whole.resolve("metrics.csv"));
  }

  @Test
  void figures_that_somebody_changed_are_named() throws IOException {
    Path whole = folder.resolve("whole");
    Path run = folder.resolve("run");
    train(whole, new Recorder());
    Files.createDirectories(run);
    Files.copy(whole.resolve("config.json"), run.resolve("config.json"));
    List<String> lines = new ArrayList<>(Files.readAllLines(whole.resolve("metrics.csv")));
    lines.set(1, "hello,world");
    Files.write(run.resolve("metrics.csv"), lines);

    assertThatThrownBy(() -> resume(run))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("expected a line that begins with a step, found 'hello,world'");
  }

  @Test
  void a_check_looks_at_the_first_and_the_last_network_on_the_same_images() {
    List<Long> iterations = new ArrayList<>();
    List<double[]> images = new ArrayList<>();
    List<Tensor> scores = new ArrayList<>();
    TrainingCheck check =
        (network, batch, iteration) -> {
          iterations.add(iteration);
          assertThat(batch.dims()).containsExactly(2, 3, 32, 32);
          images.add(batch.toDoubles());
          String name = network.model().graph().outputs().get(0).name();
          scores.add(network.outputs(batch).get(name));
          Tensor inside = network.values(batch, List.of(name)).get(name);
          assertThat(inside)
              .as("computed by another program")
              .isEqualTo(scores.get(scores.size() - 1));
        };
    TrainConfig config = TinyRun.config(folder);
    try (Trainer trainer =
        Trainer.begin(config, Optional.of(folder.resolve("run")), new Recorder())) {
      trainer.checkedBy(check).run();
    }
    assertThat(iterations).containsExactly(1L, 15L);
    assertThat(images.get(1)).containsExactly(images.get(0));
    assertThat(scores.get(1)).isNotEqualTo(scores.get(0));
  }

  @Test
  void what_a_check_throws_ends_the_run_which_can_go_on() {
    Path run = folder.resolve("run");
    TrainConfig config = TinyRun.config(folder);
    TrainingCheck check =
        (network, batch, iteration) -> {
          throw new IllegalStateException("not the same");
        };
    try (Trainer trainer = Trainer.begin(config, Optional.of(run), new Recorder())) {
      trainer.checkedBy(check);
      assertThatThrownBy(trainer::run).hasMessage("not the same");
    }
    assertThat(resume(run).epochs()).isEqualTo(3);
  }

  @Test
  void a_run_says_how_a_file_is_trained_and_patterns_decide() {
    GraphBuilder b = new GraphBuilder("theirs", WeightSource.he(1));
    String x = b.input("x", 1, 3, 32, 32);
    String scaled = mul(b, x, b.initializer("body.scale", Tensors.filled(0.5, 3, 1, 1)));
    String gate = b.initializer("body.gate", Tensors.filled(1, 3, 1, 1));
    b.output(mul(b, b.convBn(scaled, 3, Kernel.of(3), 1), gate));
    Path file = folder.resolve("theirs.onnx");
    OnnxModel.of(b.build()).write(file);
    assertThat(told(file))
        .contains(
            "Held, a scale or shift of the images: body.scale",
            "Learns, and is no kernel, matrix, bias or normalization: body.gate");
    assertThat(told(file, "train.hold=[\"*.gate\"]", "train.learn=[\"body.sc*\"]"))
        .contains(
            "Held, as told: body.gate",
            "Learns, and is no kernel, matrix, bias or normalization: body.scale");
    assertThatThrownBy(() -> told(file, "train.hold=[\"*.gat\"]"))
        .hasMessageContaining(
            "train.hold: no tensor in floating point that the scores are computed from is named '*.gat'");
    assertThatThrownBy(() -> told(file, "train.hold=[\"*\"]", "train.learn=[\"*.gate\"]"))
        .hasMessageContaining("fits 'body.gate', which one of train.hold fits too");
    assertThatThrownBy(() -> told(file, "train.hold=[\"*\"]"))
        .hasMessageContaining("there is nothing to train");
    assertThat(folder.resolve("run4")).doesNotExist();
  }

  private int runs;

  private List<String> told(Path file, String... overrides) {
    List<String> all = new ArrayList<>(List.of("start_from=" + file));
    all.addAll(List.of(overrides));
    TrainConfig config = TinyRun.config(folder, all.toArray(new String[0]));
    Recorder recorder = new Recorder();
    Path run = folder.resolve("run" + runs++);
    Trainer.begin(config, Optional.of(run), recorder).close();
    return recorder.messages;
  }

  private static String mul(GraphBuilder b, String x, String y) {
    return b.op("product", new Op.Binary(Op.Binary.Function.MUL), List.of(x, y), 3);
  }

  @Test
  void a_network_learns() {
    Path run = folder.resolve("run");
    Recorder recorder = new Recorder();

    Trainer.Outcome outcome = train(run, recorder, "trainer.epochs=8", "trainer.save_period=3");

    assertThat(recorder.steps).hasSize(40);
    assertThat(recorder.epochs.get(7).loss()).isLessThan(recorder.epochs.get(0).loss() / 2);
    assertThat(outcome.epochs()).isEqualTo(8);
    assertThat(outcome.best()).isGreaterThan(0.6);
    assertThat(recorder.validations).hasSize(8);
    assertThat(CheckpointsTest.names(run))
        .containsExactly(
            "best.onnx",
            "checkpoint-epoch3.onnx",
            "checkpoint-epoch6.onnx",
            "config.json",
            "last.onnx",
            "last.state",
            "metrics.csv");
  }

  @Test
  void a_checkpoint_says_what_it_is() {
    Path run = folder.resolve("run");
    train(run, new Recorder(), "trainer.epochs=1");

    OnnxModel last = OnnxModel.read(run.resolve("last.onnx"));

    assertThat(NetworkMetadata.fromMetadata(last.metadata()))
        .isEqualTo(NetworkMetadata.fromMetadata(TinyRun.network().metadata()));
    assertThat(last.metadata())
        .containsEntry("repfold.class_names", "ground\nred\ngreen")
        .containsKeys("repfold.mean", "repfold.std");
    assertThat(last.graph().nodes()).isEqualTo(TinyRun.network().graph().nodes());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 7, 12})
  void a_run_that_was_stopped_goes_on_to_the_bit(int steps) {
    Path whole = folder.resolve("whole");
    Path stopped = folder.resolve("stopped");
    String[] options = {"trainer.save_per_iter=2", "train_loader.args.num_workers=2"};
    train(whole, new Recorder(), options);
    Recorder recorder = new Recorder();
    recorder.stopAfter = steps;

    assertThatThrownBy(() -> train(stopped, recorder, options)).hasMessage("stopped by the test");
    Trainer.Outcome outcome = resume(stopped);

    assertThat(outcome.epochs()).isEqualTo(3);
    assertSameRun(stopped, whole);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "optimizer.type=AdamW",
        "lr_scheduler={\"type\": \"Plateau\", \"args\": {\"patience\": 0, \"factor\": 0.5}}",
        "lr_scheduler={\"type\": \"OneCycle\", \"args\": {\"cycle_momentum\": false}}",
        "optimizer={\"type\": \"SGD\", \"args\": {\"lr\": 0.01, \"momentum\": 0.9, \"nesterov\": true}}"
      })
  void whatever_has_a_state_goes_on_to_the_bit(String option) {
    Path whole = folder.resolve("whole");
    Path stopped = folder.resolve("stopped");
    String[] options = {
      "optimizer.args={\"lr\": 0.01}",
      "trainer.save_per_iter=1",
      "trainer.monitor=min val_loss",
      option
    };
    train(whole, new Recorder(), options);
    Recorder recorder = new Recorder();
    recorder.stopAfter = 8;

    assertThatThrownBy(() -> train(stopped, recorder, options)).hasMessage("stopped by the test");
    resume(stopped);

    assertSameRun(stopped, whole);
  }

  static void assertSameRun(Path found, Path expected) {
    assertThat(CheckpointsTest.names(found))
        .containsExactlyElementsOf(CheckpointsTest.names(expected).toList());
    for (String file : List.of("metrics.csv", "last.onnx", "best.onnx", "last.state")) {
      assertThat(found.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
    }
  }

  @Test
  void a_run_that_is_done_stays_as_it_is() throws IOException {
    Path run = folder.resolve("run");
    train(run, new Recorder(), "trainer.epochs=1", "trainer.tensorboard=true");
    byte[] before = Files.readAllBytes(run.resolve("last.onnx"));
    List<String> files = CheckpointsTest.names(run).toList();

    assertThat(resume(run).epochs()).isEqualTo(1);

    assertThat(run.resolve("last.onnx")).hasBinaryContent(before);
    assertThat(CheckpointsTest.names(run)).containsExactlyElementsOf(files);
  }

  @Test
  void another_seed_gives_another_network() {
    train(folder.resolve("a"), new Recorder(), "trainer.epochs=1");
    train(folder.resolve("b"), new Recorder(), "trainer.epochs=1", "seed=4");

    assertThat(weights(folder.resolve("a"))).isNotEqualTo(weights(folder.resolve("b")));
  }

  @Test
  void a_loss_that_is_no_number_stops_the_run_and_keeps_what_was_saved() {
    Path run = folder.resolve("run");
    Recorder recorder = new Recorder();

    assertThatThrownBy(
            () ->
                train(
                    run,
                    recorder,
                    "optimizer.args={\"lr\": 1e30}",
                    "lr_scheduler.type=Constant",
                    "trainer.save_per_iter=1000"))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("The loss is NaN in epoch 1, batch ")
        .hasMessageContaining("iteration " + (recorder.steps.size() + 1))
        .hasMessageContaining("The weights that were saved last are kept");
    assertThat(weights(run).values()).allMatch(TrainerTest::isFinite);
  }

  private static boolean isFinite(Tensor tensor) {
    return !tensor.type().isFloat()
        || java.util.stream.DoubleStream.of(tensor.toDoubles()).allMatch(Double::isFinite);
  }

  @Test
  void nothing_improves_and_the_run_ends_early() {
    Path run = folder.resolve("run");

    Trainer.Outcome outcome =
        train(
            run,
            new Recorder(),
            "optimizer.args={\"lr\": 1e-12}",
            "trainer.epochs=20",
            "trainer.early_stop=3",
            "trainer.monitor=max Pixel_Accuracy",
            "arch={\"type\": \"PSPNet\", \"args\": {\"freeze_bn\": true}}");

    assertThat(outcome.early()).isTrue();
    assertThat(outcome.bestEpoch()).isEqualTo(1);
    assertThat(outcome.epochs()).isEqualTo(4);
    assertThat(resume(run).epochs()).isEqualTo(4);
  }

  @Test
  void a_frozen_backbone_keeps_its_values_and_frozen_norms_their_statistics() {
    Path run = folder.resolve("run");
    Map<String, Tensor> before = TinyRun.network().graph().initializers();

    train(
        run,
        new Recorder(),
        "trainer.epochs=1",
        "arch={\"type\": \"PSPNet\", \"args\": {\"freeze_bn\": true, \"freeze_backbone\": true}}");

    assertThat(changed(before, run))
        .isNotEmpty()
        .noneMatch(name -> name.startsWith("backbone."))
        .noneMatch(name -> name.contains("running"))
        .anyMatch(name -> name.startsWith("head."));
  }

  private static Stream<String> changed(Map<String, Tensor> before, Path run) {
    Predicate<Map.Entry<String, Tensor>> differs =
        e -> !e.getValue().equals(before.get(e.getKey()));
    return weights(run).entrySet().stream()
        .filter(differs)
        .map(Map.Entry::getKey)
        .toList()
        .stream();
  }

  @Test
  void the_backbone_may_learn_slower() {
    train(
        folder.resolve("same"),
        new Recorder(),
        "trainer.epochs=1",
        "optimizer.args={\"lr\": 1e-4}");
    train(
        folder.resolve("slow"),
        new Recorder(),
        "trainer.epochs=1",
        "optimizer.args={\"lr\": 1e-4}",
        "optimizer.differential_lr=true");

    String kernel = "backbone.conv.weight";
    double same = distance(weights(folder.resolve("same")), kernel);
    double slow = distance(weights(folder.resolve("slow")), kernel);
    assertThat(slow / same).isBetween(0.05, 0.2);
  }

  private static double distance(Map<String, Tensor> weights, String name) {
    double[] now = weights.get(name).toDoubles();
    double[] before = TinyRun.network().graph().initializers().get(name).toDoubles();
    double sum = 0;
    for (int i = 0; i < now.length; i++) {
      sum += Math.abs(now[i] - before[i]);
    }
    return sum;
  }

  @Test
  void event_files_are_written_where_they_are_wanted() throws IOException {
    Path run = folder.resolve("run");
    train(
        run,
        new Recorder(),
        "trainer.epochs=1",
        "trainer.tensorboard=true",
        "trainer.log_dir=" + folder.resolve("logs"));

    try (Stream<Path> files = Files.list(folder.resolve("logs/tiny/run"))) {
      List<Path> events = files.toList();
      assertThat(events).hasSize(1);
      assertThat(Files.size(events.get(0))).isGreaterThan(1000);
    }
  }

  @Test
  void all_that_stands_in_the_way_is_told_before_anything_is_written() {
    assertThatThrownBy(
            () ->
                train(
                    folder.resolve("run"),
                    new Recorder(),
                    "train_loader.args.num_classes=2",
                    "train_loader.args.class_names=[]",
                    "val_loader.args.split=missing",
                    "loss_args={\"weigth\": [1, 2]}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("train_loader: ")
        .hasMessageContaining("val_loader: ")
        .hasMessageContaining("missing")
        .hasMessageContaining("loss_args")
        .hasMessageContaining("start_from: ");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void a_file_that_cannot_be_written_is_named_and_the_last_pair_stays() throws IOException {
    Path run = folder.resolve("run");
    Recorder recorder =
        new Recorder() {
          @Override
          public void epochEnded(Epoch epoch) {
            if (epoch.epoch() == 2) {
              block(run.resolve("last.state.next"));
            }
          }
        };

    assertThatThrownBy(() -> train(run, recorder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("last.state.next");

    assertThat(CheckpointsTest.names(run)).noneMatch(name -> name.endsWith(".next"));
    assertThat(new Checkpoints(run).load().state().progress().epoch()).isEqualTo(1);
    Path whole = folder.resolve("whole");
    train(whole, new Recorder());
    resume(run);
    assertSameRun(run, whole);
  }

  /** A folder where a file is to be written, as on a full disk, cannot become one. */
  private static void block(Path file) {
    try {
      Files.createDirectory(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void class_weights_are_as_many_as_the_classes() {
    assertThatThrownBy(
            () -> train(folder.resolve("run"), new Recorder(), "loss_args={\"weight\": [1, 2]}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weight");
  }

  private static Map<String, Tensor> weights(Path run) {
    Graph graph = OnnxModel.read(run.resolve("last.onnx")).graph();
    return graph.initializers();
  }
}
