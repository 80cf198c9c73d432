package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One build fits all versions of TensorRT that we name: what we use of the Java binding is listed
 * in {@code native-calls.txt}, and each version has all of it.
 */
class NativeCallsTest {
  private static final Path BINDINGS = Path.of("target", "bindings");

  /** What is used without a call that the compiler sees: by reflection, and by being overridden. */
  private static final Set<String> HIDDEN =
      Set.of(
          "org/bytedeco/javacpp/Pointer init (JJJJ)V",
          "org/bytedeco/javacpp/Loader foundLibraries Ljava/util/Map;",
          "org/bytedeco/javacpp/Loader getCacheDir ()Ljava/io/File;",
          "org/bytedeco/javacpp/Loader loadProperties ()Ljava/util/Properties;",
          "org/bytedeco/javacpp/Loader loadProperties"
              + " (Ljava/lang/Class;Ljava/util/Properties;Z)Lorg/bytedeco/javacpp/ClassProperties;",
          "org/bytedeco/javacpp/Loader findLibrary (Ljava/lang/Class;"
              + "Lorg/bytedeco/javacpp/ClassProperties;Ljava/lang/String;)[Ljava/net/URL;",
          "org/bytedeco/javacpp/Loader loadLibrary"
              + " (Ljava/lang/Class;[Ljava/net/URL;Ljava/lang/String;[Ljava/lang/String;)"
              + "Ljava/lang/String;",
          "org/bytedeco/tensorrt/nvinfer/ILogger log"
              + " (Lorg/bytedeco/tensorrt/nvinfer/ILogger$Severity;Ljava/lang/String;)V");

  @Test
  void the_list_is_what_our_classes_use() throws Exception {
    Path classes =
        Path.of(TensorRtBackend.class.getProtectionDomain().getCodeSource().getLocation().toURI());

    Set<String> used = NativeCalls.usedIn(classes);
    used.addAll(HIDDEN);

    assertThat(used).hasSizeGreaterThan(80);
    assertThat(without(used, listed())).as("to be added to native-calls.txt").isEmpty();
    assertThat(without(listed(), used)).as("to be removed from native-calls.txt").isEmpty();
  }

  private static Set<String> without(Set<String> all, Set<String> others) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(others);
    return rest;
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.6-1.5.11", "10.15-1.5.13", "11.2-1.5.14"})
  void every_version_has_all_of_the_list(String version) throws Exception {
    assertThat(NativeCalls.missing(listed(), jars(version)))
        .as("not in TensorRT %s: use what all versions have, or ask for it at run time", version)
        .isEmpty();
  }

  @Test
  void what_only_some_versions_have_is_noticed() throws Exception {
    String builder = "org/bytedeco/tensorrt/nvinfer/IBuilder ";
    String context = "org/bytedeco/tensorrt/nvinfer/IExecutionContext ";
    String config = "org/bytedeco/tensorrt/nvinfer/IBuilderConfig ";
    String weak = builder + "platformHasFastFp16 ()Z";
    String capturable = context + "isStreamCapturable (Lorg/bytedeco/cuda/cudart/CUstream_st;)Z";
    String otherResult = config + "setMaxAuxStreams (I)V";
    String flag =
        "org/bytedeco/tensorrt/global/nvinfer$BuilderFlag kFP16"
            + " Lorg/bytedeco/tensorrt/global/nvinfer$BuilderFlag;";
    String constructor = builder + "<init> (J)V";
    String none = "org/bytedeco/tensorrt/nvinfer/INoSuchThing get ()I";
    Set<String> members =
        new TreeSet<>(List.of(weak, capturable, otherResult, flag, constructor, none));

    assertThat(NativeCalls.missing(members, jars("10.15-1.5.13"))).containsExactly(none);
    assertThat(NativeCalls.missing(members, jars("10.6-1.5.11")))
        .containsExactlyInAnyOrder(none, capturable);
    assertThat(NativeCalls.missing(members, jars("11.2-1.5.14")))
        .containsExactlyElementsOf(members);
  }

  private static Set<String> listed() throws IOException {
    try (InputStream list = NativeCallsTest.class.getResourceAsStream("native-calls.txt")) {
      String text =
          new String(
              Objects.requireNonNull(list, "native-calls.txt").readAllBytes(),
              StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** TensorRT's binding and those that go with it, of which the version ends alike. */
  static List<Path> jars(String version) throws IOException {
    String set = version.substring(version.indexOf('-') + 1) + ".jar";
    try (Stream<Path> files = Files.list(BINDINGS)) {
      List<Path> jars = files.filter(file -> file.toString().endsWith(set)).toList();
      assertThat(jars).as("jars of %s in %s", version, BINDINGS.toAbsolutePath()).hasSize(3);
      return jars;
    }
  }
}
