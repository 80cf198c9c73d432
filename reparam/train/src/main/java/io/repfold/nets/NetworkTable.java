package io.repfold.nets;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The numbers of all networks, which lie counted in a file, as counting them takes a while. */
final class NetworkTable {
  static final String FILE = "networks.csv";

  private NetworkTable() {}

  /** One row for each network, in the order of the catalog. */
  static List<NetworkRow> of(List<Architecture> architectures) {
    Map<String, List<String>> counted =
        lines().stream()
            .skip(1)
            .map(line -> List.of(line.split(",", -1)))
            .collect(Collectors.toMap(cells -> cells.get(0), Function.identity()));
    return architectures.stream().map(a -> row(a, counted.get(a.type()))).toList();
  }

  private static NetworkRow row(Architecture a, @Nullable List<String> cells) {
    if (cells == null) {
      throw new IllegalStateException(FILE + " has no row for " + a.type());
    }
    return new NetworkRow(
        a.type(),
        a.backbones(),
        Integer.parseInt(cells.get(1)),
        Long.parseLong(cells.get(2)),
        Long.parseLong(cells.get(3)),
        Long.parseLong(cells.get(4)),
        Integer.parseInt(cells.get(5)),
        a.source(),
        a.recipe());
  }

  private static List<String> lines() {
    try (InputStream stream = NetworkTable.class.getResourceAsStream(FILE)) {
      if (stream == null) {
        throw new IllegalStateException(FILE + " is missing beside the classes of this package");
      }
      return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
          .lines()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
