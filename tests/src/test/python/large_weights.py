"""Writes a model of 1.2 GB: twenty convolutions and four Gemms of random weights, with external data.

Run (needs onnx and numpy):

    python large_weights.py MODEL.onnx
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CHANNELS = 1024


def main(path):
    random = np.random.default_rng(0)
    weights, nodes = [], []

    def weight(name, *shape, fan):
        values = random.standard_normal(shape, dtype=np.float32) * np.float32((2 / fan) ** 0.5)
        weights.append(numpy_helper.from_array(values, name))
        return name

    value = "x"
    for i in range(20):
        inputs = [value, weight(f"c{i}.w", CHANNELS, CHANNELS, 3, 3, fan=9 * CHANNELS), weight(f"c{i}.b", CHANNELS, fan=1e4)]
        nodes.append(helper.make_node("Conv", inputs, [f"c{i}"], pads=[1] * 4, name=f"conv{i}"))
        nodes.append(helper.make_node("Relu", [f"c{i}"], [f"r{i}"], name=f"relu{i}"))
        value = f"r{i}"
    nodes.append(helper.make_node("GlobalAveragePool", [value], ["g"], name="pool"))
    nodes.append(helper.make_node("Flatten", ["g"], ["f"], name="flat"))
    value, columns = "f", CHANNELS
    for i, rows in enumerate((8192, 8192, 4096, 1000)):
        inputs = [value, weight(f"d{i}.w", columns, rows, fan=columns), weight(f"d{i}.b", rows, fan=1e4)]
        nodes.append(helper.make_node("Gemm", inputs, [f"d{i}"], name=f"gemm{i}"))
        value, columns = f"d{i}", rows
        if rows != 1000:
            nodes.append(helper.make_node("Relu", [value], [f"q{i}"], name=f"qrelu{i}"))
            value = f"q{i}"
    graph = helper.make_graph(
        nodes,
        "large",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", CHANNELS, 8, 8])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["N", 1000])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    data = os.path.basename(path) + ".data"
    if os.path.exists(path + ".data"):
        os.remove(path + ".data")
    onnx.save(model, path, save_as_external_data=True, all_tensors_to_one_file=True, location=data)


main(sys.argv[1])
