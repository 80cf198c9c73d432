package io.repfold.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.repfold.data.Dataset;
import io.repfold.data.Datasets;
import io.repfold.data.LabelCounts;
import io.repfold.data.LoaderArguments;
import io.repfold.nets.Network;
import io.repfold.nets.Networks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The recipe of the samples fits to their data. */
class GarmentsRecipeTest {
  private static final Path SAMPLES = Path.of("../../samples");

  private final TrainConfig recipe =
      TrainConfig.read(
          SAMPLES.resolve("garments.json"),
          List.of(
              "train_loader.args.data_dir=" + SAMPLES.resolve("garments"),
              "val_loader.args.data_dir=" + SAMPLES.resolve("garments")));

  @Test
  void both_loaders_find_scenes_with_every_class() {
    assertEveryClass(recipe.training(), 640);
    assertEveryClass(recipe.validation().orElseThrow(), 128);
  }

  @Test
  void it_trains_the_small_network() {
    TrainConfig.Typed architecture = recipe.architecture().orElseThrow();

    Network network =
        Networks.build(
            architecture.type(),
            architecture.args(),
            11,
            Networks.initialWeights(architecture.type(), recipe.seed()));

    assertThat(architecture.type()).isEqualTo("RepLite");
    assertThat(network.parameters()).isEqualTo(106_643);
  }

  private static void assertEveryClass(TrainConfig.Typed loader, int scenes) {
    Dataset dataset = Datasets.open(loader.type(), LoaderArguments.parse(loader.args()));
    LabelCounts counts = Datasets.check(dataset);

    assertThat(dataset.size()).isEqualTo(scenes);
    assertThat(dataset.classNames()).startsWith("background", "t-shirt").endsWith("ankle boot");
    assertThat(counts.pixels()).hasSize(11).doesNotContain(0);
  }
}
