package io.repfold.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackendsTest {
  @Test
  void those_of_onnx_runtime_come_first() {
    assertThat(Backends.all())
        .extracting(Backend::id)
        .startsWith("ort-cpu", "ort-cuda", "ort-tensorrt");
  }

  /** As in a jar into which others were merged, one such file over the other. */
  @Test
  void they_are_found_without_the_files_that_name_them() throws Exception {
    try (Merged merged = new Merged()) {
      Class<?> backends = merged.loadClass(Backends.class.getName());

      List<?> found = (List<?>) backends.getMethod("all").invoke(null);

      assertThat(backends).isNotEqualTo(Backends.class);
      assertThat(found.stream().map(b -> b.getClass().getSimpleName()))
          .containsExactly("OnnxRuntimeCpu", "OnnxRuntimeCuda", "OnnxRuntimeTensorRt");
    }
  }

  private static final class Merged extends URLClassLoader {
    Merged() throws IOException {
      super(classPath(), ClassLoader.getPlatformClassLoader());
    }

    private static URL[] classPath() throws IOException {
      List<URL> path = new ArrayList<>();
      for (String entry :
          System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
        path.add(Path.of(entry).toUri().toURL());
      }
      return path.toArray(URL[]::new);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.startsWith("META-INF/services/")
          ? Collections.emptyEnumeration()
          : super.getResources(name);
    }
  }
}
