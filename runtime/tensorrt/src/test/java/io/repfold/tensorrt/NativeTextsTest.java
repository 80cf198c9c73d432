package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What native code says, as we hand it on; none of it is loaded. */
class NativeTextsTest {
  @Test
  void the_log_keeps_the_last_errors_of_this_thread_before_those_of_others()
      throws InterruptedException {
    NativeLog log = new NativeLog();
    log.add(true, "before the mark");
    long mark = log.mark();
    assertThat(log.text(mark)).isEqualTo("TensorRT gives no reason");

    log.add(false, "a warning");
    assertThat(log.since(mark)).containsExactly("a warning");

    Thread other = new Thread(() -> log.add(true, "of another thread"));
    other.start();
    other.join();
    assertThat(log.since(mark)).containsExactly("of another thread");

    log.add(true, "own\n");
    log.add(true, "own");
    log.add(true, "own too");
    assertThat(log.text(mark)).isEqualTo("own; own too");
  }

  @Test
  void the_log_stays_small() {
    NativeLog log = new NativeLog();
    for (int i = 0; i < 10_000; i++) {
      log.add(true, "error " + i);
    }

    assertThat(log.since(0)).hasSizeLessThan(100).last().isEqualTo("error 9999");
  }

  @Test
  void an_error_of_the_parser_names_its_node() {
    assertThat(ParserErrors.text(3, "/head/Foo", "Foo", " no importer\n"))
        .isEqualTo("node '/head/Foo' (Foo): no importer");
    assertThat(ParserErrors.text(3, "", "Foo", "bad")).isEqualTo("node number 3 (Foo): bad");
    assertThat(ParserErrors.text(-1, null, null, "no model")).isEqualTo("no model");
    assertThat(ParserErrors.text(0, null, null, null)).contains("number 0", "not supported");
  }

  @Test
  void layers_are_read_in_both_forms_and_their_lack_is_none() {
    String detailed =
        """
        {"Layers": [{"Name": "conv1 + relu", "LayerType": "CaskConvolution",
          "ParameterType": "Convolution", "TacticName": "sm90_xmma",
          "Inputs": [], "Outputs": [{"Name": "y", "Dimensions": [1,64,56,56],
          "Format/Datatype": "Half"}]}, {"Name": "copy", "LayerType": "Reformat"}],
         "Bindings": ["x", "y"]}
        """;

    assertThat(Layers.parse(detailed))
        .containsExactly(
            new PlanLayer("conv1 + relu", "Convolution", "Half 1x64x56x56", "sm90_xmma"),
            new PlanLayer("copy", "Reformat", "", ""));
    assertThat(Layers.parse("{\"Layers\": [\"a\", \"b\"]}"))
        .extracting(PlanLayer::name)
        .containsExactly("a", "b");
    assertThat(List.of("{}", "", "no json")).allSatisfy(s -> assertThat(Layers.parse(s)).isEmpty());
  }

  @Test
  void versions_are_told_apart_by_their_first_number() {
    assertThat(NativeLibraries.version(100_600)).isEqualTo("10.6.0");
    assertThat(NativeLibraries.version(110_201)).isEqualTo("11.2.1");
    assertThat(NativeLibraries.mismatch(100_600, 101_501)).isEmpty();
    assertThat(NativeLibraries.mismatch(110_201, 101_501))
        .contains("10.15.1", "11.2.1", "tensorrt.version");
    assertThat(Cuda.cudaVersion(12_060)).isEqualTo("12.6");
  }

  @Test
  void the_destructor_of_the_parser_is_known_for_the_versions_that_were_looked_at() {
    assertThat(Destructor.slotOfParser(10)).isEqualTo(9);
    assertThat(Destructor.slotOfParser(11)).isEqualTo(7);
    assertThat(Destructor.slotOfParser(12)).isEqualTo(Destructor.NOT_KNOWN);
  }
}
