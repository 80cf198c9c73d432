package io.repfold.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The operator sets that a model imports.
 *
 * @param versions by domain, the default one always among them
 * @param forReading the default domain's version; 0, in which no op has a meaning, if the model
 *     does not import it
 */
record Opsets(Map<String, Integer> versions, int forReading) {
  /** A domain that is listed twice counts with its higher version. */
  static Opsets of(ModelProto model) {
    Map<String, Integer> versions = new LinkedHashMap<>();
    for (OperatorSetIdProto id : model.getOpsetImportList()) {
      String domain = Domains.normal(GraphReader.name(id.getDomainBytes(), "An operator set"));
      Check.that(
          id.getVersion() >= 1 && id.getVersion() <= Integer.MAX_VALUE,
          "Operator set '%s' has version %d, which is no version",
          domain,
          id.getVersion());
      versions.merge(domain, (int) id.getVersion(), Math::max);
    }
    boolean predates = model.getOpsetImportCount() == 0;
    int imported = versions.getOrDefault("", predates ? 1 : 0);
    Check.that(
        imported <= IrVersions.NEWEST_OPSET,
        "The model uses ONNX opset %d; repfold knows opsets up to %d. Export it with a lower opset,"
            + " or convert it with onnx.version_converter",
        imported,
        IrVersions.NEWEST_OPSET);
    versions.putIfAbsent("", 1);
    return new Opsets(versions, imported);
  }
}
