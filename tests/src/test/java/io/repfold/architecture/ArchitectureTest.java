package io.repfold.architecture;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.repfold.cli.PlantedWork;
import io.repfold.graph.PlantedBreach;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The module map holds, and the rules that say so notice a class that breaks them. */
@Tag("slow")
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.repfold");

  private static final Set<String> WORK =
      Set.of(
          "io.repfold.fold.Folder",
          "io.repfold.fold.Expander",
          "io.repfold.graph.Interpreter",
          "io.repfold.graph.FixedShapes",
          "io.repfold.check.Judge",
          "io.repfold.check.Verifier",
          "io.repfold.precision.half.HalfPrecision",
          "io.repfold.precision.int8.Int8Conversion",
          "io.repfold.onnx.Sha256",
          "java.security.MessageDigest");

  private static final ArchRule ONLY_MAIN_ENDS_THE_PROGRAM =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.repfold.cli.Main")
          .should()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "halt", int.class);

  private static final ArchRule LIBRARIES_DO_NOT_PRINT =
      noClasses().that().resideOutsideOfPackage("io.repfold.cli..").should(ACCESS_STANDARD_STREAMS);

  private static final ArchRule NOBODY_LOGS =
      noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

  private static final ArchRule CORE_SHOWS_ONLY_ITSELF =
      noClasses()
          .that()
          .resideInAnyPackage("io.repfold.graph..", "io.repfold.blocks..", "io.repfold.fold..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "com.google.protobuf..",
              "ai.onnx..",
              "ai.onnxruntime..",
              "ai.djl..",
              "org.bytedeco..",
              "io.repfold.onnx..",
              "io.repfold.runtime..",
              "io.repfold.cli..");

  /** What sees both training and a runtime has no other home. */
  private static final String SEES_BOTH = "io.repfold.cli.WrittenModelCheck";

  private static final ArchRule THE_COMMAND_LINE_ONLY_ASKS_AND_SHOWS =
      noClasses()
          .that()
          .resideInAPackage("io.repfold.cli..")
          .and()
          .doNotHaveFullyQualifiedName(SEES_BOTH)
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "fold, narrow, compare or hash by themselves",
                  type -> WORK.contains(type.getName())))
          .because("a program must be able to do the same: such work belongs into the pipeline");

  static final List<ArchRule> RULES =
      List.of(
          ONLY_MAIN_ENDS_THE_PROGRAM,
          LIBRARIES_DO_NOT_PRINT,
          NOBODY_LOGS,
          CORE_SHOWS_ONLY_ITSELF,
          THE_COMMAND_LINE_ONLY_ASKS_AND_SHOWS);

  @Test
  void the_scan_saw_every_package_and_many_classes() {
    assertThat(CLASSES.size()).isGreaterThan(100);
    Set<String> seen =
        CLASSES.stream()
            .map(PackageMap::ourPackage)
            .flatMap(Optional::stream)
            .collect(Collectors.toSet());
    assertThat(seen).containsExactlyInAnyOrderElementsOf(PackageMap.packages());
  }

  @Test
  void packages_use_only_what_the_map_allows() {
    assertThat(PackageMap.breaches(CLASSES)).isEmpty();
  }

  @Test
  void packages_form_no_cycles() {
    slices().matching("io.repfold.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @ParameterizedTest
  @FieldSource("RULES")
  void the_rule_holds(ArchRule rule) {
    rule.check(CLASSES);
  }

  @ParameterizedTest
  @FieldSource("RULES")
  void the_rule_notices_a_planted_breach(ArchRule rule) {
    JavaClasses planted =
        new ClassFileImporter().importClasses(PlantedBreach.class, PlantedWork.class);

    assertThat(rule.evaluate(planted).hasViolation()).isTrue();
  }

  @Test
  void the_map_notices_a_planted_breach() {
    JavaClasses planted = new ClassFileImporter().importClasses(PlantedBreach.class);

    assertThat(PackageMap.breaches(planted))
        .anySatisfy(
            breach ->
                assertThat(breach)
                    .contains("PlantedBreach", "io.repfold.runtime.Engine", "may use nothing"));
  }

  @Test
  void at_least_half_of_all_top_level_types_are_hidden() {
    List<JavaClass> types =
        CLASSES.stream()
            .filter(JavaClass::isTopLevelClass)
            .filter(type -> !type.getSimpleName().equals("package-info"))
            .toList();
    List<String> open =
        types.stream()
            .filter(type -> type.getModifiers().contains(PUBLIC))
            .map(JavaClass::getName)
            .sorted()
            .toList();

    assertThat(open.size())
        .as("public of %d top-level types: %s", types.size(), String.join(", ", open))
        .isLessThanOrEqualTo(types.size() / 2);
  }

  @Test
  void what_the_command_line_must_not_use_is_there() throws ClassNotFoundException {
    for (String name : WORK) {
      assertThat(Class.forName(name)).isNotNull();
    }
    assertThat(Class.forName(SEES_BOTH)).isNotNull();
  }
}
