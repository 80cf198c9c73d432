package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.WeightSource;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks at 21 classes, classifiers at 1000, have the parameters that were published. */
class PublishedCountsTest {
  private static final Pattern PAIR = Pattern.compile("(\\w+)=(\\w+)");
  private static final WeightSource WEIGHTS = WeightSource.everywhere(0.5);

  private static long count(String type, int classes, @Nullable String arguments) {
    Map<String, Object> given = new HashMap<>();
    PAIR.matcher(arguments == null ? "" : arguments)
        .results()
        .forEach(pair -> given.put(pair.group(1), value(pair.group(2))));
    return Networks.build(type, given, classes, WEIGHTS).parameters();
  }

  private static Object value(String text) {
    if (text.chars().allMatch(Character::isDigit)) {
      return Integer.valueOf(text);
    }
    return text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : text;
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "FCN8, , 134362751",
    "UNet, , 26356469",
    "UNetResnet, , 30000528",
    "SegNet, , 29492181",
    "SegResNet, , 53564309",
    "ENet, , 358632",
    "UperNet, , 126116693",
    "UperNet, backbone=resnet50, 107124565",
    "DeepLab, , 54705317",
    "DeepLab, backbone=resnet50, 40352181",
    "DeepLab, backbone=resnet101, 59344309",
    "DeepLab_DUC_HDC, , 69185509",
    "DeepLabV3, , 42004074",
    "DeepLabV3, backbone=resnet101, 60996202",
    "DeepLabV3-GluonCV, , 42127850",
    "DeepLabV3-GluonCV, use_aux=false, 39762645",
    "DeepLabV3-GluonCV, backbone=resnet101, 61119978",
    "DeepLabV3-GluonCV, backbone=resnet152, 76763626",
    "DeepLabV3-Toolbox, , 63228906",
    "PSPNet-Toolbox, , 70439402",
    "PSPNet-GluonCV, , 49081578",
    "PSPNet-GluonCV, backbone=resnet101, 68073706",
    "PSPNet-Paddle, , 46745685",
    "PSPNet-Paddle, backbone=resnet101, 65763925",
    "FCN-GluonCV, , 35445994",
    "FCN-GluonCV, backbone=resnet101, 54438122",
    "FCN, , 35322218",
    "LRASPP, , 3221538",
    "DeepLabV3-MobileNetV3, , 11029328",
    "DeepLabV3-MobileNetV3, use_aux=false, 11025477"
  })
  void networks_have_the_published_parameters(
      String type, @Nullable String arguments, long expected) {
    assertThat(count(type, 21, arguments)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ResNet-18, 11689512",
    "ResNet-34, 21797672",
    "ResNet-50, 25557032",
    "ResNet-101, 44549160",
    "ResNet-152, 60192808",
    "DenseNet-121, 7978856",
    "DenseNet-161, 28681000",
    "DenseNet-169, 14149480",
    "DenseNet-201, 20013928",
    "MobileNetV3-Large, 5483032"
  })
  void classifiers_have_the_parameters_of_torchvision(String type, long expected) {
    assertThat(count(type, 1000, null)).isEqualTo(expected);
  }

  /** Published with two batch normalizations in each of nine refinements that nothing reads. */
  @ParameterizedTest(name = "use_deconv {0}")
  @CsvSource({"false, 25394294", "true, 25414139"})
  void gcn_lacks_only_what_its_publication_never_used(boolean transposes, long published) {
    assertThat(count("GCN", 21, "use_deconv=" + transposes)).isEqualTo(published - 9 * 2 * 2 * 21);
  }

  /** Published with the same weights in the second and third convolution of the stem. */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "PSPDenseNet, none, 42290282",
    "RepPSPDense, acb, 55935722",
    "RepPSPDense, dbb, 82863850",
    "RepPSPDense, dbb2, 80586730",
    "RepPSPDense, dbb3, 80586730",
    "RepPSPDense, dbb4, 82863850",
    "RepPSPDense, repvgg, 44567402"
  })
  void a_deep_stem_shares_no_weights(String type, String kind, long published) {
    long shared = 64 * 64 * 9 + 2 * 64;
    assertThat(count(type, 21, "stem=deep repconv=" + kind)).isEqualTo(published + shared);
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource({
    "RepENet, acb, , 395939",
    "RepENet, dbb, , 433209",
    "RepENet, dbb2, , 426206",
    "RepENet, dbb3, , 426702",
    "RepENet, dbb4, , 433705",
    "RepENet, repvgg, , 366118",
    "RepDeepLab, acb, , 65554085",
    "RepDeepLab, dbb, , 87702260",
    "RepDeepLab, dbb2, , 85890004",
    "RepDeepLab, dbb3, , 85976676",
    "RepDeepLab, dbb4, , 87788932",
    "RepDeepLab, repvgg, , 56736821",
    "RepDeepLab, acb, backbone=resnet101, 69649333",
    "RepDeepLab, dbb, backbone=resnet101, 90989845",
    "RepDeepLab, dbb2, backbone=resnet101, 89268501",
    "RepDeepLab, dbb3, backbone=resnet101, 89269013",
    "RepDeepLab, dbb4, backbone=resnet101, 90990357",
    "RepDeepLab, repvgg, backbone=resnet101, 61066165",
    "RepDUCHDC, acb, , 85785061",
    "RepDUCHDC, dbb, , 120767301",
    "RepDUCHDC, dbb2, , 117995333",
    "RepDUCHDC, dbb3, , 117995845",
    "RepDUCHDC, dbb4, , 120767813",
    "RepDUCHDC, repvgg, , 71957989"
  })
  void rep_forms_have_the_parameters_of_their_kind(
      String type, String kind, @Nullable String arguments, long expected) {
    String all = "repconv=" + kind + (arguments == null ? "" : " " + arguments);
    assertThat(count(type, 21, all)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} classes")
  @CsvSource({"19, 46744659", "2, 46735938"})
  void a_class_costs_as_many_parameters_as_published(int classes, long expected) {
    assertThat(count("PSPNet-Paddle", classes, null)).isEqualTo(expected);
  }
}
