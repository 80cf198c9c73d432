package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.repfold.graph.ElementType;
import io.repfold.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every element type, in every field that may hold it. */
class TensorFieldsTest {
  @TempDir Path folder;

  private static Tensor random(ElementType type) {
    if (type == ElementType.STRING) {
      return Tensor.ofStrings(List.of(new byte[] {(byte) 0xff}, new byte[0], new byte[] {65}), 3);
    }
    byte[] bytes = new byte[(3 * type.bits() + 7) / 8];
    new SplittableRandom(type.code()).nextBytes(bytes);
    if (type == ElementType.BOOL) {
      bytes = new byte[] {1, 0, 1};
    }
    return Tensor.of(type, ByteBuffer.wrap(bytes), 3, 1);
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void raw_data_reads_back(ElementType type) {
    OnnxTensors.write(folder.resolve("t.pb"), "t", random(type));
    OnnxTensors.Named read = OnnxTensors.read(folder.resolve("t.pb"));
    assertThat(read.tensor()).isEqualTo(random(type));
    assertThat(read.name()).isEqualTo("t");
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void lists_of_values_mean_the_same(ElementType type) {
    assertThat(TensorReader.read(listed(random(type)), "t")).isEqualTo(random(type));
  }

  /** As protobuf says it in the field for the type. */
  private static TensorProto listed(Tensor tensor) {
    TensorProto.Builder proto = TensorWriter.withoutData("t", tensor);
    ByteBuffer data = tensor.data();
    tensor.strings().forEach(s -> proto.addStringData(ByteString.copyFrom(s)));
    while (data.hasRemaining()) {
      switch (tensor.type()) {
        case FLOAT, COMPLEX64 -> proto.addFloatData(data.getFloat());
        case DOUBLE, COMPLEX128 -> proto.addDoubleData(data.getDouble());
        case INT64 -> proto.addInt64Data(data.getLong());
        case UINT64 -> proto.addUint64Data(data.getLong());
        case UINT32 -> proto.addUint64Data(Integer.toUnsignedLong(data.getInt()));
        case INT32 -> proto.addInt32Data(data.getInt());
        case INT16 -> proto.addInt32Data(data.getShort());
        case UINT16, FLOAT16, BFLOAT16 -> proto.addInt32Data(Short.toUnsignedInt(data.getShort()));
        default -> proto.addInt32Data(Byte.toUnsignedInt(data.get()));
      }
    }
    return proto.build();
  }

  @Test
  void a_scalar_and_an_empty_tensor_are_tensors() {
    TensorProto scalar = TensorProto.newBuilder().setDataType(1).addFloatData(3).build();
    assertThat(TensorReader.read(scalar, "t")).isEqualTo(Tensor.ofFloats(new float[] {3}));
    TensorProto empty = TensorProto.newBuilder().setDataType(7).addDims(0).addDims(5).build();
    assertThat(TensorReader.read(empty, "t")).isEqualTo(Tensor.ofLongs(new long[0], 0, 5));
  }

  @Test
  void damaged_tensors_are_refused_by_name() {
    refused(tensor(1, 3).addFloatData(1), "asks for 3 entries of float_data, but has 1");
    refused(tensor(1, 1).addInt64Data(1), "other fields besides float_data");
    refused(tensor(1, 1).addFloatData(1).setRawData(ByteString.copyFrom(new byte[4])), "both");
    refused(tensor(1, 2).setRawData(ByteString.copyFrom(new byte[4])), "takes 8 bytes, but has 4");
    refused(tensor(99, 1), "Element type 99");
    refused(tensor(0, 1), "Element type 0");
    refused(tensor(1, -1), "negative");
    refused(tensor(1, 1L << 40, 1L << 40), "more than 2^63");
    refused(tensor(1, 1L << 40), "larger than 2 GiB");
    refused(tensor(8, 1L << 40), "string_data");
    refused(tensor(8, 1).setRawData(ByteString.copyFrom(new byte[4])), "strings as raw data");
    refused(tensor(1, 0).setSegment(TensorProto.Segment.newBuilder().setBegin(0)), "segments");
    refused(tensor(1, 1).setDataLocation(TensorProto.DataLocation.EXTERNAL), "external file");
  }

  @Test
  void each_type_has_its_own_field_and_as_many_entries_as_elements() {
    refused(tensor(11, 2).addDoubleData(1), "asks for 2 entries of double_data, but has 1");
    refused(tensor(7, 2).addInt64Data(1), "asks for 2 entries of int64_data, but has 1");
    refused(tensor(12, 2).addUint64Data(1), "asks for 2 entries of uint64_data, but has 1");
    refused(tensor(13, 1).addUint64Data(1).addUint64Data(2), "1 entries of uint64_data, but has 2");
    refused(tensor(6, 2).addInt32Data(1), "asks for 2 entries of int32_data, but has 1");
    refused(tensor(10, 1).addFloatData(1), "other fields besides int32_data");
    refused(tensor(11, 1).addFloatData(1), "other fields besides double_data");
    refused(tensor(7, 1).addInt64Data(1).addInt32Data(1), "other fields besides int64_data");
    refused(tensor(14, 2).addFloatData(1).addFloatData(1), "asks for 4 entries of float_data");
  }

  /** Raw data beside any two other fields. */
  @Test
  void raw_data_stands_alone() {
    List<Consumer<TensorProto.Builder>> fields =
        List.of(
            t -> t.addFloatData(1),
            t -> t.addInt32Data(1),
            t -> t.addInt64Data(1),
            t -> t.addDoubleData(1),
            t -> t.addUint64Data(1),
            t -> t.addStringData(ByteString.EMPTY));
    for (Consumer<TensorProto.Builder> one : fields) {
      for (Consumer<TensorProto.Builder> other : fields) {
        TensorProto.Builder tensor = tensor(1, 1).setRawData(ByteString.copyFrom(new byte[4]));
        one.accept(tensor);
        other.accept(tensor);
        refused(tensor, "holds both raw data and a list of values");
      }
    }
    TensorProto empty = tensor(1, 1).setRawData(ByteString.EMPTY).addFloatData(5).build();
    assertThat(TensorReader.read(empty, "t")).isEqualTo(Tensor.ofFloats(new float[] {5}, 1));
    refused(tensor(1, 2).setRawData(ByteString.EMPTY), "takes 8 bytes, but has 0");
  }

  @Test
  void what_is_true_is_one_byte_that_says_one() {
    TensorProto proto = tensor(9, 3).addInt32Data(0).addInt32Data(7).addInt32Data(256).build();
    Tensor expected = Tensor.of(ElementType.BOOL, ByteBuffer.wrap(new byte[] {0, 1, 1}), 3);
    assertThat(TensorReader.read(proto, "t")).isEqualTo(expected);
    TensorProto seven = tensor(3, 1).addInt32Data(-7).build();
    assertThat(TensorReader.read(seven, "t").doubleAt(0)).isEqualTo(-7);
  }

  @Test
  void a_tensor_has_less_than_two_gibibytes() {
    ByteString none = ByteString.EMPTY;
    refused(tensor(1, (1L << 29) - 1).setRawData(none), "takes 2147483644 bytes, but has 0");
    refused(tensor(1, 1L << 29).setRawData(none), "larger than 2 GiB");
    refused(tensor(11, (1L << 28) - 1).setRawData(none), "takes 2147483640 bytes, but has 0");
    refused(tensor(11, 1L << 28).setRawData(none), "larger than 2 GiB");
    refused(tensor(22, (1L << 32) - 2).setRawData(none), "takes 2147483647 bytes, but has 0");
    refused(tensor(22, (1L << 32) - 1).setRawData(none), "larger than 2 GiB");
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> TensorReader.rawBytes(tensor(8, 1).build(), "Tensor 'w'"))
        .withMessage("Tensor 'w' holds strings, which have no raw form");
  }

  private static TensorProto.Builder tensor(int type, long... dims) {
    TensorProto.Builder proto = TensorProto.newBuilder().setDataType(type);
    for (long dim : dims) {
      proto.addDims(dim);
    }
    return proto;
  }

  private static void refused(TensorProto.Builder proto, String because) {
    assertThatExceptionOfType(OnnxFormatException.class)
        .isThrownBy(() -> TensorReader.read(proto.build(), "Initializer 'w'"))
        .withMessageStartingWith("Initializer 'w'")
        .withMessageContaining(because);
  }
}
