package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dependencies that docs/runtime.md names are those of the build. */
class DocumentedVersionsTest {
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<dependency>\\s*<groupId>(.*?)</groupId>\\s*<artifactId>(.*?)</artifactId>"
              + "\\s*<version>(.*?)</version>(?:\\s*<classifier>(.*?)</classifier>)?");

  private static final Pattern PROPERTY = Pattern.compile("<([a-z.]+)>([^<${}]+)</\\1>");

  private static Path root() {
    return Path.of("").toAbsolutePath().getParent();
  }

  private static String read(String file) throws IOException {
    return Files.readString(root().resolve(file));
  }

  private static Set<String> dependencies(String text) {
    Set<String> found = new TreeSet<>();
    for (Matcher m = DEPENDENCY.matcher(text); m.find(); ) {
      found.add("%s:%s:%s:%s".formatted(m.group(1), m.group(2), m.group(3), m.group(4)));
    }
    return found;
  }

  /** The build's own values come first, those of its profiles after them. */
  private static String resolved(String text) throws IOException {
    Map<String, String> values = new TreeMap<>();
    for (Matcher m = PROPERTY.matcher(read("pom.xml")); m.find(); ) {
      values.putIfAbsent(m.group(1), m.group(2));
    }
    return Pattern.compile("\\$\\{([a-z.]+)}")
        .matcher(text)
        .replaceAll(m -> Matcher.quoteReplacement(values.getOrDefault(m.group(1), m.group())));
  }

  @Test
  void they_are_those_of_the_profile_for_gpus() throws IOException {
    Set<String> documented = dependencies(read("docs/runtime.md"));
    String cli = read("cli/pom.xml");
    String profile = resolved(cli.substring(cli.indexOf("<id>gpu</id>")));

    assertThat(dependencies(profile)).hasSize(5);
    assertThat(documented).containsAll(dependencies(profile));
    documented.removeAll(dependencies(profile));
    assertThat(documented)
        .containsExactly(
            resolved("com.microsoft.onnxruntime:onnxruntime_gpu:${onnxruntime.gpu}:null"),
            "io.repfold:repfold-runtime:0.1.0-SNAPSHOT:null",
            "io.repfold:repfold-tensorrt:0.1.0-SNAPSHOT:null");
    assertThat(read("pom.xml")).contains("<version>0.1.0-SNAPSHOT</version>");
  }

  /** Where the library of PyTorch is for, and of which version. */
  @Test
  void the_engine_is_that_of_the_build() throws IOException {
    String page = read("docs/training.md");
    Set<String> built = new TreeSet<>();
    Set<String> documented = new TreeSet<>();
    Pattern.compile("<pytorch.platform>(.*?)</pytorch.platform>")
        .matcher(read("pom.xml"))
        .results()
        .forEach(found -> built.add(found.group(1)));
    Pattern.compile("\\| `((?:linux|osx|win)-\\w+)` \\|")
        .matcher(page)
        .results()
        .forEach(found -> documented.add(found.group(1)));

    assertThat(documented).isEqualTo(built).hasSize(4);
    assertThat(page).contains(resolved("PyTorch ${pytorch.version} by DJL ${djl.version}"));
    assertThat(dependencies(page))
        .containsExactly(
            resolved("ai.djl.pytorch:pytorch-native-cpu:${pytorch.version}:osx-aarch64"));
  }

  /** Those that a program may depend on; the command line and the samples are none. */
  @Test
  void the_bom_names_every_library_in_this_version() throws IOException {
    Set<String> libraries = new TreeSet<>();
    Matcher module = Pattern.compile("<module>(.*?)</module>").matcher(read("pom.xml"));
    while (module.find()) {
      String pom = read(module.group(1) + "/pom.xml");
      if (pom.contains("<automaticModuleName>")) {
        libraries.add(own("artifactId", pom));
      }
    }
    libraries.removeAll(Set.of("repfold-cli", "repfold-samples"));
    String bom = read("bom/pom.xml");

    Set<String> named = new TreeSet<>();
    Pattern.compile("<artifactId>(.*?)</artifactId>\\s*<version>\\$\\{project.version}</version>")
        .matcher(bom)
        .results()
        .forEach(found -> named.add(found.group(1)));
    assertThat(named).isEqualTo(libraries).hasSizeGreaterThan(7);
    assertThat(own("version", bom)).isEqualTo(own("version", read("pom.xml")));
  }

  /** Of the project itself, and not of its parent or a dependency. */
  private static String own(String tag, String pom) {
    String rest = pom.replaceAll("(?s)<parent>.*?</parent>", "");
    Matcher found = Pattern.compile("<%1$s>(.*?)</%1$s>".formatted(tag)).matcher(rest);
    assertThat(found.find()).as(tag).isTrue();
    return found.group(1);
  }
}
