package io.repfold.nets;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.graph.WeightSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names in the published sources are names of parameters here. */
class KeyLayoutsTest {
  private static KeyLayout layout(String name) {
    return KeyLayouts.all().stream().filter(l -> l.name().equals(name)).findFirst().orElseThrow();
  }

  private static Set<String> names(String type, Object... arguments) {
    Map<String, Object> all = new HashMap<>(Map.of("base_channels", 4));
    for (int i = 0; i < arguments.length; i += 2) {
      all.put((String) arguments[i], arguments[i + 1]);
    }
    return Networks.build(type, all, 3, WeightSource.everywhere(1)).graph().initializers().keySet();
  }

  @ParameterizedTest
  @CsvSource({
    "backbone.stem.0.weight, backbone.conv1.0.weight",
    "backbone.stem.4.running_var, backbone.conv1.4.running_var",
    "backbone.stem.6.weight, backbone.conv1.6.weight",
    "backbone.stem.7.bias, backbone.bn1.bias",
    "backbone.layer3.5.bn2.weight, backbone.layer3.5.bn2.weight",
    "backbone.layer4.0.downsample.1.running_mean, backbone.layer4.0.downsample.1.running_mean",
    "decode_head.psp_modules.0.1.conv.weight, pyramid.bin1.conv.weight",
    "decode_head.psp_modules.3.1.bn.running_var, pyramid.bin6.bn.running_var",
    "decode_head.bottleneck.conv.weight, head.conv.weight",
    "decode_head.bottleneck.bn.bias, head.bn.bias",
    "decode_head.conv_seg.bias, head.classifier.bias",
    "auxiliary_head.convs.0.conv.weight, auxiliary_head.conv.weight",
    "auxiliary_head.convs.0.bn.weight, auxiliary_head.bn.weight",
    "auxiliary_head.conv_seg.weight, auxiliary_head.classifier.weight"
  })
  void mmsegmentation_pspnet(String key, String name) {
    assertThat(layout("mmsegmentation").translate(key).name()).isEqualTo(name);
    assertThat(names("PSPNet-mmseg")).contains(name);
  }

  @ParameterizedTest
  @CsvSource({
    "decode_head.image_pool.1.conv.weight, aspp.pool.conv.weight",
    "decode_head.aspp_modules.0.conv.weight, aspp.pointwise.conv.weight",
    "decode_head.aspp_modules.3.bn.running_mean, aspp.rate36.bn.running_mean",
    "decode_head.bottleneck.conv.weight, aspp.project.conv.weight",
    "decode_head.conv_seg.weight, head.classifier.weight"
  })
  void mmsegmentation_deeplab(String key, String name) {
    assertThat(layout("mmsegmentation DeepLabV3").translate(key).name()).isEqualTo(name);
    assertThat(names("DeepLabV3-mmseg")).contains(name);
  }

  @ParameterizedTest
  @CsvSource({
    "conv1.0.weight, backbone.conv1.0.weight",
    "conv1.1.gamma, backbone.conv1.1.weight",
    "layer2.3.bn3.beta, backbone.layer2.3.bn3.bias",
    "layer1.0.downsample.1.running_var, backbone.layer1.0.downsample.1.running_var",
    "head.aspp.concurent.0.0.weight, aspp.pointwise.conv.weight",
    "head.aspp.concurent.2.1.gamma, aspp.rate24.bn.weight",
    "head.aspp.concurent.4.gap.1.weight, aspp.pool.conv.weight",
    "head.aspp.concurent.4.gap.2.running_mean, aspp.pool.bn.running_mean",
    "head.aspp.project.1.beta, aspp.project.bn.bias",
    "head.block.0.weight, head.conv.weight",
    "head.block.4.bias, head.classifier.bias",
    "auxlayer.block.1.gamma, auxiliary_head.bn.weight",
    "auxlayer.block.4.weight, auxiliary_head.classifier.weight"
  })
  void gluoncv(String key, String name) {
    assertThat(layout("GluonCV").translate(key).name()).isEqualTo(name);
    assertThat(names("DeepLabV3-GluonCV")).contains(name);
  }

  @ParameterizedTest
  @CsvSource({
    "backbone.conv1_1._conv.weight, backbone.conv1.0.weight",
    "backbone.conv1_2._batch_norm._mean, backbone.conv1.4.running_mean",
    "backbone.conv1_3._batch_norm._variance, backbone.bn1.running_var",
    "backbone.bb_0_0.conv0._conv.weight, backbone.layer1.0.conv1.weight",
    "backbone.bb_2_5.conv1._batch_norm.bias, backbone.layer3.5.bn2.bias",
    "backbone.bb_3_2.conv2._conv.weight, backbone.layer4.2.conv3.weight",
    "backbone.bb_1_0.short._conv.weight, backbone.layer2.0.downsample.1.weight",
    "backbone.bb_1_0.short._batch_norm.weight, backbone.layer2.0.downsample.2.weight",
    "head.psp_module.stages.2.1._conv.bias, pyramid.bin3.conv.bias",
    "head.psp_module.stages.0.1._batch_norm._mean, pyramid.bin1.bn.running_mean",
    "head.psp_module.conv_bn_relu2._conv.weight, head.conv.weight",
    "head.psp_module.conv_bn_relu2._batch_norm.weight, head.bn.weight",
    "head.conv.weight, head.classifier.weight",
    "head.auxlayer.conv_bn_relu._conv.bias, auxiliary_head.conv.bias",
    "head.auxlayer.conv_bn_relu._batch_norm._variance, auxiliary_head.bn.running_var",
    "head.auxlayer.conv.bias, auxiliary_head.classifier.bias"
  })
  void paddleseg(String key, String name) {
    assertThat(layout("PaddleSeg").translate(key).name()).isEqualTo(name);
    assertThat(names("PSPNet-PaddleSeg")).contains(name);
  }

  @ParameterizedTest
  @CsvSource({
    "stage0.rbr_dense.conv.weight, backbone.stage0.0.kxk.conv.weight",
    "stage0.rbr_1x1.bn.bias, backbone.stage0.0.pointwise.bn.bias",
    "stage3.7.rbr_identity.running_mean, backbone.stage3.7.identity.bn.running_mean",
    "stage1.0.rbr_1x1.conv.weight, backbone.stage1.0.pointwise.conv.weight",
    "linear.weight, logits.weight"
  })
  void repvgg(String key, String name) {
    assertThat(layout("RepVGG").translate(key).name()).isEqualTo(name);
    assertThat(names("RepVGG-A0")).contains(name);
  }

  @ParameterizedTest
  @CsvSource({
    "stage0.rbr_conv.0.conv.weight, backbone.stem.kxk0.conv.weight",
    "stage0.rbr_scale.bn.bias, backbone.stem.pointwise.bn.bias",
    "stage2.3.rbr_conv.0.bn.running_var, backbone.stages.1.3.kxk0.bn.running_var",
    "stage1.2.rbr_skip.weight, backbone.stages.0.2.identity.bn.weight",
    "stage4.0.se.reduce.weight, backbone.stages.3.0.attn.fc1.weight",
    "stage3.19.se.expand.bias, backbone.stages.2.19.attn.fc2.bias",
    "linear.weight, logits.weight"
  })
  void mobileone(String key, String name) {
    assertThat(layout("MobileOne").translate(key).name()).isEqualTo(name);
    assertThat(names("MobileOne-S4")).contains(name);
  }

  @ParameterizedTest
  @CsvSource({
    "stage0.conv1.conv.weight, backbone.conv1.weight",
    "stage0.conv1.bn.weight, backbone.bn1.weight",
    "stage2.0.shortcut.conv.weight, backbone.layer2.0.downsample.0.weight",
    "stage2.0.shortcut.bn.running_var, backbone.layer2.0.downsample.1.running_var",
    "stage1.1.conv2.square_conv.weight, backbone.layer1.1.conv2.kxk.conv.weight",
    "stage1.1.conv2.hor_bn.weight, backbone.layer1.1.conv2.horizontal.bn.weight",
    "stage4.0.conv1.ver_conv.weight, backbone.layer4.0.conv1.vertical.conv.weight",
    "linear.bias, logits.bias"
  })
  void acnet(String key, String name) {
    assertThat(layout("ACNet and DBB").translate(key).name()).isEqualTo(name);
    Object[] arguments = {"repconv", "acb", "repconv_backbone", true, "rep_norm", false};
    assertThat(names("ResNet-18", arguments)).contains(name);
  }

  @Test
  void the_kernel_that_starts_as_the_identity_is_stored_without_it() {
    KeyLayout.Translated kernel =
        layout("ACNet and DBB").translate("stage1.0.conv1.dbb_1x1_kxk.idconv1.weight");
    assertThat(kernel.name()).isEqualTo("backbone.layer1.0.conv1.sequence.conv.weight");
    assertThat(kernel.addsIdentity()).isTrue();
    assertThat(layout("ACNet and DBB").translate("stage1.0.conv1.dbb_1x1.conv.weight"))
        .isEqualTo(
            new KeyLayout.Translated("backbone.layer1.0.conv1.pointwise.conv.weight", false));
  }
}
