"""Writes small networks as PyTorch saves them, and what they give for an image that a formula makes.

    python make_networks.py FOLDER SAMPLES

The modules are written here with the names of torchvision's ResNet-18 and of the ResNet-18 that the diverse branch block was
published with, at two channels in the first stage.
"""

import json
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F

FOLDER, SAMPLES = map(pathlib.Path, sys.argv[1:])
WIDTH = 2


class TorchvisionBlock(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample = None
        if stride != 1 or before != after:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class TorchvisionResNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTH, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTH)
        before = WIDTH
        for stage in range(4):
            after = WIDTH << stage
            blocks = [TorchvisionBlock(before, after, 1 if stage == 0 else 2), TorchvisionBlock(after, after, 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            before = after
        self.fc = nn.Linear(before, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in range(4):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean((2, 3)))


class Normalized(nn.Module):
    """A convolution and its batch normalization."""

    def __init__(self, before, after, size, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(before, after, size, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(after)

    def forward(self, x):
        return self.bn(self.conv(x))


class PaddedNorm(nn.Module):
    """A batch normalization, around which what it gives for zeros is put."""

    def __init__(self, channels):
        super().__init__()
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        bn = self.bn
        border = bn.bias - bn.running_mean * bn.weight / (bn.running_var + bn.eps).sqrt()
        inside = self.bn(x)
        whole = border.view(1, -1, 1, 1).expand(x.shape[0], -1, x.shape[2] + 2, x.shape[3] + 2).clone()
        whole[:, :, 1:-1, 1:-1] = inside
        return whole


class FromIdentity(nn.Conv2d):
    """A 1 x 1 convolution that stores its difference from the identity."""

    def __init__(self, channels):
        super().__init__(channels, channels, 1, bias=False)

    def forward(self, x):
        return F.conv2d(x, self.weight + torch.eye(self.out_channels)[:, :, None, None])


class DiverseBlock(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.dbb_origin = Normalized(before, after, 3, stride, 1)
        self.dbb_avg = nn.Sequential()
        self.dbb_avg.add_module("conv", nn.Conv2d(before, after, 1, bias=False))
        self.dbb_avg.add_module("bn", PaddedNorm(after))
        self.dbb_avg.add_module("avg", nn.AvgPool2d(3, stride))
        self.dbb_avg.add_module("avgbn", nn.BatchNorm2d(after))
        self.dbb_1x1 = Normalized(before, after, 1, stride)
        self.dbb_1x1_kxk = nn.Sequential()
        self.dbb_1x1_kxk.add_module("idconv1", FromIdentity(before))
        self.dbb_1x1_kxk.add_module("bn1", PaddedNorm(before))
        self.dbb_1x1_kxk.add_module("conv2", nn.Conv2d(before, after, 3, stride, bias=False))
        self.dbb_1x1_kxk.add_module("bn2", nn.BatchNorm2d(after))

    def forward(self, x):
        return self.dbb_origin(x) + self.dbb_1x1(x) + self.dbb_avg(x) + self.dbb_1x1_kxk(x)


class DiverseResidual(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.shortcut = nn.Identity()
        if stride != 1 or before != after:
            self.shortcut = Normalized(before, after, 1, stride)
        self.conv1 = DiverseBlock(before, after, stride)
        self.conv2 = DiverseBlock(after, after, 1)

    def forward(self, x):
        return F.relu(self.conv2(F.relu(self.conv1(x))) + self.shortcut(x))


class DiverseResNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stage0 = nn.Sequential()
        self.stage0.add_module("conv1", Normalized(3, WIDTH, 7, 2, 3))
        before = WIDTH
        for stage in range(4):
            after = WIDTH << stage
            blocks = [DiverseResidual(before, after, 1 if stage == 0 else 2), DiverseResidual(after, after, 1)]
            setattr(self, f"stage{stage + 1}", nn.Sequential(*blocks))
            before = after
        self.linear = nn.Linear(before, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.stage0(x)), 3, 2, 1)
        for stage in range(4):
            x = getattr(self, f"stage{stage + 1}")(x)
        return self.linear(x.mean((2, 3)))


def as_after_training(model):
    generator = torch.Generator().manual_seed(11)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
            module.weight.data.uniform_(-1, 1, generator=generator)
            module.bias.data.normal_(0, 0.2, generator=generator)
        elif isinstance(module, (nn.Conv2d, nn.Linear)):
            module.weight.data.normal_(0, 0.4, generator=generator)


def image():
    """Values of 1/128 that a formula gives, so that others can make them."""
    values = torch.arange(3 * 33 * 41)
    return ((values * 37 % 257 - 128) / 128).reshape(1, 3, 33, 41)


def main():
    torch.manual_seed(0)
    expected = {}
    models = {SAMPLES / "resnet18": TorchvisionResNet(5), FOLDER / "diverse_resnet": DiverseResNet(5)}
    for path, model in models.items():
        as_after_training(model)
        model.eval()
        torch.save({"epoch": 7, "model": nn.DataParallel(model).state_dict()}, path.with_suffix(".pth"))
        with torch.no_grad():
            expected[path.name] = model.double()(image().double())[0].tolist()
    (FOLDER / "networks.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
