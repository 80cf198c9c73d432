package io.repfold.weights;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The functions of NumPy that make arrays of bytes. */
final class NumpyCalls {
  static final Map<String, Function<List<Object>, Object>> ALL =
      Map.of(
          "numpy.core.multiarray._reconstruct",
          arguments -> new NumpyArray(),
          "numpy.core.multiarray.scalar",
          arguments -> new Inert(new Global("numpy.core.multiarray", "scalar")),
          "numpy.core.numeric._frombuffer",
          NumpyCalls::fromBuffer,
          "numpy.dtype",
          NumpyCalls::dtype);

  private NumpyCalls() {}

  /** (name, align, copy). */
  private static Object dtype(List<Object> values) {
    return new NumpyType(new Arguments("numpy.dtype", values).at(0, String.class));
  }

  /** (buffer, dtype, shape, order), in protocol 5. */
  private static Object fromBuffer(List<Object> values) {
    Arguments arguments = new Arguments("numpy.core.numeric._frombuffer", values);
    NumpyArray array = new NumpyArray();
    array.set(
        arguments.at(1, NumpyType.class),
        arguments.integers(2),
        arguments.at(3).equals("F"),
        arguments.at(0));
    return array;
  }
}
