package io.repfold.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SmallFloatTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0x0000",
    "-0.0, 0x8000",
    "1, 0x3c00",
    "-2, 0xc000",
    "65504, 0x7bff",
    "65519, 0x7bff",
    "65520, 0x7c00",
    "1e300, 0x7c00",
    "-Infinity, 0xfc00",
    "NaN, 0x7e00",
    "6.103515625e-5, 0x0400",
    "5.9604644775390625e-8, 0x0001",
    "2.9802322387695312e-8, 0x0000",
    "2.98023224e-8, 0x0001",
    "0.333251953125, 0x3555",
    "2049, 0x6800",
    "2051, 0x6802"
  })
  void float16_has_the_bits_of_ieee_754(double value, String bits) {
    assertThat(SmallFloat.FLOAT16.encode(value)).isEqualTo((short) (int) Integer.decode(bits));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void every_bit_pattern_survives(ElementType type) {
    SmallFloat format = type == ElementType.FLOAT16 ? SmallFloat.FLOAT16 : SmallFloat.BFLOAT16;
    for (int bits = 0; bits < 1 << 16; bits++) {
      double value = format.decode((short) bits);
      if (!Double.isNaN(value)) {
        assertThat(format.encode(value)).isEqualTo((short) bits);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void rounding_is_that_of_onnx_runtime(ElementType type) {
    DataType onnx = DataType.valueOf(type.name());
    float[] values = new float[20_000];
    Random random = new Random(11);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.scalb(random.nextGaussian(), random.nextInt(44) - 26);
    }
    OnnxModel cast =
        new OnnxModel()
            .input("x", OnnxModel.FLOAT, "n")
            .node("Cast", List.of("x"), List.of("y"), OnnxModel.integer("to", onnx.getNumber()))
            .output("y", onnx.getNumber(), "n");
    try (Engine engine = cast.load()) {
      HostTensor x = HostTensor.ofFloats(values, values.length);
      HostTensor expected = engine.run(Map.of("x", x)).get("y");
      assertThat(HostTensor.of(type, x.toDoubles(), values.length).bytes())
          .isEqualTo(expected.bytes());
    }
  }
}
