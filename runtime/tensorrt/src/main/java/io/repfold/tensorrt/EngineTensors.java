package io.repfold.tensorrt;

import io.repfold.runtime.Dimension;
import io.repfold.runtime.ElementType;
import io.repfold.runtime.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.global.nvinfer.TensorIOMode;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;

/** What an engine of TensorRT declares about its inputs and outputs. */
final class EngineTensors {
  private EngineTensors() {}

  /** By the names that they have in the model. */
  static List<TensorInfo> inputs(ICudaEngine engine) {
    InputNames names = inputNames(outputs(engine));
    return tensors(engine, TensorIOMode.kINPUT).stream()
        .map(input -> new TensorInfo(names.inModel(input.name()), input.type(), input.dimensions()))
        .toList();
  }

  static InputNames inputNames(List<TensorInfo> outputs) {
    return new InputNames(outputs.stream().map(TensorInfo::name).collect(Collectors.toSet()));
  }

  static List<TensorInfo> outputs(ICudaEngine engine) {
    return tensors(engine, TensorIOMode.kOUTPUT);
  }

  private static List<TensorInfo> tensors(ICudaEngine engine, TensorIOMode mode) {
    List<TensorInfo> tensors = new ArrayList<>();
    for (int i = 0; i < engine.getNbIOTensors(); i++) {
      String name = engine.getIOTensorName(i);
      if (engine.getTensorIOMode(name).value == mode.value) {
        ElementType type = type(name, engine.getTensorDataType(name));
        List<Dimension> dimensions =
            Arrays.stream(Shapes.of(engine.getTensorShape(name)))
                .mapToObj(size -> new Dimension(size, ""))
                .toList();
        tensors.add(new TensorInfo(name, type, dimensions));
      }
    }
    return tensors;
  }

  /** The numbers of the types are not those of all versions, so they are asked for each time. */
  private static ElementType type(String tensor, DataType type) {
    Map<Integer, ElementType> types =
        Map.of(
            DataType.kFLOAT.value, ElementType.FLOAT,
            DataType.kHALF.value, ElementType.FLOAT16,
            DataType.kBF16.value, ElementType.BFLOAT16,
            DataType.kINT8.value, ElementType.INT8,
            DataType.kUINT8.value, ElementType.UINT8,
            DataType.kINT32.value, ElementType.INT32,
            DataType.kINT64.value, ElementType.INT64,
            DataType.kBOOL.value, ElementType.BOOL);
    ElementType found = types.get(type.value);
    if (found == null) {
      throw new NativeException(
          "tensor '%s'".formatted(tensor),
          "its type %s is not supported as an input or output; add a Cast to the model"
              .formatted(type));
    }
    return found;
  }
}
