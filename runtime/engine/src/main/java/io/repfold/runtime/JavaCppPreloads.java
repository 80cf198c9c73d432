package io.repfold.runtime;

import java.net.URL;
import java.util.Map;

/**
 * Libraries that JavaCPP loads before those of a binding, although not every process needs them: of
 * TensorRT's binding that is the one with all kernels, 1.4 GB, which only a builder opens.
 */
public final class JavaCppPreloads {
  private static final URL[] NOWHERE = {};

  private JavaCppPreloads() {}

  /**
   * Keeps libraries from being unpacked and loaded with a binding. To be called before the binding
   * is loaded; without JavaCPP, or with one that works in another way, nothing is left out.
   *
   * @param binding not initialized by this
   * @param library what the names of the libraries begin with
   */
  public static void leaveOut(Class<?> binding, String library) {
    try {
      JavaCppLoader loader = JavaCppLoader.find();
      Map<String, URL[]> found = loader.found();
      for (String name : loader.libraries(binding, JavaCppLoader.PRELOADS)) {
        if (name.startsWith(library)) {
          found.putIfAbsent(name, NOWHERE);
        }
      }
    } catch (ReflectiveOperationException | LinkageError e) {
      // Loading takes longer then, and that is all.
    }
  }

  /**
   * Loads what was left out.
   *
   * @return whether all of it is loaded now; what opens it says better why it cannot be
   */
  public static boolean load(Class<?> binding, String library) {
    try {
      JavaCppLoader loader = JavaCppLoader.find();
      Map<String, URL[]> found = loader.found();
      boolean all = true;
      for (String name : loader.libraries(binding, JavaCppLoader.PRELOADS)) {
        if (name.startsWith(library) && found.remove(name, NOWHERE)) {
          all &= loader.load(binding, name);
        }
      }
      return all;
    } catch (ReflectiveOperationException | LinkageError e) {
      return false;
    }
  }
}
