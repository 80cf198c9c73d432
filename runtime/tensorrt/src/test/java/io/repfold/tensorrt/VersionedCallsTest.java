package io.repfold.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked for by name is there in every version, in one form or another. */
class VersionedCallsTest {
  private static final String PROFILE = "org/bytedeco/tensorrt/nvinfer/IOptimizationProfile ";
  private static final String WHICH =
      "(Ljava/lang/String;Lorg/bytedeco/tensorrt/global/nvinfer$OptProfileSelector;";
  private static final String LONGS = PROFILE + "setShapeValuesV2 " + WHICH + "[JI)Z";
  private static final String INTS = PROFILE + "setShapeValues " + WHICH + "[II)Z";
  private static final String CONFIG = "org/bytedeco/tensorrt/nvinfer/IBuilderConfig ";

  private static List<String> missing(String version, String... calls) throws Exception {
    return NativeCalls.missing(Set.of(calls), NativeCallsTest.jars(version));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.6-1.5.11", "10.15-1.5.13", "11.2-1.5.14"})
  void every_version_has_one_form(String version) throws Exception {
    assertThat(missing(version, LONGS, INTS)).hasSizeLessThan(2);
    String streams = CONFIG + "setMaxAuxStreams (I)";
    assertThat(missing(version, streams + "V", streams + "Z")).hasSize(1);
  }

  @Test
  void they_differ_which_is_why_they_are_asked_for() throws Exception {
    assertThat(missing("10.6-1.5.11", LONGS)).isNotEmpty();
    assertThat(missing("11.2-1.5.14", INTS)).isNotEmpty();
  }
}
