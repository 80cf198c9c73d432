package io.repfold.nets;

import io.repfold.graph.Graph;
import io.repfold.graph.Spelling;
import io.repfold.graph.Tensor;
import io.repfold.nets.LoadedNetwork.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** One network that is loaded, and what does not fit. */
record Loading(
    StoredWeights stored, Request request, Map<String, Object> arguments, OptionalInt given) {
  private static final int MOST_NAMED = 12;
  private static final String DEPLOYED =
      ". The file has no statistics of batch normalizations: it holds a network in deploy form, in which they are folded. Give the weights as they were trained";

  LoadedNetwork load() {
    Network empty = Networks.build(request.type(), arguments, classes(), LoadedNetwork.NONE);
    Map<String, Tensor> wanted = LoadedNetwork.parameters(empty.graph());
    wanted.keySet().forEach(this::checkOne);
    Map<String, Tensor> taken = new LinkedHashMap<>();
    Map<String, String> wrong = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    wanted.forEach(
        (name, tensor) -> {
          Tensor found = stored.tensors().get(name);
          if (found == null) {
            missing.add(name);
          } else {
            stored
                .get(name, tensor.dims())
                .ifPresentOrElse(
                    fits -> taken.put(name, fits),
                    () ->
                        wrong.put(
                            stored.keysOf(name).get(0),
                            "%s, expected %s"
                                .formatted(found.describe(), Arrays.toString(tensor.dims()))));
          }
        });
    List<String> unexpected =
        stored.keys().entrySet().stream()
            .filter(entry -> !wanted.containsKey(entry.getKey()))
            .flatMap(entry -> entry.getValue().stream())
            .toList();
    List<String> notes = notes(missing, unexpected, wrong);
    if (taken.isEmpty() || (request.strict() && !notes.isEmpty())) {
      throw new IllegalArgumentException(message(notes, isDeployed(wanted)));
    }
    return new LoadedNetwork(filled(empty, wanted, taken), stored.naming(), taken.size(), notes);
  }

  /** Which of two tensors a parameter is to have, nothing tells. */
  private void checkOne(String name) {
    List<String> keys = stored.keysOf(name);
    if (keys.size() > 1) {
      throw new IllegalArgumentException(
          "%s: '%s' could be each of %d tensors of the file, read as %s: %s. Save the file again with one of them"
              .formatted(
                  request.type(),
                  name,
                  keys.size(),
                  stored.naming(),
                  keys.stream().map(key -> "'" + key + "'").collect(Collectors.joining(", "))));
    }
  }

  private Network filled(Network empty, Map<String, Tensor> wanted, Map<String, Tensor> taken) {
    Network network =
        taken.size() == wanted.size()
            ? empty
            : Networks.build(
                request.type(), arguments, classes(), Networks.initialWeights(request.type(), 0));
    Map<String, Tensor> all = new LinkedHashMap<>(network.graph().initializers());
    all.putAll(taken);
    Graph graph = network.graph().toBuilder().replaceInitializers(all).build();
    return new Network(graph, network.traits(), network.freezing());
  }

  private List<String> notes(
      List<String> missing, List<String> unexpected, Map<String, String> wrong) {
    List<String> notes = new ArrayList<>();
    if (!missing.isEmpty()) {
      notes.add(
          "The file lacks %d: %s"
              .formatted(missing.size(), listed(missing, name -> hint(name, unexpected))));
    }
    if (!unexpected.isEmpty()) {
      notes.add(
          "The network has no %d of the file: %s"
              .formatted(unexpected.size(), listed(unexpected, key -> "")));
    }
    if (!wrong.isEmpty()) {
      notes.add(
          "Of another shape are %d: %s"
              .formatted(
                  wrong.size(),
                  listed(List.copyOf(wrong.keySet()), key -> " is " + wrong.get(key))));
    }
    return notes;
  }

  /** Without any, 1 is for the list of what is missing alone. */
  private int classes() {
    return given.orElse(1);
  }

  private static String listed(List<String> names, UnaryOperator<String> more) {
    List<String> shown =
        names.stream().limit(MOST_NAMED).map(name -> name + more.apply(name)).toList();
    String rest =
        names.size() > MOST_NAMED ? ", and %d more".formatted(names.size() - MOST_NAMED) : "";
    return String.join(", ", shown) + rest;
  }

  private static String hint(String name, List<String> unexpected) {
    return unexpected.isEmpty()
        ? ""
        : " (nearest is %s)".formatted(Spelling.nearest(name, unexpected));
  }

  private String message(List<String> notes, boolean deployed) {
    return "%s%s does not fit the file, read as %s. %s%s"
        .formatted(
            request.type(),
            given.isPresent() ? " of %d classes".formatted(classes()) : "",
            stored.naming(),
            String.join(". ", notes),
            deployed ? DEPLOYED : "");
  }

  /** Whether the file has no statistics at all, and the network has some. */
  private boolean isDeployed(Map<String, Tensor> wanted) {
    return stored.tensors().keySet().stream().noneMatch(Loading::isVariance)
        && wanted.keySet().stream().anyMatch(Loading::isVariance);
  }

  /** Also by names of no layout that is known, such as {@code moving_variance}. */
  private static boolean isVariance(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT).contains("var");
  }
}
