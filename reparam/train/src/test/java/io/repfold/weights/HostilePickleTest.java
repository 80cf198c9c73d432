package io.repfold.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles that would run programs, or take all time and memory, are refused. */
class HostilePickleTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  private static PickleWriter pickle() {
    return PickleWriter.protocol2();
  }

  private void refused(byte[] content, String why) throws IOException {
    Path file = Files.write(folder.resolve("w.pth"), content);
    Assertions.assertTimeoutPreemptively(
        LIMIT,
        () ->
            assertThatThrownBy(() -> WeightsFile.read(file))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(why));
  }

  @ParameterizedTest
  @ValueSource(strings = {"command.pkl", "command.pth"})
  void a_command_is_named_and_not_executed(String name) throws IOException {
    refused(Fixtures.bytes(name), "its pickle calls 'posix.system'. Nothing was executed");
    assertThat(Path.of("executed")).doesNotExist();
  }

  static Stream<Arguments> calls() {
    String touch = "touch executed";
    return Stream.of(
        Arguments.of("os.system", pickle().global("os", "system").text(touch).raw("\u0085R.")),
        Arguments.of("os.system", pickle().raw("(").text(touch).raw("ios\nsystem\n.")),
        Arguments.of("os.system", pickle().raw("(").global("os", "system").text(touch).raw("o.")),
        Arguments.of(
            "builtins.eval", pickle().global("builtins", "eval").text("1").raw("\u0085R.")),
        Arguments.of(
            "__builtin__.getattr", pickle().global("__builtin__", "getattr").raw("))\u0086R.")),
        Arguments.of(
            "torch.hub.load",
            pickle().text("torch.hub").text("load").raw("\u0093").text("x").raw("\u0085R.")),
        Arguments.of(
            "os.system",
            pickle()
                .global("torch._tensor", "_rebuild_from_type_v2")
                .raw("(")
                .global("os", "system")
                .raw("N")
                .text(touch)
                .raw("\u0085}tR.")));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void every_way_to_call_is_refused_by_name(String name, PickleWriter pickle) throws IOException {
    refused(pickle.bytes(), "its pickle calls '" + name + "'. Nothing was executed");
    assertThat(Path.of("executed")).doesNotExist();
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        Arguments.of("ends too early", pickle().raw("X").littleEndian(1L << 31, 4)),
        Arguments.of("very many bytes are missing", pickle().raw("\u008d").littleEndian(-1, 8)),
        Arguments.of("ends too early", pickle().raw("\u008e").littleEndian(1L << 62, 8)),
        Arguments.of(
            "a number of 2147483647 bytes", pickle().raw("\u008b").littleEndian(0x7FFFFFFF, 4)),
        Arguments.of("a number of 2000 digits", pickle().raw("L" + "9".repeat(2000) + "L\n.")),
        Arguments.of("recalls value 9", pickle().raw("h\u0009.")),
        Arguments.of("takes a value that is not there", pickle().raw("0.")),
        Arguments.of("takes a value that is not there", pickle().raw("}(s.")),
        Arguments.of("ends a list that did not begin", pickle().raw("t.")),
        Arguments.of("a key without a value", pickle().raw("}(Nu.")),
        Arguments.of("adds an entry to None", pickle().raw("NNNs.")),
        Arguments.of("has protocol 6", new PickleWriter().raw("\u0080\u0006N.")),
        Arguments.of("opcode 0x97", pickle().raw("\u0097.")),
        Arguments.of("names data outside of it", pickle().raw("NQ.")),
        Arguments.of("holds None, expected a dict of tensors", pickle().raw("N.")),
        Arguments.of(
            "holds no tensors, only 'epoch'", pickle().raw("}").text("epoch").raw("K\u0001s.")),
        Arguments.of(
            "an object of class 'nets.Unet', which shows no parameters",
            pickle().global("nets", "Unet").raw(")\u0081}b.")),
        Arguments.of("more than 2000000 steps", pickle().times(2_000_001, "N0").raw("N.")));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void what_no_framework_writes_is_refused(String why, PickleWriter pickle) throws IOException {
    refused(pickle.bytes(), why);
  }

  @Test
  void nesting_a_million_deep_does_not_overflow_the_stack() throws IOException {
    refused(pickle().times(900_000, "]").times(899_999, "a").stop(), "holds a list, expected");
    String dict = "}X\u0005\u0000\u0000\u0000model";
    refused(pickle().times(300_000, dict).raw("N").times(300_000, "s").stop(), "holds no tensors");
  }

  @Test
  void a_dict_in_itself_is_refused() throws IOException {
    for (String key : new String[] {"model", "other"}) {
      refused(pickle().raw("}q\u0000").text(key).raw("h\u0000s").stop(), "holds no tensors");
    }
  }

  private static PickleWriter module(PickleWriter pickle, int memo) {
    return pickle
        .global("nets", "Block")
        .raw(")\u0081q" + (char) memo + "}(")
        .text("_parameters")
        .raw("}")
        .text("_buffers")
        .raw("}")
        .text("_modules")
        .raw("}(");
  }

  @Test
  void a_module_in_itself_is_refused() throws IOException {
    byte[] cyclic = module(pickle(), 0).text("inner").raw("h\u0000uub").stop();
    refused(cyclic, "holds a module in itself");
  }

  /** Forty modules, each of which holds the one before twice. */
  @Test
  void modules_that_double_at_each_level_are_refused() throws IOException {
    PickleWriter pickle = pickle();
    module(pickle, 0).raw("uub0");
    for (int level = 1; level < 40; level++) {
      String before = "h" + (char) (level - 1);
      module(pickle, level).text("a").raw(before).text("b").raw(before + "uub0");
    }
    refused(pickle.raw("h" + (char) 39).stop(), "more than 100000");
  }

  /** Each call copies what the one before has made, if it copies at all. */
  @Test
  void copies_of_a_long_list_take_no_time() throws IOException {
    PickleWriter pickle = pickle().raw("(").times(500_000, "N").raw("tq\u00000");
    pickle.global("builtins", "list").raw("q\u00010");
    refused(pickle.times(200_000, "h\u0001h\u0000\u0085R0").raw("N").stop(), "holds None");
  }

  @Test
  void texts_that_stand_for_bytes_are_decoded_once() throws IOException {
    PickleWriter pickle = pickle().text("x".repeat(5_000_000)).raw("q\u00000");
    pickle.text("latin1").raw("q\u00010").global("_codecs", "encode").raw("q\u00020");
    refused(pickle.times(200_000, "h\u0002h\u0000h\u0001\u0086R0").raw("N").stop(), "holds None");
  }
}
