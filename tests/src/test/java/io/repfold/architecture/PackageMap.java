package io.repfold.architecture;

import static java.util.stream.Collectors.joining;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which package may use which: ours by their last word, everybody else's by their beginning. */
final class PackageMap {
  private static final String OURS = "io.repfold.";

  private static final Set<String> EVERYWHERE =
      Set.of(
          "java.",
          "javax.imageio",
          "javax.xml",
          "org.jspecify.annotations",
          "com.google.errorprone.annotations");

  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("graph", Set.of()),
          Map.entry("blocks", Set.of("graph")),
          Map.entry("fold", Set.of("graph", "blocks")),
          Map.entry("onnx", Set.of("graph", "ai.onnx.proto", "com.google.protobuf")),
          Map.entry("precision", Set.of("graph", "fold")),
          Map.entry(
              "pipeline",
              Set.of(
                  "graph",
                  "fold",
                  "onnx",
                  "weights",
                  "precision",
                  "runtime",
                  "numpy",
                  "image",
                  "images",
                  "check",
                  "bench")),
          Map.entry(
              "view",
              Set.of("graph", "fold", "onnx", "pipeline", "runtime", "com.samskivert.mustache")),
          Map.entry("config", Set.of("graph")),
          Map.entry("weights", Set.of("graph", "onnx", "com.fasterxml.jackson")),
          Map.entry("nets", Set.of("graph", "blocks", "config", "onnx", "weights")),
          Map.entry("djl", Set.of("graph", "ai.djl")),
          Map.entry("data", Set.of("graph", "config", "images")),
          Map.entry(
              "train",
              Set.of(
                  "graph",
                  "onnx",
                  "config",
                  "nets",
                  "weights",
                  "djl",
                  "data",
                  "ai.djl",
                  "com.fasterxml.jackson",
                  "com.google.protobuf",
                  "org.tensorflow.proto")),
          Map.entry("runtime", Set.of("ai.onnxruntime")),
          Map.entry("tensorrt", Set.of("runtime", "com.fasterxml.jackson", "org.bytedeco")),
          Map.entry("numpy", Set.of("runtime")),
          Map.entry("images", Set.of()),
          Map.entry("image", Set.of("runtime", "images")),
          Map.entry("check", Set.of("runtime")),
          Map.entry("bench", Set.of("runtime")),
          Map.entry(
              "cli",
              Set.of(
                  "graph",
                  "blocks",
                  "fold",
                  "onnx",
                  "precision",
                  "pipeline",
                  "view",
                  "runtime",
                  "tensorrt",
                  "numpy",
                  "image",
                  "images",
                  "check",
                  "bench",
                  "nets",
                  "weights",
                  "data",
                  "train",
                  "picocli",
                  "com.fasterxml.jackson",
                  "com.samskivert.mustache",
                  "me.tongfei.progressbar")),
          Map.entry(
              "junit",
              Set.of(
                  "fold",
                  "graph",
                  "onnx",
                  "precision",
                  "pipeline",
                  "runtime",
                  "check",
                  "org.junit.jupiter.api",
                  "org.junit.platform.commons")));

  private PackageMap() {}

  /** Every dependency against the map, and every package that the map does not know. */
  static Set<String> breaches(JavaClasses classes) {
    Set<String> breaches = new TreeSet<>();
    for (JavaClass type : classes) {
      String from = ourPackage(type).orElseThrow();
      Set<String> allowed = MAY_USE.get(from);
      if (allowed == null) {
        breaches.add("The map says nothing about io.repfold.%s: add it".formatted(from));
        continue;
      }
      type.getDirectDependenciesFromSelf().stream()
          .filter(dependency -> !isAllowed(from, allowed, dependency.getTargetClass()))
          .map(dependency -> describe(dependency, allowed))
          .forEach(breaches::add);
    }
    return breaches;
  }

  /** The packages of the map. */
  static Set<String> packages() {
    return MAY_USE.keySet();
  }

  /** The last word of one of our packages; empty for everybody else's. */
  static Optional<String> ourPackage(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith(OURS)
        ? Optional.of(List.of(name.substring(OURS.length()).split("\\.")).get(0))
        : Optional.empty();
  }

  private static boolean isAllowed(String from, Set<String> allowed, JavaClass target) {
    JavaClass element = target.getBaseComponentType();
    return element.isPrimitive()
        || ourPackage(element)
            .map(to -> to.equals(from) || allowed.contains(to))
            .orElseGet(
                () ->
                    Stream.concat(EVERYWHERE.stream(), allowed.stream())
                        .anyMatch(element.getPackageName().concat(".")::startsWith));
  }

  private static String describe(Dependency dependency, Set<String> allowed) {
    return "%s uses %s; beside the JDK, its package may use %s"
        .formatted(
            dependency.getOriginClass().getName(),
            dependency.getTargetClass().getName(),
            allowed.isEmpty() ? "nothing" : allowed.stream().sorted().collect(joining(", ")));
  }
}
