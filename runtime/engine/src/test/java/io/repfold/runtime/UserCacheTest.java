package io.repfold.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UserCacheTest {
  @Test
  void the_environment_says_where_it_is() {
    Path home = Path.of("/home/ann");

    assertThat(UserCache.folder(Map.of(), home)).isEqualTo(home.resolve(".cache/repfold"));
    assertThat(UserCache.folder(Map.of("XDG_CACHE_HOME", "/c"), home))
        .isEqualTo(Path.of("/c/repfold"));
    assertThat(UserCache.folder(Map.of("XDG_CACHE_HOME", "/c", "REPFOLD_CACHE", "/own"), home))
        .isEqualTo(Path.of("/own"));
  }
}
