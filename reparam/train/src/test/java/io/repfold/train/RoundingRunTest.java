package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Graph;
import io.repfold.graph.Interpreter;
import io.repfold.graph.NdArray;
import io.repfold.graph.Tensor;
import io.repfold.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that round to integers in the forward pass. */
class RoundingRunTest {
  private static final String QUANTIZE = "train.quantize=int8";

  @TempDir private Path folder;

  private TrainConfig config(String... overrides) {
    Path file = folder.resolve("rounding.onnx");
    RoundingNetwork.model().write(file);
    List<String> all = new ArrayList<>(List.of("start_from=" + file, "optimizer.args.lr=0.01"));
    all.addAll(List.of(overrides));
    return TinyRun.config(folder, all.toArray(new String[0]));
  }

  private Trainer begin(String run, TrainingListener listener, String... overrides) {
    return Trainer.begin(config(overrides), Optional.of(folder.resolve(run)), listener);
  }

  private static final TrainingListener UNHEARD = new TrainingListener() {};

  /** Stops a run in its second epoch. */
  private static final class Stopping implements TrainingListener {
    private int steps;

    @Override
    public void stepped(Step step) {
      if (++steps == 8) {
        throw new IllegalStateException("stopped by the test");
      }
    }
  }

  @Test
  void a_run_that_was_stopped_goes_on_bit_for_bit() throws IOException {
    try (Trainer whole = begin("whole", UNHEARD, QUANTIZE, "trainer.save_per_iter=2")) {
      whole.run();
    }
    try (Trainer cut = begin("cut", new Stopping(), QUANTIZE, "trainer.save_per_iter=2")) {
      assertThatThrownBy(cut::run).hasMessage("stopped by the test");
    }
    assertThat(folder.resolve("cut/int8.onnx")).doesNotExist();
    try (Trainer rest = Trainer.resume(folder.resolve("cut"), UNHEARD)) {
      rest.run();
    }
    List<String> names = CheckpointsTest.names(folder.resolve("whole")).toList();
    assertThat(names).contains("int8.onnx");
    assertThat(CheckpointsTest.names(folder.resolve("cut")).toList()).isEqualTo(names);
    for (String name : names) {
      assertThat(Files.readAllBytes(folder.resolve("cut").resolve(name)))
          .as(name)
          .isEqualTo(Files.readAllBytes(folder.resolve("whole").resolve(name)));
    }
  }

  @Test
  void the_file_in_integers_computes_what_was_trained_and_has_the_form_of_the_first_one() {
    List<String> seen = new ArrayList<>();
    TrainingCheck check =
        (network, images, iteration) -> {
          OnnxModel model = network.model();
          boolean stored = model.graph().initializers().containsKey("first.weight_quantized");
          seen.add((stored ? "integers " : "real ") + iteration);
          assertClose(network.outputs(images), model.graph(), images);
        };
    try (Trainer trainer = begin("run", UNHEARD, QUANTIZE)) {
      trainer.checkedBy(check).run();
    }
    assertThat(seen).containsExactly("real 1", "real 15", "integers 15");

    Graph written = OnnxModel.read(folder.resolve("run/int8.onnx")).graph();
    Graph given = RoundingNetwork.of(127);
    assertThat(written.nodes()).isEqualTo(given.nodes());
    assertThat(written.initializers().keySet()).isEqualTo(given.initializers().keySet());
    written
        .initializers()
        .forEach(
            (name, tensor) -> {
              Tensor before = given.initializers().get(name);
              assertThat(tensor.type()).as(name).isEqualTo(before.type());
              boolean learns = name.endsWith("_quantized");
              assertThat(tensor.equals(before)).as(name).isEqualTo(!learns);
            });
  }

  /** All but a few scores are the same; those are a step or two of 1/32 away. */
  private static void assertClose(Map<String, Tensor> trained, Graph graph, Tensor images) {
    Map<String, NdArray> written = new Interpreter(graph).run(Map.of("image", NdArray.of(images)));
    trained.forEach(
        (name, tensor) -> {
          double[] a = tensor.toDoubles();
          double[] b = written.get(name).data();
          int differ = 0;
          for (int i = 0; i < a.length; i++) {
            differ += Math.abs(a[i] - b[i]) > 1e-5 ? 1 : 0;
            assertThat(a[i]).isCloseTo(b[i], Offset.offset(2.01 / 32));
          }
          assertThat(differ).as("of %d scores", a.length).isLessThan(a.length / 50);
        });
  }

  @Test
  void a_file_in_integers_that_fails_its_check_does_not_appear_until_it_passes() {
    TrainingCheck check =
        (network, images, iteration) -> {
          if (network.model().graph().initializers().containsKey("first.weight_quantized")) {
            throw new IllegalStateException("not the same");
          }
        };
    try (Trainer trainer = begin("run", UNHEARD, QUANTIZE)) {
      assertThatThrownBy(() -> trainer.checkedBy(check).run()).hasMessage("not the same");
    }
    assertThat(folder.resolve("run/best.onnx")).exists();
    assertThat(folder.resolve("run/int8.onnx")).doesNotExist();

    try (Trainer trainer = Trainer.resume(folder.resolve("run"), UNHEARD)) {
      trainer.run();
    }
    assertThat(folder.resolve("run/int8.onnx")).exists();
  }

  @Test
  void the_network_learns_although_it_is_rounded() {
    List<Double> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void epochEnded(Epoch epoch) {
            losses.add(epoch.loss());
          }
        };
    try (Trainer trainer = begin("run", listener, QUANTIZE, "trainer.epochs=8")) {
      trainer.run();
    }
    assertThat(losses.get(7)).isLessThan(0.7 * losses.get(0));
  }

  @Test
  void an_export_is_the_same_as_the_file_in_integers() {
    try (Trainer trainer = begin("run", UNHEARD, QUANTIZE)) {
      trainer.run();
    }
    OnnxModel exported = Deployment.inference(OnnxModel.read(folder.resolve("run/best.onnx")));
    OnnxModel written = OnnxModel.read(folder.resolve("run/int8.onnx"));
    assertThat(exported.graph().initializers()).isEqualTo(written.graph().initializers());
    assertThat(exported.graph().nodes()).isEqualTo(written.graph().nodes());
  }

  @Test
  void a_quantized_file_is_trained_only_with_rounding_and_only_such_a_file() {
    assertThatThrownBy(() -> begin("run", UNHEARD))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("rounding.onnx: is quantized, and rounding has no gradient")
        .hasMessageContaining("--quantize int8 (train.quantize)");
    assertThatThrownBy(
            () -> begin("run", UNHEARD, QUANTIZE, "start_from=" + folder.resolve("net.onnx")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("net.onnx: rounds nothing to integers")
        .hasMessageContaining("'repfold convert --precision int8'");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void a_network_that_is_built_and_an_unknown_precision_are_refused() {
    assertThatThrownBy(
            () ->
                TinyRun.config(
                    folder, "start_from=null", "arch.type=RepLite", "train.quantize=int8"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("train.quantize: takes a trained ONNX file")
        .hasMessageContaining("'repfold export RUN -o model.onnx'");
    assertThatThrownBy(() -> TinyRun.config(folder, "train.quantize=int4"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("train.quantize: there is no 'int4'; did you mean 'int8'?");
  }

  @Test
  void calibration_takes_the_images_that_training_begins_with() {
    TrainConfig config = config(QUANTIZE);
    List<Tensor> taken = new ArrayList<>();
    assertThat(CalibrationImages.take(config, 3, taken::add)).isEqualTo(3);
    List<Tensor> seen = new ArrayList<>();
    try (Trainer trainer = begin("run", UNHEARD, QUANTIZE, "trainer.epochs=1")) {
      trainer.checkedBy((network, images, iteration) -> seen.add(images)).run();
    }
    assertThat(taken).hasSize(3);
    assertThat(taken.get(0).dims()).containsExactly(1, 3, 32, 32);
    double[] batch = seen.get(0).toDoubles();
    double[] both =
        DoubleStream.concat(
                Arrays.stream(taken.get(0).toDoubles()), Arrays.stream(taken.get(1).toDoubles()))
            .toArray();
    assertThat(both).containsExactly(batch);
    assertThat(CalibrationImages.take(config, 1000, image -> {})).isEqualTo(10);
  }
}
