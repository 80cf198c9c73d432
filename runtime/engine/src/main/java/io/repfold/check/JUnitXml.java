package io.repfold.check;

import io.repfold.runtime.VisibleText;
import io.repfold.runtime.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes a {@link VerificationReport} as JUnit XML, which build servers show: one test case an
 * output.
 */
public final class JUnitXml {
  private JUnitXml() {}

  /**
   * Writes a file; an existing one is replaced only once the new one is complete.
   *
   * @param suite the name of the test suite
   */
  public static void write(Path file, String suite, VerificationReport report) throws IOException {
    write(file, suite, report, List.of());
  }

  /**
   * Writes a file; an existing one is replaced only once the new one is complete.
   *
   * @param suite the name of the test suite
   * @param notes what a reader should know of the models, as output of the whole suite
   */
  public static void write(Path file, String suite, VerificationReport report, List<String> notes)
      throws IOException {
    WholeFile.write(file, out -> write(out, suite, report, notes));
  }

  /** Writes to a stream and leaves it open. */
  public static void write(OutputStream out, String suite, VerificationReport report)
      throws IOException {
    write(out, suite, report, List.of());
  }

  private static void write(
      OutputStream out, String suite, VerificationReport report, List<String> notes)
      throws IOException {
    try {
      XMLStreamWriter xml =
          XMLOutputFactory.newFactory().createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
      xml.writeStartDocument(StandardCharsets.UTF_8.name(), "1.0");
      suite(xml, suite, report, notes);
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IOException("Cannot write JUnit XML: " + e.getMessage(), e);
    }
  }

  private static void suite(
      XMLStreamWriter xml, String suite, VerificationReport report, List<String> notes)
      throws XMLStreamException {
    long failures = report.outputs().stream().filter(o -> !o.verdict().isEquivalent()).count();
    xml.writeStartElement("testsuite");
    attribute(xml, "name", suite);
    attribute(xml, "tests", Integer.toString(report.outputs().size()));
    attribute(xml, "failures", Long.toString(failures));
    attribute(xml, "errors", "0");
    attribute(xml, "skipped", "0");
    for (OutputReport output : report.outputs()) {
      testCase(xml, suite, report, output);
    }
    if (!notes.isEmpty()) {
      xml.writeStartElement("system-out");
      xml.writeCharacters(VisibleText.lines(String.join("\n", notes)));
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static void testCase(
      XMLStreamWriter xml, String suite, VerificationReport report, OutputReport output)
      throws XMLStreamException {
    xml.writeStartElement("testcase");
    attribute(xml, "classname", suite);
    attribute(xml, "name", output.name());
    if (output.verdict() instanceof Verdict.Different different) {
      xml.writeStartElement("failure");
      attribute(xml, "message", different.reasons().get(0));
      xml.writeCharacters(VisibleText.lines(String.join("\n", different.reasons())));
      xml.writeEndElement();
    }
    xml.writeStartElement("system-out");
    xml.writeCharacters(VisibleText.lines(summary(report, output)));
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private static String summary(VerificationReport report, OutputReport output) {
    StringBuilder text = new StringBuilder();
    text.append("reference: %s%n".formatted(report.reference()));
    text.append("candidate: %s%n".formatted(report.candidate()));
    text.append("samples: %d, worst: %d%n".formatted(report.samples(), output.worst().sample()));
    output
        .worst()
        .comparison()
        .ifPresent(
            c ->
                text.append(
                    "max abs error: %s (%s of the largest magnitude %s)%nworst in %s: %s, allowed %s, noise %s%n"
                        .formatted(
                            c.maxAbsError(),
                            c.maxRelativeError(),
                            c.referenceMaxAbs(),
                            c.worstPart().where(),
                            c.worstPart().error(),
                            c.worstPart().allowed(),
                            Double.isNaN(c.worstPart().noise())
                                ? "not measured"
                                : Double.toString(c.worstPart().noise()))));
    if (output.verdict() instanceof Verdict.Equivalent same) {
      same.notes().forEach(note -> text.append("note: %s%n".formatted(note)));
    }
    return text.toString();
  }

  private static void attribute(XMLStreamWriter xml, String name, String value)
      throws XMLStreamException {
    xml.writeAttribute(name, VisibleText.line(value));
  }
}
