package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {
  @TempDir private Path folder;

  @Test
  void epochs_are_whole_numbers() {
    Path table = folder.resolve("metrics.csv");
    try (RunLog log = new RunLog(table, Optional.empty(), List.of("cat", "dog"), 0)) {
      log.step(2, 1, 0.5, 0.01, List.of());
      log.epoch(3, 1, 0.25, Optional.empty());
    }

    assertThat(table)
        .hasContent(
            """
            step,epoch,loss,learning_rate,train_loss,val_loss,Mean_IoU,Pixel_Accuracy,IoU cat,IoU dog
            2,1,0.5,0.01,,,,,,
            3,1,,,0.25,,,,,
            """);
  }
}
