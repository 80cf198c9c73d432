package io.repfold.weights;

import io.repfold.graph.ElementType;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The functions of {@code torch._utils} that make tensors of storages. */
final class TorchCalls {
  static final Map<String, Function<List<Object>, Object>> ALL =
      Map.of(
          "torch._utils._rebuild_tensor", TorchCalls::tensor,
          "torch._utils._rebuild_tensor_v2", TorchCalls::tensor,
          "torch._utils._rebuild_tensor_v3", TorchCalls::typedTensor,
          "torch._utils._rebuild_parameter", TorchCalls::parameter,
          "torch._utils._rebuild_parameter_with_state", TorchCalls::parameter,
          "torch._tensor._rebuild_from_type", TorchCalls::fromType,
          "torch._tensor._rebuild_from_type_v2", TorchCalls::fromType);

  private static final int DTYPE = 6;

  private TorchCalls() {}

  /** (storage, offset, size, stride, ...), of the storage's type. */
  private static Object tensor(List<Object> values) {
    Arguments arguments = new Arguments("torch._utils._rebuild_tensor_v2", values);
    TypedStorage storage = arguments.at(0, TypedStorage.class);
    return view(arguments, storage, storage.type());
  }

  /** (storage, offset, size, stride, requires_grad, hooks, dtype). */
  private static Object typedTensor(List<Object> values) {
    Arguments arguments = new Arguments("torch._utils._rebuild_tensor_v3", values);
    TypedStorage storage = arguments.at(0, TypedStorage.class);
    return view(arguments, storage, TorchTypes.ofDtype(arguments.at(DTYPE, Global.class)));
  }

  private static TensorView view(Arguments arguments, TypedStorage storage, ElementType type) {
    return new TensorView(
        storage.storage(),
        type,
        arguments.at(1, Long.class),
        arguments.integers(2),
        arguments.integers(3));
  }

  /** (tensor, requires_grad, hooks): the tensor. */
  private static Object parameter(List<Object> values) {
    return new Arguments("torch._utils._rebuild_parameter", values).at(0);
  }

  /** (function, type, arguments, state): what the function makes of the arguments. */
  private static Object fromType(List<Object> values) {
    Arguments arguments = new Arguments("torch._tensor._rebuild_from_type_v2", values);
    Object made = arguments.at(0);
    Check.that(
        made instanceof Global global && !global.name().startsWith("_rebuild_from_type"),
        "its pickle calls '%s' with itself",
        arguments.function());
    return Calls.call(made, arguments.at(2, Sequence.class).items());
  }
}
