package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import com.google.protobuf.ByteString;
import io.repfold.graph.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attributes of nodes without a meaning: values where Java has one for them, else as they are. */
class OpaqueAttributesTest {
  private static final Tensor TENSOR = Tensor.ofFloats(new float[] {1, 2}, 2);

  record Case(AttributeProto attribute, Object value) {}

  static Stream<Case> values() {
    return Stream.of(
        new Case(Attributes.integer("a", 5), 5L),
        new Case(Attributes.real("a", 0.5f), 0.5f),
        new Case(Attributes.text("a", "é"), "é"),
        new Case(Attributes.integers("a", 5, -6), List.of(5L, -6L)),
        new Case(Attributes.reals("a", 0.5f, 2), List.of(0.5f, 2f)),
        new Case(Attributes.texts("a", "x", "é"), List.of("x", "é")),
        new Case(Attributes.tensor("a", TENSOR), TENSOR));
  }

  @ParameterizedTest
  @MethodSource("values")
  void are_values_and_are_written_as_they_were(Case one) {
    assertThat(OpaqueAttributes.read(one.attribute())).isEqualTo(one.value());
    assertThat(OpaqueAttributes.write("a", one.value())).isEqualTo(one.attribute());
  }

  /** Files of IR 1 do not say the type. */
  @ParameterizedTest
  @MethodSource("values")
  void a_type_that_is_not_said_follows_from_the_value(Case one) {
    AttributeProto silent = one.attribute().toBuilder().clearType().build();
    AttributeProto undefined = silent.toBuilder().setType(AttributeType.UNDEFINED).build();
    for (AttributeProto attribute : List.of(silent, undefined)) {
      assertThat(AttributeTypes.of(attribute)).isEqualTo(one.attribute().getType());
      assertThat(OpaqueAttributes.read(attribute)).isEqualTo(one.value());
    }
  }

  static Stream<AttributeProto> messages() {
    ByteString latin1 = ByteString.copyFrom(new byte[] {(byte) 0xe9});
    return Stream.of(
        Attributes.integers("a"),
        Attributes.reals("a"),
        Attributes.texts("a"),
        Attributes.attribute("a", AttributeType.STRING).setS(latin1).build(),
        Attributes.attribute("a", AttributeType.STRINGS)
            .addStrings(ByteString.copyFromUtf8("x"))
            .addStrings(latin1)
            .build(),
        Attributes.attribute("a", AttributeType.INT).setI(3).setRefAttrName("outer").build(),
        Attributes.attribute("a", AttributeType.GRAPH).setG(GraphProto.newBuilder()).build(),
        Attributes.attribute("a", AttributeType.UNDEFINED).build());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void what_no_value_can_hold_stays_the_message(AttributeProto attribute) {
    assertThat(OpaqueAttributes.read(attribute)).isSameAs(attribute);
    assertThat(OpaqueAttributes.write("a", attribute)).isSameAs(attribute);
  }

  @Test
  void bodies_and_nothing_have_types_too() {
    AttributeProto body =
        AttributeProto.newBuilder().setName("a").setG(GraphProto.newBuilder()).build();
    assertThat(AttributeTypes.of(body)).isEqualTo(AttributeType.GRAPH);
    assertThat(AttributeTypes.of(AttributeProto.newBuilder().setName("a").build()))
        .isEqualTo(AttributeType.UNDEFINED);
  }

  @Test
  void other_widths_of_numbers_are_written_in_onnx_s() {
    assertThat(OpaqueAttributes.write("a", 5)).isEqualTo(Attributes.integer("a", 5));
    assertThat(OpaqueAttributes.write("a", 0.5)).isEqualTo(Attributes.real("a", 0.5f));
    assertThat(OpaqueAttributes.write("a", List.of(5, 6)))
        .isEqualTo(Attributes.integers("a", 5, 6));
    assertThat(OpaqueAttributes.write("a", List.of(0.5, 2.0)))
        .isEqualTo(Attributes.reals("a", 0.5f, 2));
  }

  @Test
  void what_onnx_has_no_attribute_for_is_refused_by_name() {
    List<Object> others =
        List.of(true, 'c', List.of(), List.of(true), List.of(List.of(1L)), List.of(1L, "a", 2f));
    for (Object value : others) {
      assertThatExceptionOfType(OnnxFormatException.class)
          .isThrownBy(() -> OpaqueAttributes.write("mode", value))
          .withMessageContaining("Attribute 'mode' is a " + value.getClass().getSimpleName());
    }
  }
}
