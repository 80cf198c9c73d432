package io.repfold.junit;

import io.repfold.runtime.Availability;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs a method once for each case of its {@link EquivalenceContract}. */
final class EquivalenceContractExtension implements TestTemplateInvocationContextProvider {
  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getTestMethod(), EquivalenceContract.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    EquivalenceContract contract =
        AnnotationSupport.findAnnotation(context.getTestMethod(), EquivalenceContract.class)
            .orElseThrow();
    Path folder =
        Path.of(
            contract.output(),
            context.getRequiredTestClass().getName(),
            context.getRequiredTestMethod().getName());
    try {
      return ContractCases.of(contract, folder).stream().map(Invocation::new);
    } catch (RuntimeException e) {
      throw new ExtensionConfigurationException(
          "%s: %s".formatted(context.getRequiredTestMethod(), e.getMessage()), e);
    }
  }

  private record Invocation(ContractCase parts) implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int invocationIndex) {
      return "[%d] %s".formatted(invocationIndex, parts.name());
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(new OfOneCase(parts));
    }
  }

  /** Skips what cannot run here, and sees to it that nothing passes that was not verified. */
  private static final class OfOneCase
      implements ExecutionCondition, ParameterResolver, AfterTestExecutionCallback {
    private final ContractCase parts;
    private final EquivalenceCase parameter;

    OfOneCase(ContractCase parts) {
      this.parts = parts;
      this.parameter = new EquivalenceCase(parts);
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return parts.engine().availability() instanceof Availability.Missing missing
          ? ConditionEvaluationResult.disabled(
              "%s cannot run here: %s".formatted(parts.engine().name(), missing.reason()))
          : ConditionEvaluationResult.enabled(parts.engine().name() + " runs here");
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == EquivalenceCase.class;
    }

    @Override
    public Object resolveParameter(ParameterContext asked, ExtensionContext context) {
      return parameter;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
      if (context.getExecutionException().isEmpty() && !parameter.isVerified()) {
        throw new AssertionError(
            "%s ended without a call of EquivalenceCase.verify, so nothing was compared"
                .formatted(context.getRequiredTestMethod().getName()));
      }
    }
  }
}
