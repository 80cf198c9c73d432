package io.repfold.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.repfold.runtime.HostTensor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
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
    assertThat(bad.getAttribute("name")).isEqualTo("b<&>\"\\u0001\\ud800");
    Element failure = (Element) bad.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message")).isEqualTo("sample 0: first <reason>");
    assertThat(failure.getTextContent()).contains("sample 0: first <reason>\nsample 0: second");
    assertThat(folder.toFile().list()).containsExactly("report.xml");
  }

  /** Names that a build server would stumble over, each with what it reads for it. */
  @ParameterizedTest
  @MethodSource("names")
  void what_xml_cannot_hold_is_shown_by_its_number_and_all_else_stays(String name, String written)
      throws Exception {
    Element suite = written(report(output(name, new Verdict.Equivalent(List.of()))));
    Element testCase = (Element) suite.getElementsByTagName("testcase").item(0);
    assertThat(testCase.getAttribute("name")).isEqualTo(written);
  }

  static Stream<Arguments> names() {
    return Stream.of(
        arguments("\u0000\u0008\u000b\u001f \u007f", "\\u0000\\u0008\\u000b\\u001f \\u007f"),
        arguments("\ud7ff\ue000\ufffd", "\ud7ff\ue000\ufffd"),
        arguments("\ud800|\udbff|\udc00|\udfff", "\\ud800|\\udbff|\\udc00|\\udfff"),
        arguments("\ufffe\uffff", "\\ufffe\\uffff"),
        arguments("\ud83d\ude00\udbff\udfff", "\ud83d\ude00\\udbff\\udfff"),
        arguments("a\tb\nc", "a\\u0009b\\u000ac"));
  }

  @Test
  void failures_are_counted_and_stand_beside_the_numbers() throws Exception {
    OutputResult off =
        new Judge(Tolerance.NETWORK)
            .compare(
                "y",
                HostTensor.ofFloats(new float[] {4, 1}, 2),
                HostTensor.ofFloats(new float[] {4, 1.5f}, 2));
    OutputReport measured =
        OutputReport.of(
            "y", List.of(new SampleResult(3, off.comparison(), off.verdict())), Optional.empty());
    VerificationReport report =
        report(
            measured,
            output("a", new Verdict.Different(List.of("one"))),
            output("b", new Verdict.Equivalent(List.of())));

    Element suite = written(report);
    assertThat(suite.getAttribute("tests")).isEqualTo("3");
    assertThat(suite.getAttribute("failures")).isEqualTo("2");
    assertThat(suite.getAttribute("errors")).isEqualTo("0");
    assertThat(suite.getAttribute("skipped")).isEqualTo("0");
    Element first = (Element) suite.getElementsByTagName("testcase").item(0);
    assertThat(first.getAttribute("classname")).isEqualTo("suite");
    assertThat(children(first)).containsExactly("failure", "system-out");
    assertThat(first.getLastChild().getTextContent())
        .contains("samples: 1, worst: 3")
        .contains("max abs error: 0.5 (0.125 of the largest magnitude 4.0)");
    assertThat(children(suite)).containsExactly("testcase", "testcase", "testcase");
  }

  @Test
  void a_stream_is_left_open_and_holds_a_whole_document_in_utf_8() throws Exception {
    ByteArrayOutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public void close() {
            throw new AssertionError("closed");
          }
        };
    JUnitXml.write(out, "größer", REPORT);
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text)
        .startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuite name=\"größer\"")
        .endsWith("</testsuite>");
  }

  @Test
  void a_folder_that_is_not_there_is_an_error() {
    Path file = folder.resolve("no").resolve("report.xml");
    assertThatThrownBy(() -> JUnitXml.write(file, "s", REPORT))
        .isInstanceOf(NoSuchFileException.class);
  }

  private static VerificationReport report(OutputReport... outputs) {
    return new VerificationReport("a.onnx", "b.onnx", 1, Tolerance.NETWORK, List.of(outputs));
  }

  private Element written(VerificationReport report) throws Exception {
    Path file = folder.resolve("report.xml");
    JUnitXml.write(file, "suite", report);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(file.toFile())
        .getDocumentElement();
  }

  private static List<String> children(Element element) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < element.getChildNodes().getLength(); i++) {
      names.add(element.getChildNodes().item(i).getNodeName());
    }
    return names;
  }

  private static OutputReport output(String name, Verdict verdict) {
    return OutputReport.of(
        name, List.of(new SampleResult(0, Optional.empty(), verdict)), Optional.empty());
  }
}
