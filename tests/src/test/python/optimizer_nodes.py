"""Exports networks with their normalizations, and counts what the fold and ONNX Runtime's optimizer leave of them.

Run (needs torch, timm, torchvision, onnx, onnxscript, onnxruntime), in the root of a checkout:

    python tests/src/test/python/optimizer_nodes.py export DIR [NAME ...]
    python tests/src/test/python/optimizer_nodes.py count DIR
    python tests/src/test/python/optimizer_nodes.py opset DIR N

``export`` writes NAME.ts.onnx (TorchScript exporter) and NAME.dy.onnx (the newer one), with random weights and statistics.
``count`` folds each with ``./repfold`` and prints nodes / convolutions and products / BatchNormalizations / Mul, Add, Sub and
Div: of the file, of the folded file, of both after the basic optimizer; then all nodes of both after the extended one.
``opset`` folds each without and with ``--opset N`` and prints all nodes: of the file, of both folded files, and of all three
after the extended optimizer.
"""
import collections
import pathlib
import subprocess
import sys
import tempfile

NEWER = ["slab", "lora", "repmlp", "repvit_m1", "levit_128s", "efficientformer_l1", "fastvit_t8", "densenet121",
         "tv_lraspp_mobilenet_v3_large"]
NETWORKS = NEWER + ["ghostnetv3_050", "mobileone_s0", "repvgg_a0", "tv_deeplabv3_mobilenet_v3_large", "convnext_atto",
                    "mixer_s16_224", "inception_v3"]


def network(name):
    """A network and an input for it."""
    import torch
    from torch import nn

    class Slab(nn.Module):
        """A block of SLAB: BatchNormalization plus a share of the input before each Linear."""

        def __init__(self, width=64):
            super().__init__()
            self.norms = nn.ModuleList(nn.BatchNorm1d(width) for _ in range(2))
            self.shares = nn.ParameterList(nn.Parameter(torch.tensor([s])) for s in (0.3, 0.2))
            self.q, self.k, self.v = (nn.Linear(width, width) for _ in range(3))
            self.grow, self.shrink = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def normed(self, x, i):
            x = x.transpose(1, 2)
            return (self.norms[i](x) + self.shares[i] * x).transpose(1, 2)

        def forward(self, x):
            y = self.normed(x, 0)
            keys = torch.relu(self.k(y)).transpose(1, 2)
            x = x + torch.relu(self.q(y)) @ (keys @ self.v(y))
            return x + self.shrink(nn.functional.gelu(self.grow(self.normed(x, 1))))

    class Lora(nn.Module):
        """A Linear with a low-rank update."""

        def __init__(self, width=256, rank=8):
            super().__init__()
            self.full = nn.Linear(width, width)
            self.down, self.up = nn.Linear(width, rank, bias=False), nn.Linear(rank, width, bias=False)

        def forward(self, x):
            return torch.relu(self.full(x) + self.up(self.down(x)) * 2.0)

    class RepMlp(nn.Module):
        """A RepMLP block: a Linear over all pixels beside convolutions."""

        def __init__(self, channels=8, side=8):
            super().__init__()
            count = channels * side * side
            self.full, self.norm = nn.Linear(count, count, bias=False), nn.BatchNorm1d(count)
            self.branches = nn.ModuleList(
                nn.Sequential(nn.Conv2d(channels, channels, k, padding=k // 2, bias=False), nn.BatchNorm2d(channels))
                for k in (1, 3))

        def forward(self, x):
            rows = self.norm(self.full(x.reshape(x.shape[0], -1)))
            return torch.relu(rows.reshape(x.shape) + self.branches[0](x) + self.branches[1](x))

    class Scores(nn.Module):
        """A segmentation network's scores alone."""

        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, x):
            return self.model(x)["out"]

    own = {"slab": (Slab, (1, 49, 64)), "lora": (Lora, (1, 16, 256)), "repmlp": (RepMlp, (1, 8, 8, 8))}
    if name in own:
        make, shape = own[name]
        return make(), torch.randn(*shape)
    import without_torchvision_ops  # noqa: F401
    if name.startswith("tv_"):
        import torchvision
        make = getattr(torchvision.models.segmentation, name[3:])
        return Scores(make(weights=None, weights_backbone=None, num_classes=21)), torch.randn(1, 3, 128, 128)
    import timm
    return timm.create_model(name, pretrained=False), torch.randn(1, 3, 224, 224)


def randomize(model):
    """Statistics and scales away from 0 and 1."""
    import torch
    random = torch.Generator().manual_seed(3)
    for layer in model.modules():
        if isinstance(layer, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            shape = layer.running_mean.shape
            layer.running_mean.copy_(torch.randn(shape, generator=random) * 0.1)
            layer.running_var.copy_(torch.rand(shape, generator=random) * 0.5 + 0.75)
            if layer.weight is not None:
                layer.weight.data.copy_(torch.rand(shape, generator=random) * 0.5 + 0.75)
                layer.bias.data.copy_(torch.randn(shape, generator=random) * 0.1)


def export(folder, names):
    import torch
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or NETWORKS:
        torch.manual_seed(1)
        model, x = network(name)
        model.eval()
        with torch.no_grad():
            randomize(model)
        torch.onnx.export(model, x, folder / f"{name}.ts.onnx", dynamo=False, opset_version=17, do_constant_folding=False,
                          training=torch.onnx.TrainingMode.PRESERVE)
        if name in NEWER:
            torch.onnx.export(model, x, folder / f"{name}.dy.onnx", dynamo=True, external_data=False, optimize=False,
                              verbose=False)


def optimized(path, level):
    """Ops by type after ONNX Runtime's optimizer."""
    import onnxruntime
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = level
        options.optimized_model_filepath = folder + "/optimized.onnx"
        options.log_severity_level = 4
        onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return ops(options.optimized_model_filepath)


def ops(path):
    import onnx
    return collections.Counter(node.op_type for node in onnx.load(path).graph.node if node.op_type != "Constant")


def figures(counts):
    products = ("Conv", "Gemm", "MatMul", "FusedConv", "FusedGemm", "FusedMatMul")
    scales = ("Mul", "Add", "Sub", "Div")
    return (f"{counts.total()} / {sum(counts[op] for op in products)} / {counts['BatchNormalization']}"
            f" / {sum(counts[op] for op in scales)}")


def count(folder):
    import onnxruntime
    basic = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    extended = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    for path in sorted(folder.glob("*.onnx")):
        with tempfile.TemporaryDirectory() as temporary:
            folded = temporary + "/folded.onnx"
            subprocess.run(["./repfold", "fold", str(path), "-o", folded], check=True, stdout=subprocess.DEVNULL)
            row = [figures(c) for c in (ops(path), ops(folded), optimized(str(path), basic), optimized(folded, basic))]
            row += [str(optimized(p, extended).total()) for p in (str(path), folded)]
            print("| " + " | ".join([path.stem] + row) + " |", flush=True)


def compare(folder, opset):
    import onnxruntime
    extended = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    for path in sorted(folder.glob("*.onnx")):
        with tempfile.TemporaryDirectory() as temporary:
            files = [str(path)]
            for options in ([], ["--opset", opset]):
                files.append(f"{temporary}/{len(files)}.onnx")
                subprocess.run(["./repfold", "fold", str(path), "-o", files[-1], *options], check=True,
                               stdout=subprocess.DEVNULL)
            row = [str(count(file).total()) for count in (ops, lambda file: optimized(file, extended)) for file in files]
            print("| " + " | ".join([path.stem] + row) + " |", flush=True)


if __name__ == "__main__":
    command, where = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "export":
        export(where, sys.argv[3:])
    elif command == "opset":
        compare(where, sys.argv[3])
    else:
        count(where)
