package io.repfold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.repfold.graph.GraphBuilder;
import io.repfold.graph.Op;
import io.repfold.graph.WeightSource;
import io.repfold.graph.WeightSource.Role;
import io.repfold.pipeline.compare.ModelWarnings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Commands that compare models say where that proves little, because nobody trained them. */
class UntrainedModelsTest {
  private static final String LITTLE =
      "4 BatchNormalization nodes look untrained (mean 0 and variance 1 everywhere), "
          + "BatchNormalization '%s' among them: comparing outputs proves little";

  @TempDir private Path folder;
  private Path untrained;
  private Path folded;

  @BeforeEach
  void make() {
    untrained = Models.untrained(folder);
    folded = folder.resolve("folded.onnx");
  }

  private static List<String> warnings(CliRun run) {
    return run.out().lines().filter(line -> line.startsWith("Warning")).toList();
  }

  /** The warning in the words that both commands share. */
  private static void assertSaysHowMany(String warning, String start) {
    assertThat(warning).startsWith(start);
    String name = warning.replaceAll("[^']*'([^']*)'.*", "$1");
    assertThat(warning).isEqualTo(start + LITTLE.formatted(name));
  }

  @Test
  void a_fold_says_it() {
    CliRun run = CliRun.of("fold", untrained, "-o", folded);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(warnings(run))
        .singleElement()
        .satisfies(warning -> assertSaysHowMany(warning, "Warning: "));
    assertThat(run.out()).contains("Verified: ");
  }

  @Test
  void a_verification_says_it_of_the_reference_in_the_words_of_the_fold() {
    String words = warnings(CliRun.of("fold", untrained, "-o", folded)).get(0);

    CliRun run = CliRun.of("verify", untrained, folded);

    assertThat(run.code()).as(run.err()).isZero();
    String file = "Warning: %s: ".formatted(untrained);
    assertThat(warnings(run)).containsExactly(words.replace("Warning: ", file));
    assertSaysHowMany(warnings(run).get(0), file);
  }

  @Test
  void a_verification_says_it_of_the_candidate_and_of_one_file_once() {
    CliRun.of("fold", untrained, "-o", folded);

    CliRun second = CliRun.of("verify", folded, untrained);
    CliRun both = CliRun.of("verify", untrained, untrained);

    assertThat(warnings(second))
        .singleElement()
        .satisfies(w -> assertSaysHowMany(w, "Warning: %s: ".formatted(untrained)));
    assertThat(warnings(both)).isEqualTo(warnings(second));
  }

  @Test
  void a_verification_that_fails_says_it_too_and_the_exit_code_stays() {
    CliRun run = CliRun.of("verify", untrained, Models.wrong(folder));

    assertThat(run.code()).isEqualTo(3);
    assertThat(warnings(run)).hasSize(1);
    assertThat(run.out()).contains("NOT the same");
  }

  @Test
  void the_reports_for_programs_hold_it() throws Exception {
    CliRun.of("fold", untrained, "-o", folded);
    Path xml = folder.resolve("verify.xml");

    CliRun run = CliRun.of("verify", untrained, folded, "--json", "--junit-xml", xml);

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode warnings = Json.parse(run.out()).get("warnings");
    assertThat(warnings).hasSize(1);
    assertSaysHowMany(warnings.get(0).asText(), untrained + ": ");
    assertThat(suiteOutputs(xml)).containsExactly(warnings.get(0).asText());
    CliRun fold = CliRun.of("fold", untrained, "-o", folded, "--json");
    assertSaysHowMany(Json.parse(fold.out()).at("/report/warnings/0").asText(), "");
  }

  @Test
  void a_trained_model_is_not_accused() throws Exception {
    Path trained = Models.trained(folder);
    Path xml = folder.resolve("verify.xml");
    Path json = folder.resolve("verify.json");

    CliRun fold = CliRun.of("fold", trained, "-o", folded);
    CliRun run = CliRun.of("verify", trained, folded, "--json", json, "--junit-xml", xml);

    assertThat(fold.code() + run.code()).as(fold.err() + run.err()).isZero();
    assertThat(fold.out() + run.out()).doesNotContainIgnoringCase("warning");
    assertThat(Json.parse(Files.readString(json)).get("warnings")).isEmpty();
    assertThat(suiteOutputs(xml)).isEmpty();
  }

  @Test
  void norms_in_training_mode_are_named_by_both() {
    Path model = trainingMode();
    String words =
        "1 BatchNormalization node is in training mode; export the model in inference mode";

    CliRun fold = CliRun.of("fold", model, "--dry-run");

    assertThat(warnings(fold)).containsExactly("Warning: " + words);
    assertThat(ModelWarnings.of(model, model)).containsExactly("%s: %s".formatted(model, words));
  }

  @Test
  void a_compiled_plan_is_not_looked_into() throws IOException {
    Path plan = Files.writeString(folder.resolve("model.plan"), "ftrt, and what follows it");

    assertThat(ModelWarnings.of(plan, untrained)).hasSize(1);
  }

  private Path trainingMode() {
    GraphBuilder b = new GraphBuilder("net", WeightSource.random(3));
    List<String> inputs = new ArrayList<>(List.of(b.input("x", 1, 2, 5, 4)));
    for (Role role : List.of(Role.GAMMA, Role.BETA, Role.MEAN, Role.VARIANCE)) {
      inputs.add(b.parameter("norm_" + role, role, 2));
    }
    b.output(b.op("norm", new Op.BatchNormalization(0.1f, 0.9f, true), inputs, 2));
    return Models.write(folder.resolve("training.onnx"), b.build());
  }

  /** What the suite as a whole says. */
  private static List<String> suiteOutputs(Path xml) throws Exception {
    Element suite =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(xml.toFile())
            .getDocumentElement();
    List<String> outputs = new ArrayList<>();
    NodeList children = suite.getChildNodes();
    for (int i = 0; i < children.getLength(); i++) {
      if (children.item(i).getNodeName().equals("system-out")) {
        outputs.add(children.item(i).getTextContent());
      }
    }
    return outputs;
  }
}
