package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.repfold.graph.Graph;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Value;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that lie in files of their own. */
class ExternalDataTest {
  private static final WriteOptions EXTERNAL = new WriteOptions(WriteOptions.ExternalData.ALWAYS);
  private static final WriteOptions ONE_FILE =
      new WriteOptions(WriteOptions.ExternalData.IF_NEEDED);

  @TempDir Path temporary;
  private Path folder;
  private Path file;

  @BeforeEach
  void make_a_folder_inside_a_folder() throws IOException {
    folder = Files.createDirectory(temporary.resolve("model"));
    file = folder.resolve("m.onnx");
  }

  private static Graph graph() {
    return new Graph.Builder("g")
        .input(Value.float32("x", 1000))
        .initializer("large", random(1000))
        .initializer("small", random(1))
        .initializer("larger", random(2000))
        .node(new Op.Variadic(Op.Variadic.Function.SUM), List.of("x", "large", "small"), "y")
        .output(Value.float32("y", 1000))
        .build();
  }

  private static Tensor random(int size) {
    SplittableRandom random = new SplittableRandom(size);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextInt();
    }
    return Tensor.ofFloats(values, size);
  }

  @Test
  void weights_lie_beside_the_model_on_page_boundaries() throws IOException {
    OnnxModel.of(graph()).write(file, EXTERNAL);
    ModelProto proto = ModelProto.parseFrom(Files.readAllBytes(file));
    TensorProto larger = proto.getGraph().getInitializer(2);
    assertThat(larger.getExternalDataList())
        .containsExactly(
            entry("location", "m.onnx.data"), entry("offset", "4096"), entry("length", "8000"));
    assertThat(proto.getGraph().getInitializer(1).hasRawData()).isTrue();
    assertThat(Files.size(folder.resolve("m.onnx.data"))).isEqualTo(4096 + 8000);
    assertThat(OnnxModel.read(file).graph()).isEqualTo(graph());
  }

  @Test
  void an_external_model_can_be_written_elsewhere_and_over_itself() {
    OnnxModel.of(graph()).write(file, EXTERNAL);
    OnnxModel read = OnnxModel.read(file);
    read.write(temporary.resolve("one.onnx"), ONE_FILE);
    read.write(file);
    read.write(file, EXTERNAL);
    assertThat(OnnxModel.read(file).graph()).isEqualTo(graph());
    assertThat(OnnxModel.read("one", bytes(temporary.resolve("one.onnx"))).graph())
        .isEqualTo(graph());
  }

  @Test
  void weights_that_were_read_from_other_files_are_written_into_another_file() throws IOException {
    OnnxModel.of(graph()).write(file, EXTERNAL);
    OnnxModel read = OnnxModel.read(file);
    Path other = temporary.resolve("other.onnx");
    Graph smaller =
        new Graph.Builder("none").output(Value.float32("y", 2)).initializer("y", random(2)).build();

    read.withMetadata("key", "value").write(other);
    read.withGraph(smaller).write(temporary.resolve("smaller.onnx"));
    OnnxModel.of(graph()).write(temporary.resolve("one.onnx"));

    assertThat(read.hasExternalData()).isTrue();
    assertThat(temporary.resolve("other.onnx.data"))
        .hasSameBinaryContentAs(folder.resolve("m.onnx.data"));
    assertThat(Files.size(other)).isLessThan(2000);
    assertThat(OnnxModel.read(other).graph()).isEqualTo(graph());
    assertThat(temporary.resolve("smaller.onnx.data")).doesNotExist();
    assertThat(OnnxModel.read(temporary.resolve("smaller.onnx")).hasExternalData()).isFalse();
    assertThat(temporary.resolve("one.onnx.data")).doesNotExist();
  }

  @Test
  void a_model_that_does_not_fit_one_file_takes_two() {
    OnnxModel model = OnnxModel.of(graph());
    ModelWriter.write(model, file, WriteOptions.DEFAULT, 6000);
    assertThat(folder.resolve("m.onnx.data")).exists();
    assertThat(OnnxModel.read(file).graph()).isEqualTo(graph());
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> ModelWriter.write(model, file, WriteOptions.DEFAULT, 100))
        .withMessageContaining("even without its initializers");
  }

  @Test
  void tensors_of_constants_and_bodies_may_lie_outside_too() throws IOException {
    Files.write(folder.resolve("w.bin"), new byte[] {0, 0, 0, 0, 0, 0, -128, 63});
    TensorProto one = external(Map.of("location", "w.bin", "offset", "4", "length", "4"), 1);
    AttributeProto value =
        AttributeProto.newBuilder()
            .setName("value")
            .setType(AttributeType.TENSOR)
            .setT(one)
            .build();
    var constant = TestModels.node("Constant", "y").toBuilder().addAttribute(value).build();
    GraphProto body = GraphProto.newBuilder().addInitializer(one).addNode(constant).build();
    var loop =
        TestModels.node("If", "z", "x").toBuilder()
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("then_branch")
                    .setType(AttributeType.GRAPH)
                    .setG(body))
            .build();
    Files.write(file, TestModels.model(13, constant, loop).toByteArray());
    OnnxModel model = OnnxModel.read(file);
    assertThat(model.graph().constant("y")).contains(Tensor.ofFloats(new float[] {1}, 1));
    OnnxModel moved = OnnxModel.read("moved", model.toBytes());
    GraphProto read =
        moved.source().unchanged(moved.graph().nodes().get(1)).orElseThrow().getAttribute(0).getG();
    assertThat(read.getInitializer(0).getRawData().size()).isEqualTo(4);
    assertThat(read.getNode(0).getAttribute(0).getT().getRawData().size()).isEqualTo(4);
  }

  @Test
  void a_data_file_may_be_larger_than_two_gibibytes() throws IOException {
    long offset = 5L << 30;
    try (RandomAccessFile data = new RandomAccessFile(folder.resolve("w.bin").toFile(), "rw")) {
      data.seek(offset);
      data.write(new byte[] {0, 0, -128, 63});
    }
    write(Map.of("location", "w.bin", "offset", Long.toString(offset)), 1);
    assertThat(OnnxModel.read(file).graph().initializers().get("w"))
        .isEqualTo(Tensor.ofFloats(new float[] {1}, 1));
  }

  @Test
  void what_is_not_in_the_folder_is_refused_by_name() throws IOException {
    Path secret = Files.write(temporary.resolve("secret"), new byte[4]);
    Files.createSymbolicLink(folder.resolve("link"), secret);
    Files.createSymbolicLink(folder.resolve("up"), temporary);
    Files.createDirectory(folder.resolve("directory"));
    Files.write(folder.resolve("inside"), new byte[4]);
    for (String location :
        List.of(
            "../secret",
            secret.toString(),
            "a/../../secret",
            "..",
            "..\\secret",
            "../model/inside",
            "directory/../inside",
            "\\secret",
            "link",
            "up/secret",
            "directory",
            "missing",
            "a\0b",
            "")) {
      write(Map.of("location", location), 1);
      assertThatExceptionOfType(OnnxFormatException.class)
          .as(location)
          .isThrownBy(() -> OnnxModel.read(file))
          .withMessageStartingWith(file + ": Tensor 'w'")
          .withMessageContaining(location.isEmpty() ? "names no file" : location);
    }
  }

  @Test
  void a_link_inside_the_folder_is_followed() throws IOException {
    Files.write(folder.resolve("w.bin"), new byte[4]);
    Files.createSymbolicLink(folder.resolve("link"), Path.of("w.bin"));
    write(Map.of("location", "link"), 1);
    assertThat(OnnxModel.read(file).graph().initializers()).containsKey("w");
  }

  @Test
  void regions_that_do_not_exist_are_refused() throws IOException {
    Files.write(folder.resolve("w.bin"), new byte[8]);
    refused(Map.of("offset", "8"), 1, "that file has 8 bytes");
    refused(Map.of("offset", Long.toString(Long.MAX_VALUE)), 1, "that file has 8 bytes");
    refused(Map.of("offset", "-4"), 1, "negative offset -4");
    refused(Map.of("offset", "99999999999999999999"), 1, "no 64-bit number");
    refused(Map.of("length", "8"), 1, "takes 4 bytes, but its external data is declared as 8");
    refused(Map.of("length", "x"), 1, "length 'x'");
    refused(Map.of(), 3, "Is the download complete?");
    refused(Map.of(), 1L << 40, "larger than 2 GiB");
    refused(Map.of(), -1, "negative");
  }

  @Test
  void a_second_tensor_beyond_the_end_of_a_file_is_refused_too() throws IOException {
    Files.write(folder.resolve("w.bin"), new byte[8]);
    TensorProto.Builder last =
        external(Map.of("location", "w.bin", "offset", "4"), 1).toBuilder().setName("last");
    TensorProto.Builder beyond =
        external(Map.of("location", "w.bin", "offset", "8"), 1).toBuilder().setName("beyond");
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addInitializer(external(Map.of("location", "w.bin"), 1))
            .addInitializer(last);
    Files.write(file, TestModels.around(13, graph).toByteArray());
    assertThat(OnnxModel.read(file).graph().initializers()).containsKeys("w", "last");
    Files.write(file, TestModels.around(13, graph.addInitializer(beyond)).toByteArray());
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> OnnxModel.read(file))
        .withMessageContaining("Tensor 'beyond': its data is 4 bytes at 8 of 'w.bin'");
  }

  @Test
  void a_tensor_without_elements_needs_no_file() throws IOException {
    write(Map.of("location", "nowhere"), 0);
    assertThat(OnnxModel.read(file).graph().initializers().get("w"))
        .isEqualTo(Tensor.ofFloats(new float[0], 0));
  }

  @Test
  void a_kibibyte_lies_outside_and_less_does_not() throws IOException {
    Graph graph =
        graph().toBuilder()
            .initializer("kibibyte", random(256))
            .initializer("less", random(255))
            .build();
    OnnxModel.of(graph).write(file, EXTERNAL);
    ModelProto proto = ModelProto.parseFrom(Files.readAllBytes(file));
    assertThat(proto.getGraph().getInitializerList())
        .filteredOn(t -> t.getDataLocation() == TensorProto.DataLocation.EXTERNAL)
        .extracting(TensorProto::getName)
        .containsExactlyInAnyOrder("large", "larger", "kibibyte");
    assertThat(OnnxModel.read(file).graph()).isEqualTo(graph);
  }

  @Test
  void a_model_in_memory_has_no_folder() {
    byte[] bytes = model(Map.of("location", "w.bin"), 1).toByteArray();
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> OnnxModel.read("memory", bytes))
        .withMessageContaining("read the model from its file");
  }

  private void refused(Map<String, String> entries, long dim, String because) throws IOException {
    Map<String, String> all = new HashMap<>(entries);
    all.put("location", "w.bin");
    write(all, dim);
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> OnnxModel.read(file))
        .withMessageStartingWith(file + ": Tensor 'w'")
        .withMessageContaining(because);
  }

  private void write(Map<String, String> entries, long dim) throws IOException {
    Files.write(file, model(entries, dim).toByteArray());
  }

  private static ModelProto model(Map<String, String> entries, long dim) {
    return TestModels.around(13, GraphProto.newBuilder().addInitializer(external(entries, dim)));
  }

  private static TensorProto external(Map<String, String> entries, long dim) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName("w")
            .setDataType(1)
            .addDims(dim)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL);
    entries.forEach((key, value) -> tensor.addExternalData(entry(key, value)));
    return tensor.build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static byte[] bytes(Path file) {
    try (Stream<Path> siblings = Files.list(file.getParent())) {
      assertThat(siblings).noneMatch(p -> p.toString().endsWith(".tmp"));
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
