"""Small networks as PyTorch initializes and exports them, and the losses of ten steps of SGD there.

    python3 tests/src/test/python/train_networks.py cli/src/test/resources/train

writes NAME.onnx, four images with labels, and losses.json. Each network has an idiom of a known one: squeezenet's pools that
round up, googlenet's parallel branches, lraspp's squeeze-and-excitation and hard functions, deeplab's dilated pyramid with a pooled
branch, swin's windows with a table of relative positions, efficientdet's weighted fusion. All is as it is initialized; of
`merged`, exported for inference, the exporter merges equal tensors. The last is written by PyTorch's newer exporter, which needs
the package onnxscript.
"""
import json
import pathlib
import sys

import numpy
import onnx
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

CLASSES, SIZE, IMAGES, STEPS, RATE = 3, 33, 4, 10, 0.02


def conv(i, o, k=3, s=1, d=1, groups=1, act=nn.ReLU):
    pad = d * (k - 1) // 2
    return nn.Sequential(nn.Conv2d(i, o, k, s, pad, d, groups, bias=False), nn.BatchNorm2d(o), act())


class Fire(nn.Module):
    def __init__(self, i, squeeze, o):
        super().__init__()
        self.squeeze = nn.Conv2d(i, squeeze, 1)
        self.one, self.three = nn.Conv2d(squeeze, o, 1), nn.Conv2d(squeeze, o, 3, padding=1)

    def forward(self, x):
        x = functional.relu(self.squeeze(x))
        return torch.cat([functional.relu(self.one(x)), functional.relu(self.three(x))], 1)


class Squeezenet(nn.Module):
    def __init__(self):
        super().__init__()
        pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU(), pool, Fire(8, 4, 8), pool, Fire(16, 4, 8))
        self.head = nn.Conv2d(16, CLASSES, 1)

    def forward(self, x):
        return functional.adaptive_avg_pool2d(self.head(self.body(x)), 1).flatten(1)


class Inception(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.one, self.three = conv(i, o, 1), nn.Sequential(conv(i, o, 1), conv(o, o))
        self.pooled = nn.Sequential(nn.MaxPool2d(3, 1, 1, ceil_mode=True), conv(i, o, 1))

    def forward(self, x):
        return torch.cat([self.one(x), self.three(x), self.pooled(x)], 1)


class Googlenet(nn.Module):
    def __init__(self):
        super().__init__()
        pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.body = nn.Sequential(conv(3, 6, 3, 2), pool, Inception(6, 4), pool, Inception(12, 4))
        self.head = nn.Linear(12, CLASSES)

    def forward(self, x):
        return self.head(nn.Dropout(0.0)(functional.adaptive_avg_pool2d(self.body(x), 1).flatten(1)))


class Excitation(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.down, self.up = nn.Conv2d(c, c // 2, 1), nn.Conv2d(c // 2, c, 1)

    def forward(self, x):
        return x * functional.hardsigmoid(self.up(functional.relu(self.down(functional.adaptive_avg_pool2d(x, 1)))))


class Lraspp(nn.Module):
    def __init__(self):
        super().__init__()
        self.low = conv(3, 8, s=2, act=nn.Hardswish)
        self.high = nn.Sequential(conv(8, 8, s=2, groups=8, act=nn.Hardswish), Excitation(8), conv(8, 12, 1, act=nn.Hardswish))
        self.project = conv(12, 8, 1)
        self.scale = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(12, 8, 1, bias=False), nn.Sigmoid())
        self.of_low, self.of_high = nn.Conv2d(8, CLASSES, 1), nn.Conv2d(8, CLASSES, 1)

    def forward(self, x):
        low = self.low(x)
        high = self.high(low)
        y = self.project(high) * self.scale(high)
        y = functional.interpolate(y, size=low.shape[-2:], mode="bilinear", align_corners=False)
        y = self.of_low(low) + self.of_high(y)
        return functional.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=False)


class Deeplab(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(conv(3, 8, s=2), conv(8, 8, s=2), conv(8, 8, d=2))
        self.branches = nn.ModuleList([conv(8, 6, 1), conv(8, 6, d=2), conv(8, 6, d=4)])
        self.pooled = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 6, 1), nn.ReLU())
        self.head = nn.Sequential(conv(24, 8, 1), nn.Conv2d(8, CLASSES, 1))

    def forward(self, x):
        y = self.body(x)
        parts = [branch(y) for branch in self.branches]
        parts.append(functional.interpolate(self.pooled(y), size=y.shape[-2:], mode="bilinear", align_corners=False))
        return functional.interpolate(self.head(torch.cat(parts, 1)), size=x.shape[-2:], mode="bilinear", align_corners=False)


class Swin(nn.Module):
    def __init__(self, c=12, heads=2, window=4):
        super().__init__()
        self.c, self.heads, self.window = c, heads, window
        self.patch = nn.Conv2d(3, c, 4, 4)
        self.norms = nn.ModuleList([nn.LayerNorm(c), nn.LayerNorm(c), nn.LayerNorm(c)])
        self.qkv, self.out = nn.Linear(c, 3 * c), nn.Linear(c, c)
        self.mlp = nn.Sequential(nn.Linear(c, 2 * c), nn.GELU(), nn.Linear(2 * c, c))
        self.table = nn.Parameter(torch.randn((2 * window - 1) ** 2, heads) * 0.1)
        at = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
        distance = at[:, :, None] - at[:, None, :] + window - 1
        self.register_buffer("index", (distance[0] * (2 * window - 1) + distance[1]).flatten())
        self.head = nn.Linear(c, CLASSES)

    def attention(self, x):
        n, h, w, c = x.shape
        t = self.window
        x = torch.roll(x, (-t // 2, -t // 2), (1, 2))
        x = x.view(n, h // t, t, w // t, t, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, t * t, c)
        q, k, v = self.qkv(x).reshape(x.shape[0], t * t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        bias = self.table[self.index].view(t * t, t * t, self.heads).permute(2, 0, 1)
        weights = (q @ k.transpose(-2, -1) * (c // self.heads) ** -0.5 + bias).softmax(-1)
        x = self.out((weights @ v).transpose(1, 2).reshape(-1, t * t, c))
        x = x.view(n, h // t, w // t, t, t, c).permute(0, 1, 3, 2, 4, 5).reshape(n, h, w, c)
        return torch.roll(x, (t // 2, t // 2), (1, 2))

    def forward(self, x):
        x = self.patch(x).permute(0, 2, 3, 1)
        x = x + self.attention(self.norms[0](x))
        x = x + self.mlp(self.norms[1](x))
        return self.head(self.norms[2](x).mean((1, 2)))


class Efficientdet(nn.Module):
    def __init__(self, c=8):
        super().__init__()
        self.stem = conv(3, c, s=2, act=nn.SiLU)
        self.first, self.second = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(3))
        self.a, self.b, self.c = (self.separable(c) for _ in range(3))
        self.head = nn.Conv2d(c, CLASSES, 1)

    @staticmethod
    def separable(c):
        depthwise = nn.Conv2d(c, c, 3, 1, 1, groups=c, bias=False)
        return nn.Sequential(depthwise, nn.Conv2d(c, c, 1), nn.BatchNorm2d(c, momentum=0.01, eps=1e-3), nn.SiLU())

    @staticmethod
    def shares(weights):
        weights = functional.relu(weights)
        return weights / (weights.sum() + 1e-4)

    def forward(self, x):
        fine = self.stem(x)
        coarse = self.c(functional.max_pool2d(fine, 3, 2, 1))
        w = self.shares(self.first)
        up = functional.interpolate(coarse, size=fine.shape[-2:], mode="nearest")
        top = self.a(w[0] * fine + w[1] * up)
        w = self.shares(self.second)
        down = self.b(w[0] * coarse + w[1] * functional.max_pool2d(top, 3, 2, 1) + w[2] * coarse)
        y = top + functional.interpolate(down, size=top.shape[-2:], mode="nearest")
        return functional.interpolate(self.head(y), size=x.shape[-2:], mode="bilinear", align_corners=False)


class Merged(nn.Module):
    """Exported for inference, with equal tensors handed on by Identity, and a slope that is truly read twice."""

    def __init__(self, c=8):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, c, 3, 2, 1, bias=False), nn.Conv2d(c, c, 3, 1, 1)
        self.first, self.second, self.slope = nn.BatchNorm2d(c), nn.BatchNorm2d(c), nn.PReLU(c)
        self.group, self.head = nn.GroupNorm(2, c), nn.Conv2d(c, CLASSES, 1)
        nn.init.zeros_(self.b.bias)

    def forward(self, x):
        y = self.slope(self.second(self.b(self.slope(self.first(self.a(x))))))
        return functional.interpolate(self.head(self.group(y)), size=x.shape[-2:], mode="bilinear", align_corners=False)


class Newer(nn.Module):
    """What the newer exporter writes in its own way: CastLike, a split by a sequence, normalizations, an inference-mode BN."""

    def __init__(self, c=8):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, c, 3, 2, 1, bias=False), nn.BatchNorm2d(c), nn.GELU())
        self.group, self.instance = nn.GroupNorm(2, c), nn.InstanceNorm2d(c, affine=True)
        self.mix, self.layer = nn.Conv2d(c, c, 3, 1, 2, 2), nn.LayerNorm(c)
        self.gain, self.slope = nn.Parameter(torch.tensor(0.7)), nn.PReLU(c)
        self.drop, self.head = nn.Dropout(0.0), nn.Conv2d(c, CLASSES, 1)

    def forward(self, x):
        y = self.stem(x)
        p, q = self.group(y).chunk(2, 1)
        y = y + self.gain * functional.mish(self.mix(torch.cat([q, p], 1)))
        y = self.slope(self.instance(y) + functional.selu(self.layer(y.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)))
        y = self.head(self.drop(y) * functional.celu(y.mean(1, keepdim=True)))
        return functional.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=False)


NETWORKS = {
    "squeezenet": Squeezenet, "googlenet": Googlenet, "lraspp": Lraspp, "deeplab": Deeplab, "swin": Swin,
    "efficientdet": Efficientdet, "merged": Merged, "newer": Newer}
CLASSIFIERS = {"squeezenet": 33, "googlenet": 33, "swin": 32}


def write_data(folder, size=SIZE):
    """Blobs of color in noise, for no two pixels to be equal by chance, and their labels."""
    random = numpy.random.default_rng(1)
    images, labels = [], []
    for i in range(IMAGES):
        blobs = random.integers(0, 256, (5, 5, 3), dtype=numpy.uint8)
        image = numpy.asarray(Image.fromarray(blobs).resize((size, size), Image.BICUBIC)) * 0.6 + 50
        images.append(numpy.clip(image + random.normal(0, 12, image.shape), 0, 255).astype(numpy.uint8))
        label = Image.fromarray((blobs[..., 0] // 86).astype(numpy.uint8)).resize((size, size), Image.NEAREST)
        labels.append(numpy.asarray(label))
        Image.fromarray(images[i]).save(folder / f"{i}.png")
        Image.fromarray(images[i][:32, :32]).save(folder / f"{i}_32.png")
        label.save(folder / f"{i}_labels.png")
    lines = {
        str(size): [f"{i}.png {i % CLASSES}" for i in range(IMAGES)],
        "32": [f"{i}_32.png {i % CLASSES}" for i in range(IMAGES)],
        "pixels": [f"{i}.png {i}_labels.png" for i in range(IMAGES)],
    }
    for name, content in lines.items():
        (folder / f"{name}.txt").write_text("\n".join(content) + "\n")
    scaled = (numpy.stack(images).astype(numpy.float32) / 255 - 0.5) / 0.25
    return torch.tensor(scaled).permute(0, 3, 1, 2), torch.tensor(numpy.stack(labels).astype(numpy.int64))


def export(network, x, path, newer=False, inference=False):
    names = {"input_names": ["image"], "output_names": ["scores"]}
    if newer:
        torch.onnx.export(network, (x,), str(path), dynamo=True, optimize=False, external_data=False, **names)
        model = onnx.load(path)
        del model.metadata_props[:], model.graph.metadata_props[:]
        for part in [*model.graph.node, *model.graph.value_info, *model.functions, *model.graph.input, *model.graph.output]:
            del part.metadata_props[:]  # the stack at the export, with this machine's paths
        onnx.save(model, path)
    else:
        torch.onnx.export(
            network, x, str(path), dynamo=False, do_constant_folding=False, opset_version=17,
            training=torch.onnx.TrainingMode.EVAL if inference else torch.onnx.TrainingMode.TRAINING,
            dynamic_axes={"image": {0: "N"}}, **names)


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    images, pixels = write_data(folder)
    losses = {}
    for name, make in NETWORKS.items():
        torch.manual_seed(3)
        network = make().train()
        size = CLASSIFIERS.get(name)
        x = images if size is None else images[:, :, :size, :size].contiguous()
        y = pixels if size is None else torch.arange(IMAGES) % CLASSES
        export(network, x, folder / f"{name}.onnx", newer=make is Newer, inference=make is Merged)
        network.train()
        optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
        found = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = functional.cross_entropy(network(x), y)
            loss.backward()
            optimizer.step()
            found.append(round(loss.item(), 7))
        split = "pixels" if size is None else str(size)
        losses[name] = {"split": split, "rate": RATE, "losses": found}
    (folder / "losses.json").write_text(json.dumps(losses, indent=1) + "\n")


if __name__ == "__main__":
    main()
