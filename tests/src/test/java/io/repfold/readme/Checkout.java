package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The real launcher in a folder with a source of each module. In the place of Maven and Java run
 * short programs: the first makes jars that hold the number of their build and writes down what it
 * was asked for, the second prints what it was started with.
 */
final class Checkout {
  private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");

  private static final String MAVEN =
      """
      #!/bin/sh
      echo "begin $JAVA_HOME: $*" >>asked.txt
      while [ -e maven.waits ]; do sleep 0.1; done
      build=$(grep -c begin asked.txt)
      if [ -e maven.fails ]; then
        for line in 1 2 3 4 5 6 7 8 9; do printf "line $line%s\\n" a b c d e f; done
        echo end >>asked.txt
        exit 1
      fi
      mkdir -p cli/target/lib
      for jar in lib/onnxruntime-1.jar lib/repfold-core-1.jar repfold-cli-2.jar \\
        repfold-cli-2-sources.jar repfold-cli-2-tests.jar repfold-cli-2-javadoc.jar; do
        echo "build $build" >cli/target/$jar
      done
      [ ! -e maven.edits ] || touch cli/src/main/java/A.java
      echo end >>asked.txt
      """;

  private static final String JAVA =
      """
      #!/bin/sh
      case "$*" in
        *-Xshare:dump* | *warm-up*) echo archive >>'ROOT/archived.txt'; exit 0 ;;
      esac
      echo started
      while [ -e 'ROOT/java.waits' ]; do sleep 0.1; done
      while [ "$1" != -cp ]; do echo "option $1"; shift; done
      IFS=:
      for jar in $2; do echo "jar ${jar##*/}: $(cat "$jar")"; done
      unset IFS
      shift 2
      for argument in "$@"; do echo "argument $argument"; done
      echo "telemetry $ORT_DISABLE_TELEMETRY"
      echo "locale ${LC_ALL:-${LC_CTYPE:-$LANG}}"
      """;

  private static final String JAR =
      """
      #!/bin/sh
      mkdir -p "$3" && echo library >"$3/library.so"
      """;

  private final Path root;

  private Checkout(Path root) {
    this.root = root;
  }

  /** A new one below a folder, with a space in its name and sources of an hour ago. */
  static Checkout make(Path folder) throws IOException {
    Checkout made = new Checkout(folder.resolve("my checkout"));
    for (String source : made.sources()) {
      made.write(source, "a source");
      made.age(source);
    }
    Path launcher = made.root.resolve("repfold");
    Files.copy(Readme.root().resolve("repfold"), launcher);
    made.program("mvnw", MAVEN);
    made.program("jdk/bin/java", JAVA.replace("ROOT", made.root.toString()));
    made.program("jdk/bin/javac", "#!/bin/sh\n");
    made.program("jdk/bin/jar", JAR);
    made.write("jdk/release", "JAVA_VERSION=\"17.0.9\"\n");
    return made;
  }

  /** What the command line is built from, by the modules of the real build. */
  List<String> sources() throws IOException {
    List<String> sources = new ArrayList<>(List.of("pom.xml", ".mvn/jvm.config"));
    String pom = Files.readString(Readme.root().resolve("pom.xml"));
    MODULE
        .matcher(pom)
        .results()
        .map(m -> m.group(1))
        .filter(module -> !List.of("bom", "tests", "samples").contains(module))
        .forEach(m -> sources.addAll(List.of(m + "/pom.xml", m + "/src/main/java/A.java")));
    sources.add("cli/src/main/resources/words.txt");
    return sources;
  }

  Path path(String file) {
    return root.resolve(file);
  }

  /** Writes a file, which is newer than all that was built before. */
  void write(String file, String content) throws IOException {
    Files.createDirectories(path(file).getParent());
    Files.writeString(path(file), content);
  }

  private void program(String file, String script) throws IOException {
    write(file, script);
    assertThat(path(file).toFile().setExecutable(true)).isTrue();
  }

  void age(String file) throws IOException {
    Files.setLastModifiedTime(path(file), FileTime.from(Instant.now().minus(Duration.ofHours(1))));
  }

  /** The builds that began, each with its Java and its arguments. */
  List<String> builds() throws IOException {
    return log().stream().filter(line -> line.startsWith("begin ")).toList();
  }

  /** A line for the beginning of each build, and one for its end. */
  List<String> log() throws IOException {
    return Files.exists(path("asked.txt")) ? Files.readAllLines(path("asked.txt")) : List.of();
  }

  /** The folders with what was built, by name. */
  List<Path> kept(String work) throws IOException {
    try (Stream<Path> files = Files.list(path("target").resolve(work))) {
      return files.filter(Files::isDirectory).sorted().toList();
    }
  }

  /** Starts it and waits for its end. */
  Installation.Run run(String... environment) throws IOException, InterruptedException {
    return Installation.run(root, path("jdk").toString(), command(environment));
  }

  /** Starts it, with these settings of {@code env}. */
  Launch launch(String... environment) throws IOException {
    return Launch.of(root, path("jdk"), command(environment));
  }

  private List<String> command(String... environment) {
    List<String> command = new ArrayList<>(List.of("env"));
    command.addAll(Arrays.asList(environment));
    command.addAll(List.of(path("repfold").toString(), "some", "two words"));
    return command;
  }
}
