"""Writes graphs of thousands of nodes, to see how the time of a fold grows with them.

Run (needs onnx, numpy):

    python large_graphs.py DIR

``adds_relu_N``: N Adds in a row, each of one Relu.  ``adds_constant_N``: of one constant.  ``adds_relus_N``: of another Relu
each.  ``sum_N``: a Sum of N 3x3 convolutions of one image.  ``blocks_N``: N RepVGG blocks in a row, 8 nodes each.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RANDOM = np.random.default_rng(0)


def save(folder, name, nodes, weights):
    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ("N", 4, 8, 8))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array.astype("f"), key) for key, array in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, folder / f"{name}.onnx")


def names(count):
    """Outputs of a row of nodes; the last is the graph's."""
    return [f"a{i}" for i in range(count - 1)] + ["y"]


def adds_relu(count):
    nodes, last = [helper.make_node("Relu", ["x"], ["c"])], "c"
    for name in names(count):
        nodes.append(helper.make_node("Add", [last, "c"], [name]))
        last = name
    return nodes, {}


def adds_constant(count):
    nodes, last = [], "x"
    for name in names(count):
        nodes.append(helper.make_node("Add", [last, "c"], [name]))
        last = name
    return nodes, {"c": np.ones((1, 4, 1, 1))}


def adds_relus(count):
    nodes, last, relu = [], "x", "x"
    for i, name in enumerate(names(count)):
        nodes.append(helper.make_node("Relu", [relu], [f"r{i}"]))
        relu = f"r{i}"
        nodes.append(helper.make_node("Add", [last, relu], [name]))
        last = name
    return nodes, {}


def convolutions(count):
    weights = {f"w{i}": RANDOM.normal(size=(4, 4, 3, 3)) for i in range(count)}
    nodes = [helper.make_node("Conv", ["x", f"w{i}"], [f"c{i}"], pads=[1] * 4) for i in range(count)]
    nodes.append(helper.make_node("Sum", [f"c{i}" for i in range(count)], ["y"]))
    return nodes, weights


def blocks(count):
    nodes, weights, last = [], {}, "x"

    def norm(value, name):
        inputs = [f"{name}.{word}" for word in ("gamma", "beta", "mean", "variance")]
        weights.update({key: RANDOM.uniform(0.5, 1.5, 4) for key in inputs})
        nodes.append(helper.make_node("BatchNormalization", [value, *inputs], [name]))
        return name

    for i, name in enumerate(names(count)):
        weights[f"{i}.3x3"] = RANDOM.normal(size=(4, 4, 3, 3)) / 10
        weights[f"{i}.1x1"] = RANDOM.normal(size=(4, 4, 1, 1)) / 10
        nodes.append(helper.make_node("Conv", [last, f"{i}.3x3"], [f"{i}.a"], pads=[1] * 4))
        nodes.append(helper.make_node("Conv", [last, f"{i}.1x1"], [f"{i}.b"]))
        a, b, c = norm(f"{i}.a", f"{i}.na"), norm(f"{i}.b", f"{i}.nb"), norm(last, f"{i}.nc")
        nodes.append(helper.make_node("Add", [a, b], [f"{i}.ab"]))
        nodes.append(helper.make_node("Add", [f"{i}.ab", c], [f"{i}.abc"]))
        nodes.append(helper.make_node("Relu", [f"{i}.abc"], [name]))
        last = name
    return nodes, weights


GRAPHS = [
    ("adds_relu", adds_relu, (8000, 30000)),
    ("adds_constant", adds_constant, (8000, 30000)),
    ("adds_relus", adds_relus, (8000,)),
    ("sum", convolutions, (512, 2000)),
    ("blocks", blocks, (1560, 6250)),
]

if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for kind, make, counts in GRAPHS:
        for number in counts:
            save(target, f"{kind}_{number}", *make(number))
