package io.repfold.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher hands to Java. */
class LauncherEnvironmentTest {
  @TempDir private Path folder;
  private Checkout checkout;

  @BeforeEach
  void make() throws IOException {
    checkout = Checkout.make(folder);
  }

  private String printed(String... environment) throws IOException, InterruptedException {
    Installation.Run run = checkout.run(environment);
    assertThat(run.exitCode()).as(run.output()).isZero();
    return run.output();
  }

  @Test
  void telemetry_is_off_unless_the_user_says_otherwise() throws Exception {
    assertThat(printed("-u", "ORT_DISABLE_TELEMETRY")).contains("\ntelemetry 1\n");
    assertThat(printed("ORT_DISABLE_TELEMETRY=")).contains("\ntelemetry 1\n");
    assertThat(printed("ORT_DISABLE_TELEMETRY=0")).contains("\ntelemetry 0\n");
  }

  @Test
  void java_reads_file_names_as_utf_8_where_no_locale_says_otherwise() throws Exception {
    assertThat(printed("-u", "LC_ALL", "-u", "LC_CTYPE", "-u", "LANG"))
        .contains("\nlocale C.UTF-8\n");
    assertThat(printed("-u", "LC_ALL", "-u", "LC_CTYPE", "LANG=C")).contains("\nlocale C.UTF-8\n");
    assertThat(printed("-u", "LC_ALL", "LC_CTYPE=POSIX")).contains("\nlocale C.UTF-8\n");
    assertThat(printed("LC_ALL=C", "LC_CTYPE=de_DE.UTF-8")).contains("\nlocale C.UTF-8\n");
    assertThat(printed("-u", "LC_ALL", "LC_CTYPE=C.utf8")).contains("\nlocale C.utf8\n");
  }

  /** Java uses none of them then. */
  @Test
  void java_reads_file_names_as_utf_8_where_a_locale_is_not_installed() throws Exception {
    assumeThat(Path.of("/usr/bin/locale")).exists();
    assertThat(printed("-u", "LC_ALL", "-u", "LC_CTYPE", "LANG=xx_XX.UTF-8"))
        .contains("\nlocale C.UTF-8\n");
    assertThat(printed("LC_ALL=xx_XX.UTF-8")).contains("\nlocale C.UTF-8\n");
    assertThat(printed("-u", "LC_ALL", "LC_CTYPE=C.utf8", "LC_TIME=xx_XX.UTF-8"))
        .contains("\nlocale C.UTF-8\n");
  }

  @Test
  void options_for_java_come_after_those_of_the_launcher() throws Exception {
    assertThat(printed("JAVA_OPTS=-Xmx8g -Dwhat=ever"))
        .containsPattern("option -Xms64m\n(?s).*\noption -Xmx8g\noption -Dwhat=ever\njar ");
  }

  @Test
  void no_test_reports_the_use_of_onnx_runtime_to_its_maker() {
    assertThat(System.getenv("ORT_DISABLE_TELEMETRY"))
        .as("set by the build; processes that tests start inherit it")
        .isEqualTo("1");
  }
}
