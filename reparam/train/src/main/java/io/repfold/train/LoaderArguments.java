package io.repfold.train;

import java.util.List;

/** The keys of {@code train_loader.args} and {@code val_loader.args}. */
final class LoaderArguments {
  static final List<String> KEYS =
      List.of(
          "data_dir",
          "batch_size",
          "split",
          "base_size",
          "crop_size",
          "scale",
          "flip",
          "rotate",
          "blur",
          "augment",
          "shuffle",
          "val",
          "val_split",
          "num_workers",
          "return_id");

  private LoaderArguments() {}
}
