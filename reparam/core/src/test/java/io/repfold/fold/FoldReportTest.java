package io.repfold.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.repfold.graph.Graph;
import io.repfold.graph.Listing;
import io.repfold.graph.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Each figure of a report, counted anew from the two graphs. */
class FoldReportTest {
  private static final int GRAPHS = 240;

  private interface Check {
    void region(FoldReport.Folded found, ReportRecount recount);
  }

  private static void eachRegion(Check check) {
    Set<String> kinds = new HashSet<>();
    LongStream.range(0, GRAPHS)
        .forEach(
            seed -> {
              Graph before = ReportGraphs.of(seed);
              Folder.Result result = Folder.fold(before);
              ReportRecount recount = new ReportRecount(before, result.graph());
              for (FoldReport.Folded region : result.report().folded()) {
                try {
                  check.region(region, recount);
                } catch (AssertionError e) {
                  throw new AssertionError(
                      "seed %d, %s\n%s\nfolded:\n%s"
                          .formatted(seed, region, Listing.of(before), Listing.of(result.graph())),
                      e);
                }
                recount.held(region.target()).forEach(n -> kinds.add(n.op().type()));
                kinds.add(region.became().size() + " convolutions");
              }
            });
    assertThat(kinds)
        .contains("Conv", "ConvTranspose", "AveragePool", "Pad", "Add", "Sum", "Mul", "Sub")
        .contains("1 convolutions", "2 convolutions");
  }

  @Test
  void multiply_adds_are_those_of_the_nodes_that_were_held_and_of_those_in_their_place() {
    eachRegion(
        (found, recount) -> {
          assertThat(found.multiplyAddsBefore())
              .isCloseTo(recount.multiplyAddsBefore(found.target()), within(1e-9));
          assertThat(found.multiplyAddsAfter())
              .isCloseTo(recount.multiplyAddsAfter(found.target()), within(1e-9));
        });
  }

  @Test
  void parameters_are_the_real_constants_that_were_read_and_are_read_now() {
    eachRegion(
        (found, recount) -> {
          assertThat(found.parametersBefore()).isEqualTo(recount.parametersBefore(found.target()));
          assertThat(found.parametersAfter()).isEqualTo(recount.parametersAfter(found.target()));
        });
  }

  @Test
  void a_region_names_the_nodes_that_only_it_held() {
    eachRegion(
        (found, recount) -> {
          List<String> held = recount.held(found.target()).stream().map(Node::describe).toList();
          assertThat(found.held()).isEqualTo(held);
          assertThat(found.became()).hasSameSizeAs(recount.weights(found.target()).values());
        });
  }

  @Test
  void regions_are_in_the_order_of_the_graph_and_together_hold_all_that_is_gone() {
    for (long seed = 0; seed < GRAPHS; seed++) {
      Graph before = ReportGraphs.of(seed);
      Folder.Result result = Folder.fold(before);
      List<FoldReport.Folded> regions = result.report().folded();
      assertThat(regions.stream().map(FoldReport.Folded::target).toList())
          .as("seed %d", seed)
          .isEqualTo(new ReportRecount(before, result.graph()).targets());
      List<Node> gone = new ArrayList<>(before.nodes());
      gone.removeAll(result.graph().nodes());
      assertThat(regions.stream().flatMap(region -> region.held().stream()).toList())
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(gone.stream().map(Node::describe).toList());
    }
  }

  @Test
  void the_largest_weight_is_found_among_the_new_weights() {
    eachRegion(
        (found, recount) -> {
          double largest = 0;
          for (var weight : recount.weights(found.target()).values()) {
            for (double value : weight.toDoubles()) {
              largest = Math.max(largest, Math.abs(value));
            }
          }
          assertThat(found.largestWeight()).isEqualTo(largest);
        });
  }

  @Test
  void totals_count_the_graph_before_and_the_graph_after() {
    for (long seed = 0; seed < GRAPHS; seed++) {
      Graph before = ReportGraphs.of(seed);
      Folder.Result result = Folder.fold(before);
      assertThat(result.report().before()).isEqualTo(ReportRecount.totals(before));
      assertThat(result.report().after())
          .as("seed %d", seed)
          .isEqualTo(ReportRecount.totals(result.graph()));
    }
  }

  @Test
  void a_plan_has_the_figures_of_the_fold_but_for_those_of_the_weights() {
    for (long seed = 0; seed < GRAPHS; seed++) {
      Graph before = ReportGraphs.of(seed);
      FoldReport plan = Folder.plan(before, FoldOptions.DEFAULT);
      FoldReport report = Folder.fold(before).report();
      assertThat(plan)
          .as("seed %d", seed)
          .usingRecursiveComparison()
          .ignoringFields("folded.largestWeight", "folded.errorBound")
          .isEqualTo(report);
    }
  }
}
