package io.repfold.onnx;

import io.repfold.graph.Op;
import io.repfold.graph.Tensor;
import io.repfold.graph.Window;
import io.repfold.graph.Window.AutoPad;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The forms of convolutions, poolings, normalization and resizing. */
final class WindowForms {
  private static final List<String> COORDINATES =
      List.of(
          "half_pixel",
          "pytorch_half_pixel",
          "align_corners",
          "asymmetric",
          "tf_half_pixel_for_nn",
          "tf_crop_and_resize",
          "half_pixel_symmetric");
  private static final List<String> NEAREST =
      List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil");

  private WindowForms() {}

  static Map<String, OpForm> all() {
    return Map.of(
        "Conv", OpForm.of(1, 2, 3, WindowForms::conv),
        "ConvTranspose", OpForm.of(1, 2, 3, WindowForms::convTranspose),
        "BatchNormalization", new OpForm(6, 5, 5, 5, WindowForms::batchNormalization),
        "MaxPool", new OpForm(1, 1, 1, 2, WindowForms::maxPool),
        "MaxUnpool", OpForm.of(9, 2, 3, WindowForms::maxUnpool),
        "AveragePool", OpForm.of(1, 1, 1, WindowForms::averagePool),
        "GlobalAveragePool", OpForm.of(1, 1, 1, n -> new Op.GlobalAveragePool()),
        "Resize", OpForm.of(10, 1, 4, WindowForms::resize),
        "DepthToSpace", OpForm.of(1, 1, 1, WindowForms::depthToSpace),
        "SpaceToDepth",
            OpForm.of(1, 1, 1, n -> new Op.SpaceToDepth(n.requiredInteger("blocksize"))));
  }

  private static Op conv(NodeView node) {
    kernelOfWeight(node);
    return new Op.Conv(window(node, true), node.integer("group", 1));
  }

  private static Op convTranspose(NodeView node) {
    kernelOfWeight(node);
    Window window = window(node, true);
    List<Integer> outputShape = node.integers("output_shape").orElse(List.of());
    // How padding is shared out between begin and end was turned round in opset 11.
    boolean sharesPadding = window.autoPad() != AutoPad.NOTSET || !outputShape.isEmpty();
    node.require(node.opset() >= 11 || !sharesPadding);
    return new Op.ConvTranspose(
        window,
        node.integer("group", 1),
        node.integers("output_padding").orElse(List.of()),
        outputShape);
  }

  /** The op has no kernel size of its own, so the attribute must say what the weight says. */
  private static void kernelOfWeight(NodeView node) {
    Optional<List<Integer>> kernel = node.integers("kernel_shape");
    Optional<Tensor> weight = node.constantInput(1);
    if (kernel.isPresent() && weight.isPresent()) {
      node.require(Kernels.fits(kernel.get(), weight.get()));
    }
  }

  private static Window window(NodeView node, boolean dilates) {
    AutoPad autoPad = AutoPad.NOTSET;
    if (node.hasAttribute("auto_pad")) {
      List<String> names = List.of("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
      int choice = names.indexOf(node.text("auto_pad", ""));
      node.require(choice >= 0);
      autoPad = AutoPad.valueOf(names.get(Math.max(choice, 0)));
    }
    List<Integer> strides = node.integers("strides").orElse(List.of());
    List<Integer> dilations = dilates ? node.integers("dilations").orElse(List.of()) : List.of();
    List<Integer> pads = node.integers("pads").orElse(List.of());
    node.require(pads.stream().allMatch(p -> p >= 0));
    int rank = Math.max(strides.size(), Math.max(dilations.size(), pads.size() / 2));
    node.require(strides.isEmpty() || strides.size() == rank);
    node.require(dilations.isEmpty() || dilations.size() == rank);
    node.require(pads.isEmpty() || pads.size() == 2 * rank);
    return new Window(autoPad, strides, dilations, pads);
  }

  private static List<Integer> kernel(NodeView node, Window window) {
    List<Integer> kernel = node.integers("kernel_shape").orElse(List.of());
    node.require(!kernel.isEmpty() && kernel.stream().allMatch(k -> k >= 1));
    node.require(window.strides().isEmpty() || window.strides().size() == kernel.size());
    node.require(window.dilations().isEmpty() || window.dilations().size() == kernel.size());
    node.require(window.pads().isEmpty() || window.pads().size() == 2 * kernel.size());
    return kernel;
  }

  /** Opset 6 trains unless {@code is_test}; before 14, more than one output means training. */
  private static Op batchNormalization(NodeView node) {
    boolean training = node.wantedOutputs() > 1;
    if (node.opset() >= 14) {
      training = node.flag("training_mode", false);
      node.require(node.outputCount() <= 3);
    } else if (node.opset() < 7) {
      node.require(node.flag("is_test", false) && !training);
    }
    if (node.opset() < 9) {
      node.require(node.flag("spatial", true));
    }
    return new Op.BatchNormalization(
        node.real("epsilon", 1e-5f), node.real("momentum", 0.9f), training);
  }

  private static Op maxPool(NodeView node) {
    Window window = window(node, node.opset() >= 10);
    node.require(node.opset() >= 8 || node.outputCount() == 1);
    return new Op.MaxPool(
        kernel(node, window),
        window,
        node.opset() >= 10 && node.flag("ceil_mode", false),
        node.opset() >= 8 && node.flag("storage_order", false));
  }

  private static Op maxUnpool(NodeView node) {
    node.require(!node.hasAttribute("auto_pad"));
    Window window = window(node, false);
    return new Op.MaxUnpool(kernel(node, window), window);
  }

  private static Op averagePool(NodeView node) {
    Window window = window(node, node.opset() >= 19);
    return new Op.AveragePool(
        kernel(node, window),
        window,
        node.opset() >= 10 && node.flag("ceil_mode", false),
        node.opset() >= 7 && node.flag("count_include_pad", false));
  }

  private static Op resize(NodeView node) {
    if (node.opset() == 10) {
      node.require(node.inputCount() == 2 && node.hasInput(1));
      String mode = node.choice("mode", "nearest", List.of("nearest", "linear"));
      return new Op.Resize(
          mode, "asymmetric", "floor", -0.75f, false, 0, false, List.of(), "stretch", true);
    }
    boolean scaled = node.hasInput(2);
    boolean sized = node.hasInput(3);
    node.require(scaled || sized);
    String coordinates = node.choice("coordinate_transformation_mode", "half_pixel", COORDINATES);
    node.require(node.opset() < 13 || !coordinates.equals("tf_half_pixel_for_nn"));
    node.require(node.opset() >= 19 || !coordinates.equals("half_pixel_symmetric"));
    boolean newer = node.opset() >= 18;
    return new Op.Resize(
        node.choice("mode", "nearest", List.of("nearest", "linear", "cubic")),
        coordinates,
        node.choice("nearest_mode", "round_prefer_floor", NEAREST),
        node.real("cubic_coeff_a", -0.75f),
        node.flag("exclude_outside", false),
        node.real("extrapolation_value", 0),
        newer && node.flag("antialias", false),
        newer ? node.integers("axes").orElse(List.of()) : List.of(),
        newer
            ? node.choice(
                "keep_aspect_ratio_policy",
                "stretch",
                List.of("stretch", "not_larger", "not_smaller"))
            : "stretch",
        false);
  }

  private static Op depthToSpace(NodeView node) {
    String mode = node.opset() >= 11 ? node.choice("mode", "DCR", List.of("DCR", "CRD")) : "DCR";
    return new Op.DepthToSpace(node.requiredInteger("blocksize"), mode.equals("CRD"));
  }
}
