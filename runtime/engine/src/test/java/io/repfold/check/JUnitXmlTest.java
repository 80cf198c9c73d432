package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class JUnitXmlTest {
  private static final VerificationReport REPORT =
      new VerificationReport(
          "a.onnx",
          "b.onnx",
          1,
          Tolerance.NETWORK,
          List.of(
              output(
                  "good", new Verdict.Equivalent(List.of("1 of 2 values are NaN on both sides"))),
              output(
                  "b<&>\"\u0001\ud800",
                  new Verdict.Different(List.of("first <reason>", "second")))));

  @TempDir private Path folder;

  @Test
  void each_output_is_a_test_case() throws Exception {
    Path file = folder.resolve("report.xml");
    Files.writeString(file, "old");
    JUnitXml.write(file, "fold of a&b", REPORT);

    Document xml = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    Element suite = xml.getDocumentElement();
    assertThat(suite.getTagName()).isEqualTo("testsuite");
    assertThat(suite.getAttribute("name")).isEqualTo("fold of a&b");
    assertThat(suite.getAttribute("tests")).isEqualTo("2");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    Element good = (Element) suite.getElementsByTagName("testcase").item(0);
    assertThat(good.getAttribute("name")).isEqualTo("good");
    assertThat(good.getElementsByTagName("failure").getLength()).isZero();
    assertThat(good.getTextContent())
        .contains("reference: a.onnx", "note: sample 0: 1 of 2 values are NaN");
    Element bad = (Element) suite.getElementsByTagName("testcase").item(1);
    assertThat(bad.getAttribute("name")).isEqualTo("b<&>\"??");
    Element failure = (Element) bad.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message")).isEqualTo("sample 0: first <reason>");
    assertThat(failure.getTextContent()).contains("sample 0: first <reason>\nsample 0: second");
    assertThat(folder.toFile().list()).containsExactly("report.xml");
  }

  @Test
  void a_folder_that_is_not_there_is_an_error() {
    Path file = folder.resolve("no").resolve("report.xml");
    assertThatThrownBy(() -> JUnitXml.write(file, "s", REPORT))
        .isInstanceOf(NoSuchFileException.class);
  }

  private static OutputReport output(String name, Verdict verdict) {
    return OutputReport.of(name, List.of(new SampleResult(0, Optional.empty(), verdict)));
  }
}
