package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.repfold.graph.InvalidGraphException;
import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Gives each node its op: a typed one where every attribute, the opset and the number of inputs and
 * outputs are what its form models, and {@link Op.Opaque} otherwise.
 */
final class OpReader {
  private static final Map<String, OpForm> FORMS = new HashMap<>();

  static {
    FORMS.putAll(ElementwiseForms.all());
    FORMS.putAll(NormalizationForms.all());
    FORMS.putAll(WindowForms.all());
    FORMS.putAll(ShapeForms.all());
    FORMS.putAll(TensorForms.all());
    FORMS.putAll(QuantizationForms.all());
  }

  private final int opset;
  private final Set<String> functions;
  private final Function<String, Optional<Tensor>> constants;

  /**
   * @param opset of the default domain
   * @param functions op types of the default domain that the model itself defines
   * @param constants the tensor behind a value that is known to be constant
   */
  OpReader(int opset, Set<String> functions, Function<String, Optional<Tensor>> constants) {
    this.opset = opset;
    this.functions = functions;
    this.constants = constants;
  }

  Op read(NodeProto node) {
    OpForm form = FORMS.get(node.getOpType());
    if (form == null
        || !Domains.isDefault(node.getDomain())
        || !node.getOverload().isEmpty()
        || functions.contains(node.getOpType())) {
      return opaque(node);
    }
    NodeView view = new NodeView(node, opset, constants);
    try {
      if (form.fits(view)) {
        Op op = form.reader().read(view);
        if (view.isUnderstood()) {
          return op;
        }
      }
      return opaque(node);
    } catch (InvalidGraphException e) {
      if (view.hasMisfit()) {
        return opaque(node);
      }
      throw failed(node, e);
    } catch (OnnxFormatException e) {
      throw failed(node, e);
    }
  }

  private static OnnxFormatException failed(NodeProto node, RuntimeException cause) {
    return new OnnxFormatException(
        "%s: %s".formatted(NodeNames.describe(node), cause.getMessage()), cause);
  }

  private static Op opaque(NodeProto node) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    for (AttributeProto attribute : node.getAttributeList()) {
      attributes.put(attribute.getName(), OpaqueAttributes.read(attribute));
    }
    return new Op.Opaque(
        Domains.normal(node.getDomain()), node.getOpType(), attributes, Captures.of(node));
  }
}
