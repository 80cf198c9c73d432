package io.repfold.tensorrt;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;

/**
 * Calls that differ between the versions of TensorRT that one build of ours runs on, asked for by
 * name when they are made.
 */
final class VersionedCalls {
  private VersionedCalls() {}

  /**
   * Sets the values of an input in a profile: 32-bit integers in TensorRT 10, where later minor
   * versions take 64-bit ones too, and 11 nothing else.
   *
   * @return whether the profile took them
   */
  static boolean setValues(
      IOptimizationProfile profile, String input, OptProfileSelector which, List<Long> values) {
    int count = values.size();
    try {
      Class<?>[] types = {String.class, OptProfileSelector.class, long[].class, int.class};
      long[] longs = values.stream().mapToLong(Long::longValue).toArray();
      return call(profile, "setShapeValuesV2", types, input, which, longs, count);
    } catch (NoSuchMethodException e) {
      Class<?>[] types = {String.class, OptProfileSelector.class, int[].class, int.class};
      int[] ints = values.stream().mapToInt(Math::toIntExact).toArray();
      return certain(profile, "setShapeValues", types, input, which, ints, count);
    }
  }

  /** Sets on how many more streams a plan may compute; its result is nothing in TensorRT 10. */
  static void setAuxiliaryStreams(IBuilderConfig config, int streams) {
    certain(config, "setMaxAuxStreams", new Class<?>[] {int.class}, streams);
  }

  private static boolean certain(
      Pointer object, String name, Class<?>[] types, Object... arguments) {
    try {
      return call(object, name, types, arguments);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("This TensorRT has no " + name, e);
    }
  }

  private static boolean call(Pointer object, String name, Class<?>[] types, Object... arguments)
      throws NoSuchMethodException {
    try {
      Object result = object.getClass().getMethod(name, types).invoke(object, arguments);
      return !Boolean.FALSE.equals(result);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("TensorRT refuses the call of " + name, e);
    }
  }
}
