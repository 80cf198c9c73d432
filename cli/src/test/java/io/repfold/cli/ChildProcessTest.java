package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs({OS.LINUX, OS.MAC})
class ChildProcessTest {
  private static ChildProcess shell(String script, double seconds, long bytes) {
    Writer nowhere = Writer.nullWriter();
    return ChildProcess.run(List.of("sh", "-c", script), seconds, bytes, nowhere, nowhere);
  }

  @Test
  void an_exit_code_is_passed_on() {
    ChildProcess child = shell("exit 3", 60, Long.MAX_VALUE);
    assertThat(child.code()).isEqualTo(3);
    assertThat(child.isBroken()).isFalse();
  }

  @Test
  void what_it_says_is_passed_on() {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    ChildProcess.run(List.of("sh", "-c", "echo one; echo two >&2"), 60, Long.MAX_VALUE, out, err);
    assertThat(out.toString()).isEqualTo("one\n");
    assertThat(err.toString()).isEqualTo("two\n");
  }

  @Test
  void a_signal_is_named() {
    assertThat(shell("kill -SEGV $$", 60, Long.MAX_VALUE).reason())
        .isEqualTo("it ended by SIGSEGV");
    assertThat(shell("kill -ABRT $$", 60, Long.MAX_VALUE).reason())
        .startsWith("it ended by SIGABRT");
    assertThat(shell("kill -KILL $$", 60, Long.MAX_VALUE).isBroken()).isTrue();
  }

  @Test
  void what_takes_too_long_is_ended() {
    ChildProcess child = shell("sleep 600", 0.2, Long.MAX_VALUE);
    assertThat(child.isBroken()).isTrue();
    assertThat(child.reason()).isEqualTo("it took more than 0 s");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void what_takes_too_much_memory_is_ended() {
    ChildProcess child = shell("sleep 600", 60, 1);
    assertThat(child.isBroken()).isTrue();
    assertThat(child.reason()).startsWith("it took ").endsWith("MB of memory");
  }
}
