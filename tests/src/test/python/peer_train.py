"""The performance peer of training: PyTorch's own training step on a network that repfold exported in training form.

Run (needs torch and onnx):

    python peer_train.py TRAIN_FORM.onnx --batch 16 --size 64 64 [--steps 20] [--warm-up 5] [--threads 2] [--rounds 1]

The graph becomes torch modules: Conv, BatchNormalization, ReLU, Add, Concat, Resize (``F.interpolate``), Dropout,
a zero Pad before a BatchNormalization (normalized first, then padded with BN(0), as in the Diverse Branch Block), and matrix
products.  What depends on shapes only is computed once, before the first timed step.  A step is forward, cross entropy (0.4 of
it again for a second output), backward, and SGD with momentum and weight decay, on batches that are made beforehand.  One line of
JSON is printed: the milliseconds of each timed step.
"""
import argparse
import json
import time

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import numpy_helper


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


class Network(nn.Module):
    """The nodes of an ONNX graph, run in their order."""

    def __init__(self, graph):
        super().__init__()
        self.tensors = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant":
                self.tensors[node.output[0]] = torch.from_numpy(numpy_helper.to_array(attributes(node)["value"]).copy())
        self.inputs = [i.name for i in graph.input if i.name not in self.tensors]
        self.outputs = [o.name for o in graph.output]
        self.mods = nn.ModuleDict()
        self.nodes = [n for n in graph.node if n.op_type != "Constant"]
        self.readers = {}
        for node in self.nodes:
            for value in node.input:
                self.readers.setdefault(value, []).append(node)
        self.fixed = {}
        self.bordered = {}
        for node in self.nodes:
            self.build(node)

    def build(self, node):
        a, key = attributes(node), str(len(self.mods))
        if node.op_type == "Conv" and node.input[1] in self.tensors:
            weight = self.tensors[node.input[1]]
            pads = a.get("pads", [0] * 4)
            assert pads[:2] == pads[2:], "%s: asymmetric pads" % node.name
            groups = a.get("group", 1)
            conv = nn.Conv2d(weight.shape[1] * groups, weight.shape[0], tuple(weight.shape[2:]), a.get("strides", [1, 1]),
                             tuple(pads[:2]), a.get("dilations", [1, 1]), groups, bias=len(node.input) > 2)
            conv.weight.data.copy_(weight)
            if len(node.input) > 2:
                conv.bias.data.copy_(self.tensors[node.input[2]])
            initialized = node.input[1] in self.trained
            conv.weight.requires_grad_(initialized)
        elif node.op_type == "BatchNormalization":
            values = [self.tensors[i] for i in node.input[1:5]]
            conv = nn.BatchNorm2d(len(values[0]), a.get("epsilon", 1e-5), 1 - a.get("momentum", 0.9))
            for parameter, value in zip((conv.weight, conv.bias, conv.running_mean, conv.running_var), values):
                parameter.data.copy_(value)
        else:
            return
        self.mods[key] = conv
        self.bordered[node.output[0]] = key

    trained = frozenset()

    def forward(self, image):
        values = {self.inputs[0]: image}
        borders = {}
        for node in self.nodes:
            out = node.output[0]
            if out in self.fixed:
                values[out] = self.fixed[out]
                continue
            x = [values.get(i, self.tensors.get(i)) if i else None for i in node.input]
            values[out] = self.run(node, x, borders)
        return [values[o] for o in self.outputs]

    def run(self, node, x, borders):
        a, kind, out = attributes(node), node.op_type, node.output[0]
        if out in self.bordered:
            module = self.mods[self.bordered[out]]
            if node.input[0] in borders:
                y = module(borders[node.input[0]][0])
                with torch.no_grad():
                    border = module.bias - module.running_mean * module.weight / torch.sqrt(module.running_var + module.eps)
                return pad_with(y, borders[node.input[0]][1], border)
            return module(x[0])
        if kind == "Relu":
            return F.relu(x[0])
        if kind in ("Add", "Sum"):
            return sum(x[1:], x[0])
        if kind == "Concat":
            return torch.cat([torch.as_tensor(v) for v in x], a["axis"])
        if kind == "Pad":
            begin, end = x[1].tolist()[2:4], x[1].tolist()[6:8]
            readers = self.readers[out]
            if len(readers) == 1 and readers[0].op_type == "BatchNormalization":
                borders[out] = (x[0], [begin[1], end[1], begin[0], end[0]])
                return x[0]
            return F.pad(x[0], [begin[1], end[1], begin[0], end[0]])
        if kind == "MaxPool":
            return F.max_pool2d(x[0], a["kernel_shape"], a["strides"], a.get("pads", [0] * 4)[:2])
        if kind == "AveragePool":
            return F.avg_pool2d(x[0], a["kernel_shape"], a.get("strides", [1, 1]), a.get("pads", [0] * 4)[:2])
        if kind == "GlobalAveragePool":
            return x[0].mean((2, 3), keepdim=True)
        if kind == "Dropout":
            return F.dropout2d(x[0], float(x[1]), self.training)
        if kind == "MatMul":
            return torch.matmul(x[0], x[1])
        if kind == "Resize":
            align = a["coordinate_transformation_mode"] == b"align_corners"
            size = [int(v) for v in x[3][2:]] if len(x) > 3 and x[3] is not None else [
                round(d * float(s)) for d, s in zip(x[0].shape[2:], x[2][2:])]
            return F.interpolate(x[0], size, mode="bilinear", align_corners=align)
        if kind == "Identity":
            return x[0]
        return self.shapes(node, a, x)

    def shapes(self, node, a, x):
        """What is computed from sizes; kept, because the size of the batches stays the same."""
        kind = node.op_type
        result = {
            "Shape": lambda: torch.tensor(x[0].shape[a.get("start", 0):a.get("end", x[0].dim())]),
            "Gather": lambda: torch.index_select(x[0], a.get("axis", 0), x[1].reshape(-1)).reshape(x[1].shape),
            "Slice": lambda: x[0][int(x[1][0]):int(min(x[2][0], len(x[0])))],
            "Cast": lambda: x[0].to(torch.float32 if a["to"] == 1 else torch.bool if a["to"] == 9 else torch.int64),
            "Range": lambda: torch.arange(x[0].item(), x[1].item(), x[2].item()).to(x[0].dtype),
            "Mul": lambda: x[0] * x[1],
            "Div": lambda: x[0] // x[1] if not x[0].is_floating_point() else x[0] / x[1],
            "Sub": lambda: x[0] - x[1],
            "Neg": lambda: -x[0],
            "Floor": lambda: torch.floor(x[0]),
            "Ceil": lambda: torch.ceil(x[0]),
            "Less": lambda: x[0] < x[1],
            "LessOrEqual": lambda: x[0] <= x[1],
            "Greater": lambda: x[0] > x[1],
            "GreaterOrEqual": lambda: x[0] >= x[1],
            "And": lambda: x[0] & x[1],
            "Max": lambda: torch.maximum(x[0], x[1]),
            "Min": lambda: torch.minimum(x[0], x[1]),
            "Clip": lambda: torch.clamp(x[0], None if x[1] is None else float(x[1]), float(x[2]) if len(x) > 2 else None),
            "Unsqueeze": lambda: unsqueeze(x[0], x[1].tolist()),
            "Squeeze": lambda: x[0].squeeze(),
            "Reshape": lambda: x[0].reshape([int(v) for v in x[1]]),
            "Transpose": lambda: x[0].permute(a["perm"]),
            "ReduceSum": lambda: x[0].sum([int(v) for v in x[1]], keepdim=bool(a.get("keepdims", 1))),
        }[kind]()
        self.fixed[node.output[0]] = result
        return result


def unsqueeze(x, axes):
    for axis in sorted(axes):
        x = x.unsqueeze(axis)
    return x


def pad_with(x, pads, border):
    """x with a border of one value a channel."""
    left, right, top, bottom = pads
    n, c, h, w = x.shape
    result = border.view(1, c, 1, 1).expand(n, c, h + top + bottom, w + left + right).clone()
    result[:, :, top:top + h, left:left + w] = x
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--size", type=int, nargs=2, default=[64, 64])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)

    graph = onnx.load(args.model).graph
    Network.trained = frozenset(t.name for t in graph.initializer)
    network = Network(graph).train()
    optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], 0.01, 0.9, weight_decay=1e-4)
    channels = [i for i in graph.input if i.name == network.inputs[0]][0].type.tensor_type.shape.dim[1].dim_value
    images = torch.randn(args.batch, channels, *args.size)
    with torch.no_grad():
        classes = network(images)[0].shape[1]
    labels = torch.from_numpy(np.random.RandomState(0).randint(0, classes, (args.batch, *args.size)))

    times = []
    for step in range(args.warm_up + args.steps):
        start = time.perf_counter()
        outputs = network(images)
        loss = F.cross_entropy(outputs[0], labels, ignore_index=255)
        for auxiliary in outputs[1:]:
            loss = loss + 0.4 * F.cross_entropy(auxiliary, labels, ignore_index=255)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step >= args.warm_up:
            times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"torch": torch.__version__, "threads": args.threads, "milliseconds": [round(t, 2) for t in times]}))


main()
