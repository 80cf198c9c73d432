"""Writes what PyTorch's fake_quantize and its gradient give, for StraightThroughTest.

    python tests/src/test/python/fake_quantize.py > reparam/train/src/test/resources/fake_quantize.json

Needs torch. Scales are powers of two, since PyTorch multiplies by 1 / scale where ONNX divides.
"""

import json

import torch


def line(values):
    return [float(v) for v in values.detach().flatten()]


def of_tensor(name, x, scale, zero, least, most):
    x = torch.tensor(x, requires_grad=True)
    y = torch.fake_quantize_per_tensor_affine(x, scale, zero, least, most)
    upstream = torch.arange(1.0, y.numel() + 1).reshape(y.shape)
    (y * upstream).sum().backward()
    return {"name": name, "dims": list(x.shape), "x": line(x), "scales": [scale], "zeros": [zero], "least": least,
            "most": most, "axis": 0, "y": line(y), "upstream": line(upstream), "gradient": line(x.grad)}


def of_channels(name, x, scales, axis, least, most):
    x = torch.tensor(x, requires_grad=True)
    zeros = torch.zeros(len(scales), dtype=torch.int32)
    y = torch.fake_quantize_per_channel_affine(x, torch.tensor(scales), zeros, axis, least, most)
    upstream = torch.arange(1.0, y.numel() + 1).reshape(y.shape)
    (y * upstream).sum().backward()
    return {"name": name, "dims": list(x.shape), "x": line(x), "scales": scales, "zeros": line(zeros), "least": least,
            "most": most, "axis": axis, "y": line(y), "upstream": line(upstream), "gradient": line(x.grad)}


# Ties, both ends of the range, half a step beyond them, and far outside.
STEPS = [0.0, 0.4, 0.5, 1.5, 2.5, -0.5, -1.5, 127.0, 127.4, 127.6, 128.5, -128.0, -128.4, -128.6, -129.0, 300.0, 42.25]
torch.manual_seed(1)
CASES = [
    of_tensor("int8", [s * 0.25 for s in STEPS], 0.25, 0, -128, 127),
    of_tensor("uint8", [s * 0.125 for s in STEPS], 0.125, 96, 0, 255),
    of_channels("channels", (torch.randn(3, 2, 2) * 40).tolist(), [0.25, 0.5, 1.0], 0, -128, 127),
    of_channels("63 steps", (torch.randn(2, 3, 2) * 30).tolist(), [0.5, 0.25, 1.0], 1, -63, 63),
]
print(json.dumps(CASES, indent=1))
