package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.repfold.graph.Dim;
import io.repfold.graph.ElementType;
import io.repfold.graph.Shape;
import io.repfold.graph.Value;
import java.util.Arrays;
import java.util.Optional;

/** Converts between ValueInfoProto and {@link Value}. */
final class ValueInfos {
  private ValueInfos() {}

  static Value read(ValueInfoProto proto) {
    if (!proto.getType().hasTensorType()) {
      return new Value(proto.getName(), Optional.empty(), Optional.empty());
    }
    TypeProto.Tensor tensor = proto.getType().getTensorType();
    Optional<ElementType> type =
        Arrays.stream(ElementType.values())
            .filter(t -> t.code() == tensor.getElemType())
            .findFirst();
    Optional<Shape> shape =
        tensor.hasShape()
            ? Optional.of(
                new Shape(tensor.getShape().getDimList().stream().map(ValueInfos::dim).toList()))
            : Optional.empty();
    return new Value(proto.getName(), type, shape);
  }

  /** Exporters write an unknown dimension as nothing, as a negative number or as "?". */
  private static Dim dim(TensorShapeProto.Dimension dim) {
    if (dim.hasDimValue()) {
      return dim.getDimValue() >= 0 ? Dim.of(dim.getDimValue()) : Dim.unknown();
    }
    String name = dim.getDimParam();
    return name.isEmpty() || name.equals("?") ? Dim.unknown() : new Dim.Symbol(name);
  }

  static ValueInfoProto write(Value value) {
    ValueInfoProto.Builder proto = ValueInfoProto.newBuilder().setName(value.name());
    if (value.type().isPresent() || value.shape().isPresent()) {
      TypeProto.Tensor.Builder tensor = proto.getTypeBuilder().getTensorTypeBuilder();
      value.type().ifPresent(t -> tensor.setElemType(t.code()));
      value.shape().ifPresent(s -> tensor.setShape(shape(s)));
    }
    return proto.build();
  }

  private static TensorShapeProto shape(Shape shape) {
    TensorShapeProto.Builder proto = TensorShapeProto.newBuilder();
    for (Dim dim : shape.dims()) {
      TensorShapeProto.Dimension.Builder one = proto.addDimBuilder();
      if (dim instanceof Dim.Known known) {
        one.setDimValue(known.size());
      } else if (dim instanceof Dim.Symbol symbol) {
        one.setDimParam(symbol.name());
      }
    }
    return proto.build();
  }
}
