"""Ten steps of SGD on torchvision's own networks, in PyTorch and in repfold from the file that PyTorch exports.

    python3 tests/src/test/python/torchvision_losses.py FOLDER [NETWORK...]

needs torch, torchvision and onnx, and writes NAME.onnx, its configuration and its run into FOLDER, then prints the largest
difference of a loss; beside it, that of PyTorch in double, which tells how much of it is rounding. Networks are as they are
initialized, without dropout and stochastic depth. NETWORK-frozen keeps the statistics of its batch normalizations.
"""
import copy
import csv
import json
import pathlib
import subprocess
import sys

import torch
import without_torchvision_ops  # noqa: F401
import torchvision
from torch import nn
from torchvision.models.swin_transformer import SwinTransformer

import train_networks

CLASSES, SIZE, STEPS, RATE = train_networks.CLASSES, 96, 10, 0.0005
models, segmentation = torchvision.models, torchvision.models.segmentation
PIXELS = {"weights": None, "weights_backbone": None, "num_classes": CLASSES}


NETWORKS = {
    "squeezenet": lambda: models.squeezenet1_1(num_classes=CLASSES),
    "googlenet": lambda: models.googlenet(num_classes=CLASSES, aux_logits=False, transform_input=True, init_weights=True),
    "lraspp": lambda: segmentation.lraspp_mobilenet_v3_large(**PIXELS),
    "deeplab": lambda: segmentation.deeplabv3_mobilenet_v3_large(**PIXELS),
    "swin": lambda: SwinTransformer([4, 4], 24, [2], [3], [4, 4], stochastic_depth_prob=0.0, num_classes=CLASSES),
    "efficientdet": train_networks.Efficientdet,
}
OF_PIXELS = {"lraspp", "deeplab", "efficientdet"}
FROZEN = "-frozen"


class First(nn.Module):
    """The scores of a network that may give them by name."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        y = self.network(x)
        return y["out"] if isinstance(y, dict) else y


def made(name):
    torch.manual_seed(3)
    network = First(NETWORKS[name.removesuffix(FROZEN)]()).train()
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return network


def losses(network, x, y, frozen):
    network.train()
    for module in network.modules():
        if frozen and isinstance(module, nn.BatchNorm2d):
            module.eval()
    optimizer, found = torch.optim.SGD(network.parameters(), lr=RATE), []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(x), y)
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


def trained(folder, name, frozen, split):
    config = {
        "name": name, "threads": 1, "loss": "CrossEntropyLoss2d", "arch": {"args": {"freeze_bn": frozen}},
        "train_loader": {"type": "ListFile", "args": {
            "data_dir": str(folder), "split": split, "batch_size": 4, "num_workers": 0, "num_classes": CLASSES,
            "mean": 0.5, "std": 0.25}},
        "optimizer": {"type": "SGD", "args": {"lr": RATE}}, "lr_scheduler": {"type": "Constant"},
        "trainer": {"epochs": STEPS, "save_period": 0, "monitor": "off", "log_per_iter": 1, "tensorboard": False, "val": False}}
    written, run = folder / f"{name}.json", folder / f"{name}-run"
    written.write_text(json.dumps(config))
    repfold = pathlib.Path(__file__).parents[4] / "repfold"
    subprocess.run([repfold, "train", folder / f"{name}.onnx", "-c", written, "--run", run], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([repfold, "export", run, "-o", folder / f"{name}-deployed.onnx"], check=True, stdout=subprocess.DEVNULL)
    with open(run / "metrics.csv") as lines:
        return [float(row["loss"]) for row in csv.DictReader(lines) if row["loss"]]


def main():
    folder, *names = sys.argv[1:]
    folder = pathlib.Path(folder).resolve()
    folder.mkdir(exist_ok=True)
    torch.set_num_threads(1)
    images, pixels = train_networks.write_data(folder, SIZE)
    print("network, loss of the first and of the last step, largest difference of repfold and of PyTorch in double")
    for name in names or [n + end for n in NETWORKS for end in ("", FROZEN)]:
        frozen = name.endswith(FROZEN)
        split, y = ("pixels", pixels) if name.removesuffix(FROZEN) in OF_PIXELS else (str(SIZE), torch.arange(4) % CLASSES)
        network = made(name)
        train_networks.export(network, images, folder / f"{name}.onnx")
        double = losses(copy.deepcopy(network).double(), images.double(), y, frozen)
        wanted = losses(network, images, y, frozen)
        found = trained(folder, name, frozen, split)
        differences = [max(abs(a - b) for a, b in zip(other, wanted, strict=True)) for other in (found, double)]
        print(f"{name}, {wanted[0]:.6f} to {wanted[-1]:.6f}, %.1e, %.1e" % tuple(differences), flush=True)


if __name__ == "__main__":
    main()
