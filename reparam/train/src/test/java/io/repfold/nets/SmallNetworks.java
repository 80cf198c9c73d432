package io.repfold.nets;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Arguments that make each network small enough for a test. */
final class SmallNetworks {
  private SmallNetworks() {}

  static Map<String, Object> arguments(String type) {
    Map<String, Object> all = new HashMap<>();
    if (type.equals("RepLite")) {
      all.put("width", 4);
      return all;
    }
    all.put("base_channels", type.equals("SegResNet") ? 16 : 8);
    List<String> backbones = Networks.backbones(type);
    if (backbones.contains("resnet18")) {
      all.put("backbone", "resnet18");
    } else if (!backbones.isEmpty()) {
      all.put("backbone", backbones.get(0));
    }
    return all;
  }
}
