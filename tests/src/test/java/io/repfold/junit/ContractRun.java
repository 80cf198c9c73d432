package io.repfold.junit;

import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What JUnit reports of a class. */
final class ContractRun implements TestExecutionListener {
  private final List<Ended> ended = new ArrayList<>();

  /**
   * A test or container that ended, or was skipped.
   *
   * @param outcome SUCCESSFUL, FAILED, ABORTED or SKIPPED
   * @param message why
   */
  record Ended(String name, boolean isTest, String outcome, String type, String message) {}

  private ContractRun() {}

  static ContractRun of(Class<?> type) {
    ContractRun run = new ContractRun();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClass(type))
            .build();
    LauncherFactory.create().execute(request, run);
    return run;
  }

  /** The invocations, in order. */
  List<Ended> tests() {
    return ended.stream().filter(Ended::isTest).toList();
  }

  /** What failed of what is no invocation. */
  List<Ended> failedContainers() {
    return ended.stream().filter(e -> !e.isTest && e.outcome.equals("FAILED")).toList();
  }

  @Override
  public void executionSkipped(TestIdentifier identifier, String reason) {
    ended.add(new Ended(identifier.getDisplayName(), identifier.isTest(), "SKIPPED", "", reason));
  }

  @Override
  public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
    ended.add(
        new Ended(
            identifier.getDisplayName(),
            identifier.isTest(),
            result.getStatus().name(),
            result.getThrowable().map(t -> t.getClass().getName()).orElse(""),
            result.getThrowable().map(t -> String.valueOf(t.getMessage())).orElse("")));
  }
}
