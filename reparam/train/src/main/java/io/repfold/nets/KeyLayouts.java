package io.repfold.nets;

import static io.repfold.nets.KeyLayout.rule;

import io.repfold.nets.KeyLayout.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The layouts of keys that are known. */
final class KeyLayouts {
  private static final Rule RESNET = rule("^(conv1|bn1|layer[1-4])\\.", "backbone.$1.");
  private static final Rule AUXILIARY_CONV = rule("^aux_classifier\\.0\\.", "auxiliary_head.conv.");
  private static final Rule AUXILIARY_NORM = rule("^aux_classifier\\.1\\.", "auxiliary_head.bn.");
  private static final Rule AUXILIARY_SCORES =
      rule("^aux_classifier\\.4\\.", "auxiliary_head.classifier.");
  private static final List<String> RATES = List.of("rate12", "rate24", "rate36");

  private KeyLayouts() {}

  static List<KeyLayout> all() {
    return List.of(
        new KeyLayout("repfold", List.of()),
        new KeyLayout("torchvision and timm ResNet", List.of(RESNET, rule("^fc\\.", "logits."))),
        torchvisionDenseNet(),
        torchvisionFcn(),
        torchvisionDeepLab(),
        timmRepVgg(),
        mobileOne(),
        new KeyLayout("timm RepViT", List.of(rule("^(stem|stages)\\.", "backbone.$1."))),
        timmMobileOne(),
        new KeyLayout(
            "torchvision MobileNetV3",
            List.of(rule("^features\\.", "backbone."), rule("^classifier\\.3\\.", "logits."))),
        repVgg(),
        blocks(),
        mmsegmentation("mmsegmentation", "head."),
        mmsegmentation("mmsegmentation DeepLabV3", "aspp.project."),
        gluonDeepLab(),
        paddle());
  }

  private static KeyLayout torchvisionDenseNet() {
    return new KeyLayout(
        "torchvision DenseNet",
        List.of(
            rule("^features\\.", "backbone."),
            rule("^classifier\\.(weight|bias)$", "logits.$1"),
            rule("(denselayer\\d+)\\.(norm|conv)\\.([12])\\.", "$1.$2$3.")));
  }

  private static KeyLayout torchvisionFcn() {
    return new KeyLayout(
        "torchvision FCN",
        List.of(
            rule("^classifier\\.0\\.", "head.conv."),
            rule("^classifier\\.1\\.", "head.bn."),
            rule("^classifier\\.4\\.", "head.classifier."),
            AUXILIARY_CONV,
            AUXILIARY_NORM,
            AUXILIARY_SCORES));
  }

  private static KeyLayout torchvisionDeepLab() {
    List<Rule> rules = new ArrayList<>();
    rules.addAll(
        branches("^classifier\\.0\\.convs\\.%d\\.0\\.", "^classifier\\.0\\.convs\\.%d\\.1\\."));
    rules.add(rule("^classifier\\.0\\.convs\\.4\\.1\\.", "aspp.pool.conv."));
    rules.add(rule("^classifier\\.0\\.convs\\.4\\.2\\.", "aspp.pool.bn."));
    rules.add(rule("^classifier\\.0\\.project\\.0\\.", "aspp.project.conv."));
    rules.add(rule("^classifier\\.0\\.project\\.1\\.", "aspp.project.bn."));
    rules.add(rule("^classifier\\.1\\.", "head.conv."));
    rules.add(rule("^classifier\\.2\\.", "head.bn."));
    rules.add(rule("^classifier\\.4\\.", "head.classifier."));
    rules.addAll(List.of(AUXILIARY_CONV, AUXILIARY_NORM, AUXILIARY_SCORES));
    return new KeyLayout("torchvision DeepLabV3", rules);
  }

  /**
   * The branches of {@link Aspp} by their number.
   *
   * @param conv key of a branch's convolution, with its number as {@code %d}
   * @param norm likewise of its batch normalization
   */
  private static List<Rule> branches(String conv, String norm) {
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i <= RATES.size(); i++) {
      String branch = i == 0 ? "pointwise" : RATES.get(i - 1);
      rules.add(rule(conv.formatted(i), "aspp." + branch + ".conv."));
      rules.add(rule(norm.formatted(i), "aspp." + branch + ".bn."));
    }
    return rules;
  }

  private static KeyLayout timmRepVgg() {
    return new KeyLayout(
        "timm RepVGG",
        List.of(
            rule("^stem\\.", "backbone.stage0.0."),
            rule("^stages\\.0\\.", "backbone.stage1."),
            rule("^stages\\.1\\.", "backbone.stage2."),
            rule("^stages\\.2\\.", "backbone.stage3."),
            rule("^stages\\.3\\.", "backbone.stage4."),
            rule("\\.conv_kxk\\.", ".kxk."),
            rule("\\.conv_1x1\\.", ".pointwise."),
            rule("\\.identity\\.(weight|bias|running)", ".identity.bn.$1"),
            rule("^head\\.fc\\.", "logits.")));
  }

  private static KeyLayout timmMobileOne() {
    return new KeyLayout(
        "timm MobileOne",
        List.of(
            rule("^(stem|stages)\\.", "backbone.$1."),
            rule("\\.conv_kxk\\.(\\d+)\\.", ".kxk$1."),
            rule("\\.conv_scale\\.", ".pointwise."),
            rule("\\.identity\\.", ".identity.bn."),
            rule("^head\\.fc\\.", "logits.")));
  }

  private static KeyLayout mobileOne() {
    return new KeyLayout(
        "MobileOne",
        List.of(
            rule("^stage0\\.", "backbone.stem."),
            rule("^stage1\\.", "backbone.stages.0."),
            rule("^stage2\\.", "backbone.stages.1."),
            rule("^stage3\\.", "backbone.stages.2."),
            rule("^stage4\\.", "backbone.stages.3."),
            rule("\\.rbr_conv\\.(\\d+)\\.", ".kxk$1."),
            rule("\\.rbr_scale\\.", ".pointwise."),
            rule("\\.rbr_skip\\.", ".identity.bn."),
            rule("\\.se\\.reduce\\.", ".attn.fc1."),
            rule("\\.se\\.expand\\.", ".attn.fc2."),
            rule("^linear\\.", "logits.")));
  }

  private static KeyLayout repVgg() {
    return new KeyLayout(
        "RepVGG",
        List.of(
            rule("^stage0\\.rbr", "stage0.0.rbr"),
            rule("^stage", "backbone.stage"),
            rule("\\.rbr_dense\\.", ".kxk."),
            rule("\\.rbr_1x1\\.", ".pointwise."),
            rule("\\.rbr_identity\\.", ".identity.bn."),
            rule("^linear\\.", "logits.")));
  }

  /** ResNets of ACNet and of the diverse branch block. */
  private static KeyLayout blocks() {
    return new KeyLayout(
        "ACNet and DBB",
        List.of(
            rule("^stage0\\.conv1\\.conv\\.", "backbone.conv1."),
            rule("^stage0\\.conv1\\.bn\\.", "backbone.bn1."),
            rule("^stage(\\d)\\.(\\d+)\\.", "backbone.layer$1.$2."),
            rule("\\.shortcut\\.conv\\.", ".downsample.0."),
            rule("\\.shortcut\\.bn\\.", ".downsample.1."),
            rule("\\.conv(\\d)\\.conv\\.", ".conv$1."),
            rule("\\.conv(\\d)\\.bn\\.", ".bn$1."),
            rule("\\.square_(conv|bn)\\.", ".kxk.$1."),
            rule("\\.hor_(conv|bn)\\.", ".horizontal.$1."),
            rule("\\.ver_(conv|bn)\\.", ".vertical.$1."),
            rule("\\.dbb_origin\\.", ".kxk."),
            rule("\\.dbb_1x1\\.", ".pointwise."),
            rule("\\.dbb_avg\\.bn\\.bn\\.", ".average.bn."),
            rule("\\.dbb_avg\\.avgbn\\.", ".average.bn_2."),
            rule("\\.dbb_avg\\.", ".average."),
            new Rule(Pattern.compile("\\.dbb_1x1_kxk\\.idconv1\\."), ".sequence.conv.", true),
            rule("\\.dbb_1x1_kxk\\.conv1\\.", ".sequence.conv."),
            rule("\\.dbb_1x1_kxk\\.bn1\\.bn\\.", ".sequence.bn."),
            rule("\\.dbb_1x1_kxk\\.conv2\\.", ".sequence.conv_2."),
            rule("\\.dbb_1x1_kxk\\.bn2\\.", ".sequence.bn_2."),
            rule("^linear\\.", "logits.")));
  }

  /** Heads for pyramids, atrous pyramids and plain convolutions on ResNetV1c, V1d and ResNet. */
  private static KeyLayout mmsegmentation(String name, String bottleneck) {
    List<Rule> rules = new ArrayList<>();
    rules.add(rule("^backbone\\.stem\\.7\\.", "backbone.bn1."));
    rules.add(rule("^backbone\\.stem\\.", "backbone.conv1."));
    List<Integer> bins = List.of(1, 2, 3, 6);
    for (int i = 0; i < bins.size(); i++) {
      rules.add(
          rule(
              "^decode_head\\.psp_modules\\.%d\\.1\\.(conv|bn)\\.".formatted(i),
              "pyramid.bin" + bins.get(i) + ".$1."));
    }
    rules.add(rule("^decode_head\\.image_pool\\.1\\.", "aspp.pool."));
    rules.addAll(
        branches(
            "^decode_head\\.aspp_modules\\.%d\\.conv\\.",
            "^decode_head\\.aspp_modules\\.%d\\.bn\\."));
    rules.add(rule("^decode_head\\.bottleneck\\.", bottleneck));
    rules.add(rule("^decode_head\\.convs\\.0\\.", "head."));
    rules.add(rule("^decode_head\\.conv_seg\\.", "head.classifier."));
    rules.add(rule("^auxiliary_head\\.convs\\.0\\.", "auxiliary_head."));
    rules.add(rule("^auxiliary_head\\.conv_seg\\.", "auxiliary_head.classifier."));
    return new KeyLayout(name, rules);
  }

  private static KeyLayout gluonDeepLab() {
    List<Rule> rules = new ArrayList<>();
    rules.add(RESNET);
    String branch = "^head\\.aspp\\.concurent\\.%d\\.";
    rules.addAll(branches(branch + "0\\.", branch + "1\\."));
    rules.add(rule("^head\\.aspp\\.concurent\\.4\\.gap\\.1\\.", "aspp.pool.conv."));
    rules.add(rule("^head\\.aspp\\.concurent\\.4\\.gap\\.2\\.", "aspp.pool.bn."));
    rules.add(rule("^head\\.aspp\\.project\\.0\\.", "aspp.project.conv."));
    rules.add(rule("^head\\.aspp\\.project\\.1\\.", "aspp.project.bn."));
    rules.add(rule("^(head|auxlayer)\\.block\\.0\\.", "$1.conv."));
    rules.add(rule("^(head|auxlayer)\\.block\\.1\\.", "$1.bn."));
    rules.add(rule("^(head|auxlayer)\\.block\\.4\\.", "$1.classifier."));
    rules.add(rule("^auxlayer\\.", "auxiliary_head."));
    rules.add(rule("\\.gamma$", ".weight"));
    rules.add(rule("\\.beta$", ".bias"));
    return new KeyLayout("GluonCV", rules);
  }

  private static KeyLayout paddle() {
    List<Rule> rules = new ArrayList<>();
    rules.add(rule("^backbone\\.conv1_1\\._conv\\.", "backbone.conv1.0."));
    rules.add(rule("^backbone\\.conv1_1\\._batch_norm\\.", "backbone.conv1.1."));
    rules.add(rule("^backbone\\.conv1_2\\._conv\\.", "backbone.conv1.3."));
    rules.add(rule("^backbone\\.conv1_2\\._batch_norm\\.", "backbone.conv1.4."));
    rules.add(rule("^backbone\\.conv1_3\\._conv\\.", "backbone.conv1.6."));
    rules.add(rule("^backbone\\.conv1_3\\._batch_norm\\.", "backbone.bn1."));
    for (int i = 0; i < 4; i++) {
      rules.add(rule("^backbone\\.bb_%d_".formatted(i), "backbone.layer" + (i + 1) + "."));
    }
    for (int i = 2; i >= 0; i--) {
      rules.add(rule("\\.conv%d\\._conv\\.".formatted(i), ".conv" + (i + 1) + "."));
      rules.add(rule("\\.conv%d\\._batch_norm\\.".formatted(i), ".bn" + (i + 1) + "."));
    }
    rules.add(rule("\\.short\\._conv\\.", ".downsample.1."));
    rules.add(rule("\\.short\\._batch_norm\\.", ".downsample.2."));
    List<Integer> bins = List.of(1, 2, 3, 6);
    for (int i = 0; i < bins.size(); i++) {
      rules.add(
          rule(
              "^head\\.psp_module\\.stages\\.%d\\.1\\.".formatted(i),
              "pyramid.bin" + bins.get(i) + "."));
    }
    rules.add(rule("^head\\.psp_module\\.conv_bn_relu2\\.", "head."));
    rules.add(rule("^head\\.conv\\.", "head.classifier."));
    rules.add(rule("^head\\.auxlayer\\.conv_bn_relu\\.", "auxiliary_head."));
    rules.add(rule("^head\\.auxlayer\\.conv\\.", "auxiliary_head.classifier."));
    rules.add(rule("\\._conv\\.", ".conv."));
    rules.add(rule("\\._batch_norm\\.", ".bn."));
    rules.add(rule("\\._mean$", ".running_mean"));
    rules.add(rule("\\._variance$", ".running_var"));
    return new KeyLayout("PaddleSeg", rules);
  }
}
