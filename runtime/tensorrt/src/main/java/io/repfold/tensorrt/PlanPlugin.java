package io.repfold.tensorrt;

/**
 * A library with plug-ins that a plan needs, as its manifest holds it.
 *
 * @param name of the file, without its folder
 * @param sha256 of the file
 */
public record PlanPlugin(String name, String sha256) {}
