package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.WeightSource;
import io.repfold.train.Assignment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documents say of networks. */
class DocumentedNetworksTest {
  private static final Pattern IMPORT =
      Pattern.compile("repfold import \\S+ --network (\\S+)(?: --args ([^`]*?))? -o m.onnx");

  private static String page(String name) throws IOException {
    return Files.readString(Path.of("../../docs", name));
  }

  @Test
  void there_is_a_row_with_the_counts_of_each_network() throws IOException {
    String page = page("networks.md");
    for (NetworkRow row : Networks.table()) {
      String giga = String.format(Locale.ROOT, "%.1f", row.multiplyAdds() / 1e9);
      String line =
          "| %,d | %,d | %s | %d | %s |"
              .formatted(row.trained(), row.deployed(), giga, row.outputStride(), row.source());
      assertThat(page.lines().filter(l -> l.startsWith("| `" + row.type() + "` |")))
          .as(row.type())
          .singleElement()
          .satisfies(l -> assertThat(l).endsWith(line));
    }
  }

  @Test
  void each_argument_is_told() throws IOException {
    String page = page("networks.md");
    for (String type : Networks.types()) {
      assertThat(Networks.arguments(type))
          .as(type)
          .allSatisfy(argument -> assertThat(page).contains("`" + argument + "`"));
    }
  }

  @Test
  void the_commands_for_weights_name_networks_and_arguments_that_there_are() throws IOException {
    List<MatchResult> commands = IMPORT.matcher(page("weights.md")).results().toList();
    assertThat(commands).hasSizeGreaterThan(15);
    for (MatchResult command : commands) {
      Map<String, Object> arguments = new HashMap<>(Map.of("base_channels", 4));
      List<String> given = new ArrayList<>();
      if (command.group(2) != null) {
        given.addAll(List.of(command.group(2).split(" ", -1)));
      }
      for (String argument : given) {
        Assignment assignment = Assignment.parse(argument).orElseThrow();
        arguments.put(assignment.name(), assignment.plain());
      }
      assertThat(
              Networks.build(command.group(1), arguments, 3, WeightSource.everywhere(1))
                  .parameters())
          .isPositive();
    }
  }
}
