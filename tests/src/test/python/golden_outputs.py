"""Writes the golden outputs of a small PyTorch network, and two ONNX files: its export, and that of a wrong one.

Run (needs torch, onnx, numpy):

    python golden_outputs.py

in an empty folder.  ``tests/src/test/resources/golden`` was made this way.  What stands between the marks is what
docs/verification.md shows.
"""
import torch

torch.manual_seed(0)
model = torch.nn.Sequential(
    torch.nn.Conv2d(3, 6, 3, padding=1), torch.nn.BatchNorm2d(6), torch.nn.ReLU(), torch.nn.Conv2d(6, 4, 1)
).eval()
with torch.no_grad():
    model[1].running_mean.normal_()
    model[1].running_var.uniform_(0.5, 2)
inputs = [torch.randn(1, 3, 6, 8), 10 * torch.randn(1, 3, 6, 8)]


def export(file):
    torch.onnx.export(model, (inputs[0],), file, input_names=["x"], output_names=["y"], dynamo=False)


export("exported.onnx")
# --- from here
import hashlib, json, numpy, pathlib, torch
folder, samples = pathlib.Path("golden"), []
folder.mkdir()
for i, x in enumerate(inputs):
    arrays = {"input/x": x.numpy(), "output/y": model(x).detach().numpy()}
    numpy.savez(folder / f"{i}.npz", **arrays)
    samples.append({"file": f"{i}.npz", "sha256": hashlib.sha256((folder / f"{i}.npz").read_bytes()).hexdigest()})
golden = json.dumps({"format": "repfold golden outputs 1", "engine": f"PyTorch {torch.__version__}", "samples": samples}).encode()
(folder / "golden.json").write_bytes(golden)
(folder / "golden.json.sha256").write_bytes(f"{hashlib.sha256(golden).hexdigest()}  golden.json\n".encode())
# --- to here
with torch.no_grad():
    model[0].weight[0, 0, 1, 1] *= 1.01
export("wrong.onnx")
