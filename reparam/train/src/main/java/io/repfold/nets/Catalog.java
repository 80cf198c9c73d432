package io.repfold.nets;

import io.repfold.blocks.RepKind;
import io.repfold.graph.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All networks, by the names that configurations have for them. */
final class Catalog {
  private static final String RESNET = "He et al., CVPR 2016, arXiv:1512.03385";
  private static final String DENSENET = "Huang et al., CVPR 2017, arXiv:1608.06993";
  private static final String FCN = "Long, Shelhamer and Darrell, CVPR 2015, arXiv:1411.4038";
  private static final String UNET = "Ronneberger, Fischer and Brox, MICCAI 2015, arXiv:1505.04597";
  private static final String SEGNET =
      "Badrinarayanan, Kendall and Cipolla, TPAMI 2017, arXiv:1511.00561";
  private static final String ENET = "Paszke et al., 2016, arXiv:1606.02147";
  private static final String GCN = "Peng et al., CVPR 2017, arXiv:1703.02719";
  private static final String UPERNET = "Xiao et al., ECCV 2018, arXiv:1807.10221";
  private static final String PSPNET = "Zhao et al., CVPR 2017, arXiv:1612.01105";
  private static final String DEEPLAB = "Chen et al., ECCV 2018, arXiv:1802.02611";
  private static final String DEEPLAB_V3 = "Chen et al., 2017, arXiv:1706.05587";
  private static final String DUC = "Wang et al., WACV 2018, arXiv:1702.08502";
  private static final String REPVGG = "Ding et al., CVPR 2021, arXiv:2101.03697";
  private static final String MOBILEONE = "Vasu et al., CVPR 2023, arXiv:2206.04040";
  private static final String REPVIT = "Wang et al., CVPR 2024, arXiv:2307.09283";
  private static final String MOBILENET_V3 = "Howard et al., ICCV 2019, arXiv:1905.02244";
  private static final String PP_LITESEG = "Peng et al., 2022, arXiv:2204.02681";
  private static final String BISENET_V2 = "Yu et al., IJCV 2021, arXiv:2004.02147";

  /** Of github.com/yassouali/pytorch-segmentation, for PASCAL VOC. */
  private static final String VOC =
      "VOC train_aug, crop 380 of 400, 32 images, SGD 0.01, poly, 80 epochs";

  /** Of github.com/speedinghzl/pytorch-segmentation-toolbox. */
  private static final String TOOLBOX =
      "Cityscapes, crop 769, 8 images, SGD 0.01, poly, 40,000 steps, OHEM optional";

  /** Of GluonCV's recipe for PASCAL VOC. */
  private static final String GLUON =
      "COCO, then SBD, then VOC, crop 480 of 520, 16 images, SGD 0.01, 0.001, 0.0001, poly";

  private static final String MMSEG =
      "Cityscapes, crop 512 x 1024, 8 images, SGD 0.01, poly, 40,000 steps";
  private static final String TORCHVISION =
      "COCO of VOC's classes, crop 480 of 520, SGD 0.01, poly, 30 epochs";

  private Catalog() {}

  static List<Architecture> all() {
    List<Architecture> all = new ArrayList<>();
    pyramids(all);
    encodersAndDecoders(all);
    atrous(all);
    all.add(
        Architecture.of("RepLite", "repfold", List.of(), RepLite::build)
            .rep("RepLite", RepKind.REPVGG)
            .initially(WeightSource::he));
    classifiers(all);
    lightweight(all);
    return List.copyOf(all);
  }

  private static void pyramids(List<Architecture> all) {
    Architecture psp =
        Architecture.of("PSPNet", PSPNET, ResNet.names(), PspNet::build).trained(VOC);
    all.add(psp);
    all.add(psp.rep("RepPSP", RepKind.DBB));
    all.add(
        psp.preset(
            "PSPNet-Toolbox",
            TOOLBOX,
            Map.ofEntries(
                Map.entry("backbone", "resnet101"),
                Map.entry("contract_dilation", false),
                Map.entry("ceil_mode", true),
                Map.entry("features_first", false),
                Map.entry("head_slope", 0.01),
                Map.entry("aux_bias", true),
                Map.entry("align_corners_logits", true))));
    all.add(
        psp.preset(
            "PSPNet-GluonCV", GLUON, Map.of("aux_width", 256, "align_corners_logits", true)));
    all.add(
        psp.preset(
            "PSPNet-mmseg",
            MMSEG,
            Map.of("stem_width", 32, "aux_width", 256, "align_corners_pyramid", false)));
    all.add(
        psp.preset(
            "PSPNet-PaddleSeg",
            "",
            Map.ofEntries(
                Map.entry("stem_width", 32),
                Map.entry("avg_down", true),
                Map.entry("contract_dilation", false),
                Map.entry("head_width", 1024),
                Map.entry("aux_width", 256),
                Map.entry("head_bias", true),
                Map.entry("bins", List.of(6, 3, 2, 1)),
                Map.entry("align_corners_pyramid", false))));
    all.add(
        psp.preset(
            "PSPNet-Paddle",
            "",
            Map.ofEntries(
                Map.entry("contract_dilation", false),
                Map.entry("style", "caffe"),
                Map.entry("conv_bias", true),
                Map.entry("head_bias", true),
                Map.entry("bins", List.of(6, 3, 2, 1)),
                Map.entry("use_aux", false),
                Map.entry("align_corners_logits", true))));
    Architecture dense =
        Architecture.of("PSPDenseNet", PSPNET, DenseNet.names(), PspDenseNet::build).trained(VOC);
    all.add(dense);
    all.add(dense.rep("RepPSPDense", RepKind.DBB));
    all.add(Architecture.of("UperNet", UPERNET, ResNet.names(), UperNet::build).trained(VOC));
  }

  private static void encodersAndDecoders(List<Architecture> all) {
    all.add(Architecture.of("FCN8", FCN, List.of(), Fcn8::build).trained(VOC));
    all.add(Architecture.of("UNet", UNET, List.of(), UNet::build).trained(VOC));
    all.add(Architecture.of("UNetResnet", UNET, ResNet.names(), UNetResNet::build).trained(VOC));
    all.add(Architecture.of("SegNet", SEGNET, List.of(), SegNet::build).trained(VOC));
    all.add(
        Architecture.of("SegResNet", SEGNET, SegResNet.backbones(), SegResNet::build).trained(VOC));
    Architecture enet = Architecture.of("ENet", ENET, List.of(), ENet::build).trained(VOC);
    all.add(enet);
    all.add(enet.rep("RepENet", RepKind.DBB));
    all.add(Architecture.of("GCN", GCN, ResNet.names(), Gcn::build).trained(VOC));
  }

  private static void atrous(List<Architecture> all) {
    Architecture plus =
        Architecture.of("DeepLab", DEEPLAB, DeepLabPlus.backbones(), DeepLabPlus::build)
            .trained(VOC);
    all.add(plus);
    all.add(plus.rep("RepDeepLab", RepKind.DBB));
    Architecture duc =
        Architecture.of("DeepLab_DUC_HDC", DUC, ResNet.names(), DucHdc::build).trained(VOC);
    all.add(duc);
    all.add(duc.rep("RepDUCHDC", RepKind.DBB));
    Architecture v3 =
        Architecture.of("DeepLabV3", DEEPLAB_V3, ResNet.names(), DeepLabV3::build)
            .trained(TORCHVISION);
    all.add(v3);
    all.add(v3.preset("DeepLabV3-GluonCV", GLUON, Map.of("stem", "deep", "align_corners", true)));
    all.add(
        v3.preset(
            "DeepLabV3-Toolbox",
            TOOLBOX,
            Map.ofEntries(
                Map.entry("backbone", "resnet101"),
                Map.entry("stem", "deep"),
                Map.entry("contract_dilation", false),
                Map.entry("ceil_mode", true),
                Map.entry("pool_first", true),
                Map.entry("head_conv", false),
                Map.entry("project_width", 512),
                Map.entry("head_slope", 0.01),
                Map.entry("aux_width", 512),
                Map.entry("aux_bias", true),
                Map.entry("align_corners", true))));
    all.add(
        v3.preset(
            "DeepLabV3-mmseg",
            MMSEG,
            Map.ofEntries(
                Map.entry("stem", "deep"),
                Map.entry("stem_width", 32),
                Map.entry("head_width", 512),
                Map.entry("project", "3x3"),
                Map.entry("pool_first", true),
                Map.entry("head_conv", false))));
    all.add(Architecture.of("DeepLabV3-Article", DEEPLAB_V3, List.of(), ArticleDeepLabV3::build));
    Architecture fcn = Architecture.of("FCN", FCN, ResNet.names(), Fcn::build).trained(TORCHVISION);
    all.add(fcn);
    all.add(fcn.preset("FCN-GluonCV", GLUON, Map.of("stem", "deep", "align_corners", true)));
  }

  private static void classifiers(List<Architecture> all) {
    for (String name : ResNet.names()) {
      String type = "ResNet-" + name.substring("resnet".length());
      all.add(
          Architecture.of(type, RESNET, List.of(), (c, a) -> ResNet.classifier(c, a, name))
              .initially(Catalog::byFanOut));
    }
    for (String name : DenseNet.names()) {
      String type = "DenseNet-" + name.substring("densenet".length());
      all.add(
          Architecture.of(type, DENSENET, List.of(), (c, a) -> DenseNet.build(c, a, name))
              .initially(Catalog::byFanIn));
    }
    for (RepVgg net : RepVgg.all()) {
      all.add(
          Architecture.of(net.type(), REPVGG, List.of(), net::build)
              .rep(net.type(), RepKind.REPVGG)
              .initially(Catalog::byFanIn));
    }
  }

  private static void lightweight(List<Architecture> all) {
    for (MobileOne net : MobileOne.all()) {
      all.add(
          Architecture.of(net.type(), MOBILEONE, List.of(), net::build)
              .rep(net.type(), RepKind.MOBILEONE)
              .initially(Catalog::byFanIn));
    }
    for (RepVit net : RepVit.all()) {
      all.add(
          Architecture.of(net.type(), REPVIT, List.of(), net::build).initially(Catalog::byFanIn));
    }
    all.add(
        Architecture.of("MobileNetV3-Large", MOBILENET_V3, List.of(), MobileNetV3::classifier)
            .initially(Catalog::byFanOut));
    all.add(Architecture.of("LRASPP", MOBILENET_V3, List.of(), LrAspp::build));
    all.add(
        Architecture.of("DeepLabV3-MobileNetV3", DEEPLAB_V3, List.of(), MobileDeepLabV3::build));
    for (PpLiteSeg net : PpLiteSeg.all()) {
      all.add(Architecture.of(net.type(), PP_LITESEG, List.of(), net::build));
    }
    all.add(Architecture.of("BiSeNetV2", BISENET_V2, List.of(), BiSeNetV2::build));
  }

  private static WeightSource byFanIn(long seed) {
    return WeightSource.normal(seed, WeightSource.Fan.IN);
  }

  private static WeightSource byFanOut(long seed) {
    return WeightSource.normal(seed, WeightSource.Fan.OUT);
  }
}
