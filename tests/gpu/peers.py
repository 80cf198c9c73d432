"""What PyTorch needs for a model on the same GPU, and the least that any engine would need.

    peers.py time MODEL.onnx --precision fp16|tf32|fp32 --form eager|compiled [--mode MODE] [--seconds S]
    peers.py bound MODEL.onnx ...        the roofline of models, from what this GPU was measured to reach
    peers.py check MODEL.onnx            PyTorch's outputs against ONNX Runtime's, in float32 on the CPU
    peers.py constants MODEL.onnx RESULT.onnx    the model with its arithmetic on sizes replaced by the results

All sizes of a model's input must be fixed. The first three print JSON, one line for each model. Needs torch, onnx,
onnxruntime, numpy.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import numpy_helper, shape_inference

# These would fold what shall be timed as it is written; all else that is constant may be folded.
FUSIONS = ["ConvAddFusion", "ConvMulFusion", "ConvBNFusion", "ConvActivationFusion", "PadFusion", "MatMulAddFusion",
           "ReluClipFusion", "GemmActivationFusion", "GemmSumFusion", "MatmulBNFusion", "MatMulBatchNormalizationFusion"]
SIZE = 8192


def constant_folded(path):
    """The model with its arithmetic on sizes replaced by the results."""
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(Path(folder, "folded.onnx"))
        options.log_severity_level = 3
        onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"], disabled_optimizers=FUSIONS)
        return onnx.load(options.optimized_model_filepath)


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def symmetric(pads):
    half = len(pads) // 2
    if pads[:half] != pads[half:]:
        raise ValueError(f"pads {pads} differ between the sides")
    return pads[:half]


class Translation:
    """An ONNX graph as a module of PyTorch."""

    def __init__(self, model):
        self.root = torch.nn.Module()
        self.graph = torch.fx.Graph()
        self.constants = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
        self.values = {}
        inputs = [i for i in model.graph.input if i.name not in self.constants]
        for value in inputs:
            self.values[value.name] = self.graph.placeholder("x")
        for node in model.graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = numpy_helper.to_array(attributes(node)["value"])
            else:
                self.values[node.output[0]] = getattr(self, node.op_type)(node, attributes(node))
        self.graph.output(tuple(self.values[o.name] for o in model.graph.output))
        self.shape = [d.dim_value for d in inputs[0].type.tensor_type.shape.dim]

    def module(self):
        return torch.fx.GraphModule(self.root, self.graph).eval()

    def constant(self, name):
        return torch.from_numpy(np.array(self.constants[name]))

    def value(self, name):
        """Of the graph, or a constant tensor of the module."""
        if name in self.values:
            return self.values[name]
        key = f"constant{len(self.values)}_{len(list(self.root.buffers()))}"
        self.root.register_buffer(key, self.constant(name))
        self.values[name] = self.graph.get_attr(key)
        return self.values[name]

    def layer(self, node, module, source=0):
        key = f"layer{len(self.values)}"
        self.root.add_module(key, module)
        return self.graph.call_module(key, (self.value(node.input[source]),))

    def call(self, function, *arguments, **named):
        return self.graph.call_function(function, arguments, named)

    def Conv(self, node, a):
        weight = self.constant(node.input[1])
        bias = self.constant(node.input[2]) if len(node.input) > 2 and node.input[2] else None
        groups = a.get("group", 1)
        conv = torch.nn.Conv2d(
            weight.shape[1] * groups, weight.shape[0], weight.shape[2:], a.get("strides", [1, 1]),
            symmetric(a.get("pads", [0] * 4)), a.get("dilations", [1, 1]), groups, bias is not None)
        conv.weight.data = weight
        if bias is not None:
            conv.bias.data = bias
        return self.layer(node, conv)

    def BatchNormalization(self, node, a):
        norm = torch.nn.BatchNorm2d(len(self.constants[node.input[1]]), a.get("epsilon", 1e-5))
        norm.weight.data, norm.bias.data = self.constant(node.input[1]), self.constant(node.input[2])
        norm.running_mean, norm.running_var = self.constant(node.input[3]), self.constant(node.input[4])
        return self.layer(node, norm)

    def Gemm(self, node, a):
        weight = self.constant(node.input[1])
        weight = weight if a.get("transB", 0) else weight.T.contiguous()
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
        linear.weight.data, linear.bias.data = weight, self.constant(node.input[2])
        return self.layer(node, linear)

    def Relu(self, node, a):
        return self.layer(node, torch.nn.ReLU(inplace=False))

    def MaxPool(self, node, a):
        return self.layer(node, torch.nn.MaxPool2d(
            a["kernel_shape"], a.get("strides"), symmetric(a.get("pads", [0] * 4)), ceil_mode=bool(a.get("ceil_mode", 0))))

    def AveragePool(self, node, a):
        return self.layer(node, torch.nn.AvgPool2d(
            a["kernel_shape"], a.get("strides"), symmetric(a.get("pads", [0] * 4)),
            count_include_pad=bool(a.get("count_include_pad", 0))))

    def GlobalAveragePool(self, node, a):
        return self.layer(node, torch.nn.AdaptiveAvgPool2d(1))

    def Flatten(self, node, a):
        return self.call(torch.flatten, self.value(node.input[0]), a.get("axis", 1))

    def Add(self, node, a):
        return self.call(torch.add, self.value(node.input[0]), self.value(node.input[1]))

    def Mul(self, node, a):
        return self.call(torch.mul, self.value(node.input[0]), self.value(node.input[1]))

    def MatMul(self, node, a):
        return self.call(torch.matmul, self.value(node.input[0]), self.value(node.input[1]))

    def Concat(self, node, a):
        return self.call(torch.cat, [self.value(name) for name in node.input], dim=a["axis"])

    def Pad(self, node, a):
        pads = [int(p) for p in self.constants[node.input[1]]]
        fill = self.constants.get(node.input[2], np.zeros(1)) if len(node.input) > 2 else np.zeros(1)
        half = len(pads) // 2
        flat = [p for axis in reversed(range(half)) for p in (pads[axis], pads[half + axis])]
        return self.call(F.pad, self.value(node.input[0]), flat, value=float(np.asarray(fill).reshape(-1)[0]))

    def Resize(self, node, a):
        how = a.get("coordinate_transformation_mode", b"half_pixel").decode()
        if a.get("mode", b"nearest").decode() != "linear" or how not in ("align_corners", "half_pixel"):
            raise ValueError(f"Resize '{node.name}' is {a}")
        size = [int(s) for s in self.constants[node.input[3]][2:]]
        return self.call(F.interpolate, self.value(node.input[0]), size=size, mode="bilinear", align_corners=how == "align_corners")


def median(values):
    values = sorted(values)
    return {"median": values[len(values) // 2], "p90": values[int(0.9 * (len(values) - 1))], "min": values[0], "runs": len(values)}


def set_precision(precision):
    for backend in (torch.backends.cuda.matmul, torch.backends.cudnn):
        backend.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.benchmark = True
    return torch.float16 if precision == "fp16" else torch.float32


def repeated(work, seconds):
    """Milliseconds of each call, by a function that measures one."""
    for _ in range(10):
        work()
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end or len(times) < 30:
        times.append(work())
    return median(times)


@torch.inference_mode()
def measure(arguments):
    dtype = set_precision(arguments.precision)
    translation = Translation(constant_folded(arguments.models[0]))
    module = translation.module().to("cuda", dtype).to(memory_format=torch.channels_last)
    if arguments.form == "compiled":
        module = torch.compile(module, mode=arguments.mode, fullgraph=True)
    host = torch.randn(translation.shape).pin_memory()
    image = host.to("cuda", dtype).to(memory_format=torch.channels_last)
    start = time.monotonic()
    results = [o.float().cpu().pin_memory() for o in module(image)]
    torch.cuda.synchronize()
    first = time.monotonic() - start

    def compute():
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        module(image)
        end.record()
        end.synchronize()
        return begin.elapsed_time(end)

    def whole():
        start = time.perf_counter()
        outputs = module(host.to("cuda", non_blocking=True).to(dtype=dtype, memory_format=torch.channels_last))
        for result, output in zip(results, outputs):
            result.copy_(output.float(), non_blocking=True)
        torch.cuda.synchronize()
        return 1e3 * (time.perf_counter() - start)

    line = {
        "what": "pytorch", "model": Path(arguments.models[0]).stem, "shape": translation.shape, "precision": arguments.precision,
        "form": arguments.form, "mode": arguments.mode if arguments.form == "compiled" else "", "memory": "channels_last",
        "torch": torch.__version__, "gpu": torch.cuda.get_device_name(0), "firstRunSeconds": first,
        "computeMs": repeated(compute, arguments.seconds), "totalMs": repeated(whole, arguments.seconds)}
    print(json.dumps(line), flush=True)


def products(path):
    """Multiply-adds and elements moved of each convolution and product of matrices."""
    model = constant_folded(path)
    inferred = shape_inference.infer_shapes(model)
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim]
              for v in [*inferred.graph.input, *inferred.graph.value_info, *inferred.graph.output]}
    shapes.update({i.name: list(i.dims) for i in model.graph.initializer})
    found = []
    for node in model.graph.node:
        if node.op_type not in ("Conv", "Gemm", "MatMul"):
            continue
        x, w, y = (shapes[n] for n in (node.input[0], node.input[1], node.output[0]))
        inner = np.prod(w[1:]) if node.op_type == "Conv" else x[-1]
        found.append((float(np.prod(y)) * float(inner), float(np.prod(x)) + float(np.prod(w)) + float(np.prod(y))))
    return found


def reached():
    """Operations and bytes a second that large products and a large copy reach."""
    rates = {}
    for precision in ("fp16", "tf32", "fp32"):
        dtype = set_precision(precision)
        a, b = (torch.randn(SIZE, SIZE, device="cuda", dtype=dtype) for _ in range(2))
        rates[precision] = 2 * SIZE**3 / 1e-3 / timed(lambda: a @ b)
    source = torch.empty(1 << 30, device="cuda", dtype=torch.uint8)
    target = torch.empty_like(source)
    return rates, 2 * source.numel() / 1e-3 / timed(lambda: target.copy_(source))


def timed(work):
    def once():
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        work()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end)

    return repeated(once, 1)["median"]


def bound(arguments):
    rates, bandwidth = reached()
    for path in arguments.models:
        parts = products(path)
        ms = {p: 1e3 * sum(max(2 * mults / rate, moved * (2 if p == "fp16" else 4) / bandwidth) for mults, moved in parts)
              for p, rate in rates.items()}
        print(json.dumps({
            "what": "roofline", "model": Path(path).stem, "gpu": torch.cuda.get_device_name(0), "multiplyAdds": sum(m for m, _ in parts),
            "operationsPerSecond": rates, "bytesPerSecond": bandwidth, "leastMs": ms}), flush=True)


@torch.inference_mode()
def check(arguments):
    for path in arguments.models:
        translation = Translation(constant_folded(path))
        image = torch.randn(translation.shape)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        expected = session.run(None, {session.get_inputs()[0].name: image.numpy()})
        found = [o.numpy() for o in translation.module()(image)]
        error = max(float(np.abs(e - f).max() / np.abs(e).max()) for e, f in zip(expected, found))
        print(json.dumps({"what": "check", "model": Path(path).stem, "error": error}), flush=True)
        if not error < 1e-4:
            raise SystemExit(f"{path}: PyTorch's outputs are off by {error} of the largest")


def constants(arguments):
    model, result = arguments.models
    onnx.save(constant_folded(model), result)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["time", "bound", "check", "constants"])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--precision", choices=["fp16", "tf32", "fp32"], default="fp16")
    parser.add_argument("--form", choices=["eager", "compiled"], default="eager")
    parser.add_argument("--mode", default="reduce-overhead", help="of torch.compile")
    parser.add_argument("--seconds", type=float, default=3)
    arguments = parser.parse_args()
    {"time": measure, "bound": bound, "check": check, "constants": constants}[arguments.command](arguments)


if __name__ == "__main__":
    main()
