package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of rules in the package's documentation names classes and tests that are there. */
class PackageTableTest {
  @Test
  void what_it_names_is_there() throws IOException {
    Path main = Path.of("src/main/java/io/repfold/fold");
    Path test = Path.of("src/test/java/io/repfold/fold");
    Matcher names =
        Pattern.compile("\\{@code (\\w+)}")
            .matcher(Files.readString(main.resolve("package-info.java")));
    Set<String> missing = new TreeSet<>();
    int count = 0;
    while (names.find()) {
      String file = names.group(1) + ".java";
      count++;
      if (!Files.exists(main.resolve(file)) && !Files.exists(test.resolve(file))) {
        missing.add(file);
      }
    }

    assertThat(count).isGreaterThan(30);
    assertThat(missing).isEmpty();
  }
}
