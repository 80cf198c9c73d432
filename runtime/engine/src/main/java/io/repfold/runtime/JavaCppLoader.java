package io.repfold.runtime;

import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** What we use of JavaCPP's loader, which is not there when we are compiled. */
final class JavaCppLoader {
  /** What a binding names: its own library, those that it links, those to be loaded before. */
  static final List<String> ALL = List.of("platform.preload", "platform.link", "platform.library");

  static final List<String> PRELOADS = List.of("platform.preload");

  private final Class<?> type;
  private final Object settings;

  private JavaCppLoader(Class<?> type, Object settings) {
    this.type = type;
    this.settings = settings;
  }

  /**
   * Finds it.
   *
   * @throws ReflectiveOperationException if there is no JavaCPP, or one without what we use
   */
  static JavaCppLoader find() throws ReflectiveOperationException {
    JavaCppMemory.lift();
    Class<?> type = Class.forName("org.bytedeco.javacpp.Loader");
    return new JavaCppLoader(type, type.getMethod("loadProperties").invoke(null));
  }

  /** The libraries of a binding, such as {@code nvinfer@.10}, each once. */
  Set<String> libraries(Class<?> binding, List<String> kinds) throws ReflectiveOperationException {
    Set<String> names = new LinkedHashSet<>();
    if (properties(binding) instanceof Map<?, ?> properties) {
      for (String kind : kinds) {
        if (properties.get(kind) instanceof Collection<?> found) {
          found.forEach(name -> names.add(String.valueOf(name)));
        }
      }
    }
    return names;
  }

  /** Where a library of a binding may be taken from, the best place first. */
  List<URL> places(Class<?> binding, String library) throws ReflectiveOperationException {
    Object properties = properties(binding);
    Object found =
        type.getMethod("findLibrary", Class.class, properties.getClass(), String.class)
            .invoke(null, binding, properties, library);
    return found instanceof URL[] urls ? List.of(urls) : List.of();
  }

  /** The folder that it unpacks into. */
  Path cache() throws ReflectiveOperationException {
    return ((File) type.getMethod("getCacheDir").invoke(null)).toPath();
  }

  /**
   * Where it has found libraries, by name as in {@link #libraries}: what it has found nowhere, it
   * neither unpacks nor loads.
   */
  @SuppressWarnings("unchecked")
  Map<String, URL[]> found() throws ReflectiveOperationException {
    Field field = type.getDeclaredField("foundLibraries");
    field.setAccessible(true);
    return (Map<String, URL[]>) field.get(null);
  }

  /** Loads a library; false if the system does not take it. */
  boolean load(Class<?> binding, String library) throws ReflectiveOperationException {
    URL[] places = places(binding, library).toArray(new URL[0]);
    try {
      type.getMethod("loadLibrary", Class.class, URL[].class, String.class, String[].class)
          .invoke(null, binding, places, library, new String[0]);
      return true;
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof UnsatisfiedLinkError) {
        return false;
      }
      throw e;
    }
  }

  private Object properties(Class<?> binding) throws ReflectiveOperationException {
    return type.getMethod("loadProperties", Class.class, Properties.class, boolean.class)
        .invoke(null, binding, settings, true);
  }
}
