/** onnx */
@org.jspecify.annotations.NullMarked
package io.repfold.onnx;
