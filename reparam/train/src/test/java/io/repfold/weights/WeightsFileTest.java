package io.repfold.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.repfold.graph.Graph;
import io.repfold.graph.Tensor;
import io.repfold.onnx.OnnxModel;
import io.repfold.weights.WeightsFile.Format;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WeightsFileTest {
  @TempDir Path folder;

  static Stream<String> files() {
    List<String> names = new ArrayList<>();
    Fixtures.expected().fieldNames().forEachRemaining(names::add);
    names.remove("checkpoint.pth ema");
    names.remove("two_parts.pth");
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void what_a_framework_wrote_is_read_as_the_framework_reads_it(String name) throws IOException {
    Map<String, Tensor> expected = Fixtures.expected(name);
    assertThat(expected).hasSizeGreaterThan(1);
    // Under another name, as the content alone tells the format.
    Path file = Files.write(folder.resolve("weights"), Fixtures.bytes(name));

    Map<String, Tensor> read = WeightsFile.read(file).tensors();

    assertThat(read.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    if (!name.endsWith(".safetensors")) {
      assertThat(read.keySet()).containsExactlyElementsOf(expected.keySet());
    }
    expected.forEach((key, tensor) -> assertThat(read.get(key)).as(key).isEqualTo(tensor));
  }

  @ParameterizedTest
  @CsvSource({
    "types.pth, PYTORCH",
    "types_big_endian.pth, PYTORCH",
    "types_legacy.pth, PYTORCH_LEGACY",
    "model_legacy.pth, PYTORCH_LEGACY",
    "paddle_0.pdparams, PICKLE",
    "paddle_2.pdparams, PICKLE",
    "paddle_4.pdparams, PICKLE",
    "all.safetensors, SAFETENSORS"
  })
  void the_content_tells_the_format(String name, Format format) {
    assertThat(WeightsFile.read(Fixtures.file(name)).format()).isEqualTo(format);
  }

  @Test
  void the_weights_of_a_checkpoint_are_found_and_all_else_is_named() {
    WeightsFile read = WeightsFile.read(Fixtures.file("checkpoint.pth"));

    assertThat(read.notes())
        .containsExactly(
            "read what is under 'state_dict'",
            "weights under 'ema' are left out; name one of these to take it instead",
            "the prefix 'module.' of all names is left out",
            "the prefix '_orig_mod.' of all names is left out");
  }

  @Test
  void other_weights_of_a_checkpoint_are_read_if_they_are_named() {
    Path file = Fixtures.file("checkpoint.pth");

    WeightsFile averaged = WeightsFile.read(file, Optional.of("ema"));

    assertThat(averaged.tensors()).isEqualTo(Fixtures.expected("checkpoint.pth ema"));
    assertThat(averaged.tensors()).isNotEqualTo(WeightsFile.read(file).tensors());
    assertThatThrownBy(() -> WeightsFile.read(file, Optional.of("optimizer")))
        .isInstanceOf(WeightsException.class)
        .hasMessageEndingWith(
            "checkpoint.pth: holds no weights under 'optimizer', but under 'state_dict', 'ema'");
  }

  @Test
  void two_unknown_keys_need_a_choice() {
    Path file = Fixtures.file("two_parts.pth");

    assertThatThrownBy(() -> WeightsFile.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageEndingWith("holds weights under 'encoder', 'decoder'; say which to take");
    assertThat(WeightsFile.read(file, Optional.of("decoder")).tensors())
        .isEqualTo(Fixtures.expected("two_parts.pth"));
  }

  @Test
  void weights_under_any_key_are_read_if_it_is_named() throws IOException {
    PickleWriter pickle = PickleWriter.protocol2().raw("}(");
    dict(pickle.text("model"), "w");
    pickle.text("teacher").raw("}(");
    dict(pickle.text("weights.now"), "v");
    Path file = Files.write(folder.resolve("w"), ZipWriter.of(pickle.raw("uu").stop()).bytes());

    assertThat(WeightsFile.read(file).tensors()).containsOnlyKeys("w");
    assertThat(WeightsFile.read(file, Optional.of("teacher.weights.now")).tensors())
        .containsOnlyKeys("v");
    assertThatThrownBy(() -> WeightsFile.read(file, Optional.of("teacher.weights")))
        .hasMessageEndingWith("holds no weights under 'teacher.weights', but under 'model'");
  }

  @Test
  void the_average_of_weights_is_read_without_its_counter() throws IOException {
    PickleWriter pickle = PickleWriter.protocol2().raw("}(");
    dict(pickle.text("model"), "w");
    pickle.text("model_ema").raw("}(").text("n_averaged");
    pickle.tensor(6, 0, new long[] {}, new long[] {});
    pickle.text("module.w").tensor(6, 0, new long[] {1}, new long[] {1}).raw("uu");
    Path file = Files.write(folder.resolve("w"), ZipWriter.of(pickle.stop()).bytes());

    assertThat(WeightsFile.read(file).notes())
        .contains("weights under 'model_ema' are left out; name one of these to take it instead");
    WeightsFile averaged = WeightsFile.read(file, Optional.of("model_ema"));
    assertThat(averaged.tensors()).containsOnlyKeys("w");
    assertThat(averaged.notes())
        .contains(
            "the counter 'n_averaged' of AveragedModel is left out",
            "the prefix 'module.' of all names is left out");
  }

  private static void dict(PickleWriter pickle, String name) {
    pickle.raw("}(").text(name).tensor(6, 0, new long[] {1}, new long[] {1}).raw("u");
  }

  @Test
  void entries_that_are_no_tensors_are_counted_and_named() throws IOException {
    PickleWriter pickle = PickleWriter.protocol2().raw("}(").text("w");
    pickle.tensor(6, 0, new long[] {1}, new long[] {1});
    for (String name : List.of("epoch", "lr", "a", "b", "c", "d")) {
      pickle.text(name).raw("N");
    }
    Path file = Files.write(folder.resolve("w"), ZipWriter.of(pickle.raw("u").stop()).bytes());

    WeightsFile read = WeightsFile.read(file);

    assertThat(read.tensors()).containsOnlyKeys("w");
    assertThat(read.notes())
        .containsExactly("6 entries that are no tensors are left out: epoch, lr, a, b, c, ...");
  }

  @Test
  void names_that_paddle_adds_are_no_entries_and_parts_are_refused() throws IOException {
    assertThat(WeightsFile.read(Fixtures.file("paddle_2.pdparams")).notes()).isEmpty();
    PickleWriter pickle = PickleWriter.protocol2().raw("}(").text("w@@.0");
    pickle.tensor(6, 0, new long[] {1}, new long[] {1}).text("UnpackBigParamInfor@@");
    Path file = Files.write(folder.resolve("w"), ZipWriter.of(pickle.raw("}u").stop()).bytes());
    assertThatThrownBy(() -> WeightsFile.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("holds parameters of Paddle in parts")
        .hasMessageContaining("protocol=4");
  }

  @Test
  void a_pickled_model_is_read_by_its_structure() {
    assertThat(WeightsFile.read(Fixtures.file("model.pth")).notes())
        .containsExactly("read the parameters and buffers of a pickled '__main__.Net'");
  }

  /** The state of an object with slots: its attributes, then its slots. */
  @Test
  void a_pickled_model_of_a_class_with_slots_is_read() throws IOException {
    PickleWriter pickle = PickleWriter.protocol2().global("nets", "Block").raw(")\u0081}(");
    pickle.text("_parameters").raw("}").text("w").tensor(6, 0, new long[] {1}, new long[] {1});
    pickle.raw("s").text("_buffers").raw("}").text("_modules").raw("}u}\u0086b");
    Path file = Files.write(folder.resolve("w"), ZipWriter.of(pickle.stop()).bytes());

    assertThat(WeightsFile.read(file).tensors()).containsOnlyKeys("w");
  }

  @Test
  void a_torch_script_program_is_refused_with_the_remedy() {
    assertThatThrownBy(() -> WeightsFile.read(Fixtures.file("script.pt")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("script.pt: is a TorchScript program")
        .hasMessageContaining("torch.save(torch.jit.load('model.pt').state_dict(), 'weights.pth')");
  }

  @Test
  void initializers_of_an_onnx_model_are_read() {
    Map<String, Tensor> tensors =
        Map.of("_orig_mod.module.w", Tensor.ofFloats(new float[] {1, -2, 3}, 3, 1));
    Path file = folder.resolve("model.pth");
    OnnxModel.of(new Graph.Builder("g").replaceInitializers(tensors).build()).write(file);

    WeightsFile read = WeightsFile.read(file);

    assertThat(read.format()).isEqualTo(Format.ONNX);
    assertThat(read.tensors()).containsExactly(Map.entry("w", tensors.get("_orig_mod.module.w")));
    assertThatThrownBy(() -> WeightsFile.read(file, Optional.of("ema")))
        .hasMessageContaining("is an ONNX model, in which nothing lies under 'ema'");
  }

  @Test
  void what_is_no_weights_file_is_refused() throws IOException {
    Path text = Files.writeString(folder.resolve("readme.pth"), "Weights come later");
    assertThatThrownBy(() -> WeightsFile.read(text))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("readme.pth: is no file of weights that is known: PyTorch");
    Path empty = Files.write(folder.resolve("empty.pth"), new byte[0]);
    assertThatThrownBy(() -> WeightsFile.read(empty)).hasMessageEndingWith("empty.pth: is empty");
    Path large = folder.resolve("large.pth");
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(Integer.MAX_VALUE + 1L);
    }
    assertThatThrownBy(() -> WeightsFile.read(large))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("has 2147483648 bytes; less than 2 GiB are read");
    assertThatThrownBy(() -> WeightsFile.read(folder))
        .hasMessageEndingWith("is not a regular file");
    assertThatThrownBy(() -> WeightsFile.read(folder.resolve("none")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageEndingWith("none: there is no such file");
  }
}
