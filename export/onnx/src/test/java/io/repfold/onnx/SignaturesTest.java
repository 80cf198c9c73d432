package io.repfold.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.repfold.graph.Op;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each operator is understood in every opset that has it, with the inputs, outputs and attributes
 * that ONNX's own signature gives it there, and with no other.
 */
class SignaturesTest {
  /** Attributes of ONNX that no typed op has: hints, training, and the old way to broadcast. */
  private static final Set<String> NOT_MODELED =
      Set.of("consumed_inputs", "broadcast", "seed", "sparse_value");

  private static final Set<String> FLAGS =
      Set.of(
          "allowzero",
          "antialias",
          "ceil_mode",
          "count_include_pad",
          "exclusive",
          "exclude_outside",
          "is_test",
          "keepdims",
          "largest",
          "noop_with_empty_axes",
          "reverse",
          "saturate",
          "select_last_index",
          "sorted",
          "spatial",
          "storage_order",
          "training_mode",
          "transA",
          "transB");

  /** Lists that may count elements, of which a tensor has more than 2^31. */
  private static final Set<String> LONG_LISTS = Set.of("starts", "ends", "split", "value_ints");

  static Collection<String> types() {
    return Operators.types();
  }

  @Test
  void every_typed_form_has_a_signature() {
    for (var forms :
        List.of(
            ElementwiseForms.all(),
            NormalizationForms.all(),
            WindowForms.all(),
            ShapeForms.all(),
            TensorForms.all(),
            QuantizationForms.all())) {
      assertThat(types()).containsAll(forms.keySet());
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void the_plainest_node_is_understood_in_every_opset_that_has_it(String type) {
    for (int opset = UsualNodes.understoodSince(type); opset <= Operators.NEWEST; opset++) {
      typed(opset, UsualNodes.node(type, opset));
    }
    for (int opset = 1; opset < Operators.first(type); opset++) {
      opaque(opset, UsualNodes.node(type, Operators.first(type)));
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void an_attribute_has_a_meaning_in_the_opsets_that_have_it(String type) {
    for (int opset = UsualNodes.understoodSince(type); opset <= Operators.NEWEST; opset++) {
      NodeProto usual = UsualNodes.node(type, opset);
      Operators.Signature signature = Operators.find(type, opset).orElseThrow();
      for (Operators.Attribute any : Operators.attributes(type)) {
        Operators.Attribute attribute = signature.attributes().getOrDefault(any.name(), any);
        NodeProto node = UsualNodes.with(usual, UsualNodes.value(attribute));
        boolean known = signature.has(any.name()) && !isLeftAlone(type, any.name(), opset);
        if (!known) {
          opaque(opset, node);
        } else if (!hasAttribute(usual, any.name())) {
          Op op = typed(opset, node);
          if (attribute.fallback().isPresent()) {
            assertThat(op).as("%s-%d %s", type, opset, node).isEqualTo(read(opset, usual));
          }
        }
      }
    }
  }

  private static boolean isLeftAlone(String type, String attribute, int opset) {
    boolean broadcasts =
        attribute.equals("axis")
            && Operators.find(type, 1).filter(s -> s.has("broadcast")).isPresent();
    return NOT_MODELED.contains(attribute)
        || broadcasts
        || type.equals("Constant") && !attribute.equals("value")
        || attribute.equals("is_test")
        || type.equals("ConvTranspose") && attribute.equals("output_shape") && opset < 11;
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_value_that_the_attribute_cannot_have_is_given_no_meaning(String type) {
    for (int opset = UsualNodes.understoodSince(type); opset <= Operators.NEWEST; opset++) {
      NodeProto usual = UsualNodes.node(type, opset);
      for (Operators.Attribute attribute :
          Operators.find(type, opset).orElseThrow().attributes().values()) {
        String name = attribute.name();
        AttributeProto legal = UsualNodes.value(attribute);
        opaque(opset, UsualNodes.with(usual, ofAnotherType(attribute)));
        opaque(
            opset, UsualNodes.with(usual, legal.toBuilder().setRefAttrName("of the call").build()));
        opaque(opset, UsualNodes.with(usual, legal).toBuilder().addAttribute(legal).build());
        if (attribute.type() == AttributeType.STRING) {
          opaque(opset, UsualNodes.with(usual, Attributes.text(name, "nonsense-1")));
        } else if (attribute.type() == AttributeType.INT) {
          opaque(opset, UsualNodes.with(usual, Attributes.integer(name, (1L << 32) + 1)));
          if (FLAGS.contains(name)) {
            opaque(opset, UsualNodes.with(usual, Attributes.integer(name, 2)));
            opaque(opset, UsualNodes.with(usual, Attributes.integer(name, -1)));
          }
        } else if (attribute.type() == AttributeType.INTS && !isLong(type, name)) {
          opaque(opset, UsualNodes.with(usual, tooLarge(legal)));
        }
      }
    }
  }

  private static AttributeProto ofAnotherType(Operators.Attribute attribute) {
    return attribute.type() == AttributeType.INT
        ? Attributes.real(attribute.name(), 1)
        : Attributes.integer(attribute.name(), 1);
  }

  private static boolean isLong(String type, String attribute) {
    return LONG_LISTS.contains(attribute) || type.equals("Pad");
  }

  private static AttributeProto tooLarge(AttributeProto legal) {
    return legal.toBuilder().setInts(0, legal.getInts(0) + (1L << 32)).build();
  }

  @ParameterizedTest
  @MethodSource("types")
  void inputs_are_as_many_as_the_opset_allows_and_the_needed_ones_have_names(String type) {
    for (int opset = UsualNodes.understoodSince(type); opset <= Operators.NEWEST; opset++) {
      Operators.Signature signature = Operators.find(type, opset).orElseThrow();
      for (int inputs = 0; inputs <= 6; inputs++) {
        NodeProto node = withInputs(UsualNodes.node(type, opset), inputs);
        boolean allowed = signature.minInputs() <= inputs && inputs <= signature.maxInputs();
        // A Resize needs scales or sizes; a Split has sizes or counts its outputs; an equation has
        // a term for each input.
        boolean contradicts =
            type.equals("Einsum") && inputs != 1
                || type.equals("Resize") && inputs < 3 && opset > 10
                || type.equals("Split") && inputs > 1 && opset >= 18;
        if (allowed && !contradicts) {
          typed(opset, node);
        } else {
          opaque(opset, node);
        }
      }
      for (int i = 0; i < signature.minInputs(); i++) {
        if (!type.equals("Resize") || i != 1 || opset == 10) {
          opaque(opset, UsualNodes.node(type, opset).toBuilder().setInput(i, "").build());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void no_needed_attribute_may_be_missing(String type) {
    for (int opset = UsualNodes.understoodSince(type); opset <= Operators.NEWEST; opset++) {
      NodeProto usual = UsualNodes.node(type, opset);
      for (Operators.Attribute attribute :
          Operators.find(type, opset).orElseThrow().attributes().values()) {
        if (attribute.required()) {
          opaque(opset, UsualNodes.without(usual, attribute.name()));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Concat", "Sum", "Mean", "Max", "Min"})
  void none_of_any_number_of_inputs_may_be_left_out(String type) {
    NodeProto three = withInputs(UsualNodes.node(type, 13), 3);
    typed(13, three);
    for (int i = 0; i < 3; i++) {
      opaque(13, three.toBuilder().setInput(i, "").build());
    }
  }

  private static NodeProto withInputs(NodeProto node, int inputs) {
    NodeProto.Builder result = node.toBuilder().clearInput();
    for (int i = 0; i < inputs; i++) {
      result.addInput("x" + i);
    }
    return result.build();
  }

  @ParameterizedTest
  @MethodSource("types")
  void outputs_are_as_many_as_the_opset_allows_and_the_first_has_a_name(String type) {
    for (int opset = UsualNodes.understoodSince(type); opset <= Operators.NEWEST; opset++) {
      Operators.Signature signature = Operators.find(type, opset).orElseThrow();
      for (int outputs = 0; outputs <= 6; outputs++) {
        NodeProto node = UsualNodes.node(type, opset, outputs);
        if (outputs < signature.minOutputs() || outputs > signature.maxOutputs()) {
          opaque(opset, node);
        } else if (!type.equals("BatchNormalization") && !type.equals("LayerNormalization")
            || outputs == 1) {
          typed(opset, node);
        }
        if (outputs > 0) {
          opaque(opset, node.toBuilder().setOutput(0, "").build());
        }
      }
    }
  }

  static List<TypedFormsTest.Form> forms() {
    return TypedFormsTest.forms();
  }

  @ParameterizedTest
  @MethodSource("forms")
  void what_is_written_is_what_the_signature_allows(TypedFormsTest.Form form) {
    if (form.op() instanceof Op.Opaque) {
      return;
    }
    for (int opset = form.from(); opset <= form.to(); opset++) {
      var graph = TypedFormsTest.graphOf(form, opset);
      NodeProto node = NodeWriter.write(graph, graph.nodes().get(0));
      Operators.Signature signature = Operators.find(node.getOpType(), opset).orElseThrow();
      for (AttributeProto attribute : node.getAttributeList()) {
        assertThat(Optional.ofNullable(signature.attributes().get(attribute.getName())))
            .as("%s-%d has %s", node.getOpType(), opset, attribute)
            .map(Operators.Attribute::type)
            .contains(attribute.getType());
      }
      assertThat(node.getAttributeList())
          .as("%s in opset %d", form, opset)
          .extracting(AttributeProto::getName)
          .doesNotHaveDuplicates()
          .containsAll(
              signature.attributes().values().stream()
                  .filter(Operators.Attribute::required)
                  .map(Operators.Attribute::name)
                  .toList());
      assertThat(node.getInputCount()).isLessThanOrEqualTo(signature.maxInputs());
      assertThat(node.getOutputCount()).isBetween(signature.minOutputs(), signature.maxOutputs());
    }
  }

  private static boolean hasAttribute(NodeProto node, String name) {
    return node.getAttributeList().stream().anyMatch(a -> a.getName().equals(name));
  }

  private static Op typed(int opset, NodeProto node) {
    Op op = read(opset, node);
    assertThat(op).as("opset %d: %s", opset, node).isNotInstanceOf(Op.Opaque.class);
    assertThat(op.type()).isEqualTo(node.getOpType());
    return op;
  }

  private static void opaque(int opset, NodeProto node) {
    assertThat(read(opset, node)).as("opset %d: %s", opset, node).isInstanceOf(Op.Opaque.class);
  }

  private static Op read(int opset, NodeProto node) {
    return new OpReader(opset, Set.of(), v -> Optional.empty()).read(node);
  }
}
