package io.repfold.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.repfold.nets.NetworkRow;
import io.repfold.nets.Networks;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code repfold networks}. */
@Command(
    name = "networks",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Lists the networks that can be trained and imported, or tells of one.",
      "The numbers are of the network with all its arguments left out: 21 classes of a segmentation"
          + " network, 1000 of a classifier; multiply-adds are at 512x512 pixels, folded."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  repfold networks", "  repfold networks RepPSP", "  repfold networks --json"})
final class NetworksCommand implements Callable<Integer> {
  private static final List<String> HEADINGS =
      List.of("network", ">trained", ">deployed", ">G multiply-adds", ">stride", "published in");

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "TYPE", description = "One of the networks.")
  private @Nullable String type;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<NetworkRow> rows = type == null ? Networks.table() : List.of(row(type));
    if (json) {
      ObjectNode root = Json.object();
      ArrayNode all = root.putArray("networks");
      rows.forEach(row -> all.add(json(row)));
      out.print(Json.text(root));
    } else if (type == null) {
      out.print(Text.table(HEADINGS, rows.stream().map(NetworksCommand::cells).toList()));
      out.println("'repfold networks TYPE' tells a network's backbones, arguments and recipe.");
    } else {
      rows.forEach(row -> tell(out, row));
    }
    out.flush();
    return ExitCodes.DONE;
  }

  private static ObjectNode json(NetworkRow row) {
    ObjectNode network = (ObjectNode) Json.of(row);
    network.set("arguments", Json.of(Networks.arguments(row.type())));
    return network;
  }

  private static NetworkRow row(String type) {
    try {
      return Networks.row(type);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private static List<String> cells(NetworkRow row) {
    return List.of(
        row.type(),
        "%,d".formatted(row.trained()),
        "%,d".formatted(row.deployed()),
        giga(row.multiplyAdds()),
        Integer.toString(row.outputStride()),
        row.source());
  }

  private static String giga(long multiplyAdds) {
    return String.format(Locale.ROOT, "%.1f", multiplyAdds / 1e9);
  }

  private static void tell(PrintWriter out, NetworkRow row) {
    out.printf("%s (%s)%n", row.type(), row.source());
    out.printf(
        "  parameters at %,d classes  %,d trained, %,d deployed%n",
        row.classes(), row.trained(), row.deployed());
    out.printf("  multiply-adds at 512x512   %s G%n", giga(row.multiplyAdds()));
    out.printf("  output stride              %d%n", row.outputStride());
    if (!row.backbones().isEmpty()) {
      out.printf("  backbones                  %s%n", String.join(", ", row.backbones()));
    }
    out.printf(
        "  arguments                  %s%n", String.join(", ", Networks.arguments(row.type())));
    if (!row.recipe().isEmpty()) {
      out.printf("  published recipe           %s%n", row.recipe());
    }
  }
}
