"""Imports networks of torchvision and timm with random weights, and compares the folded ONNX files with PyTorch.

    python compare.py REPFOLD FOLDER [NAME ...]

needs torch, torchvision, timm, safetensors, numpy and onnxruntime. Running statistics are set to values as after training, so
that a normalization that is left out shows. Prints a line a network: the greatest difference as a share of the
greatest output.
"""

import subprocess
import sys
from pathlib import Path

import numpy
import onnxruntime
import torch


def torchvision_segmentation(name):
    from torchvision.models import segmentation

    more = {} if name.startswith("lraspp") else {"aux_loss": True}
    return lambda: getattr(segmentation, name)(weights=None, weights_backbone=None, **more)


def torchvision_classifier(name):
    import torchvision

    return lambda: getattr(torchvision.models, name)(weights=None)


def timm_classifier(name):
    import timm

    return lambda: timm.create_model(name)


# Name of the model, how it is made, the file's ending, the network and its arguments.
MODELS = {
    "deeplabv3_resnet50": (torchvision_segmentation, "pth", "DeepLabV3", []),
    "deeplabv3_resnet101": (torchvision_segmentation, "safetensors", "DeepLabV3", ["backbone=resnet101"]),
    "fcn_resnet50": (torchvision_segmentation, "legacy", "FCN", []),
    "resnet18": (torchvision_classifier, "pth", "ResNet-18", []),
    "resnet50": (torchvision_classifier, "module", "ResNet-50", []),
    "densenet121": (torchvision_classifier, "pth", "DenseNet-121", []),
    "densenet161": (torchvision_classifier, "pth", "DenseNet-161", []),
    "resnet50d": (timm_classifier, "pth", "ResNet-50", ["stem=deep", "stem_width=32", "avg_down=true"]),
    "repvgg_a0": (timm_classifier, "pth", "RepVGG-A0", []),
    "mobileone_s0": (timm_classifier, "pth", "MobileOne-S0", []),
    "mobileone_s4": (timm_classifier, "pth", "MobileOne-S4", []),
    "repvit_m0_9": (timm_classifier, "pth", "RepViT-M0.9", []),
    "mobilenet_v3_large": (torchvision_classifier, "pth", "MobileNetV3-Large", []),
    "lraspp_mobilenet_v3_large": (torchvision_segmentation, "pth", "LRASPP", []),
    "deeplabv3_mobilenet_v3_large": (torchvision_segmentation, "pth", "DeepLabV3-MobileNetV3", []),
    "repvgg_b1g4": (timm_classifier, "safetensors", "RepVGG-B1g4", []),
}


def as_after_training(model):
    """Statistics far from 0 and 1; scales near the value that keeps the magnitude."""
    generator = torch.Generator().manual_seed(7)
    for module in model.modules():
        if isinstance(module, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            module.running_mean.normal_(0, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
            module.weight.data.uniform_(0.5, 1.0, generator=generator)
            module.bias.data.normal_(0, 0.1, generator=generator)


def save(model, kind, path):
    if kind == "safetensors":
        from safetensors.torch import save_file

        save_file({k: v.contiguous() for k, v in model.state_dict().items()}, path)
    elif kind == "legacy":
        torch.save(model.state_dict(), path, _use_new_zipfile_serialization=False)
    elif kind == "module":
        torch.save(model, path)
    else:
        torch.save({"epoch": 3, "state_dict": model.state_dict()}, path)


def output(result):
    return result["out"] if isinstance(result, dict) else result


def compare(repfold, folder, name):
    make, kind, network, arguments = MODELS[name]
    torch.manual_seed(1)
    model = make(name)()
    as_after_training(model)
    model.eval()
    checkpoint = folder / (name + (".safetensors" if kind == "safetensors" else ".pth"))
    save(model, kind, checkpoint)
    result = folder / (name + ".onnx")
    command = [repfold, "import", checkpoint, "--network", network, "-o", result]
    if arguments:
        command += ["--args", *arguments]
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if run.returncode != 0:
        return print(f"{name:22} exit {run.returncode}: {run.stdout}{run.stderr}")
    images = torch.randn(2, 3, 129, 161, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected = output(model(images)).numpy()
    session = onnxruntime.InferenceSession(result, providers=["CPUExecutionProvider"])
    found = session.run(None, {"image": images.numpy()})[0]
    share = numpy.abs(found - expected).max() / numpy.abs(expected).max()
    print(f"{name:22} {kind:12} {network:14} {share:.1e}", flush=True)
    checkpoint.unlink()
    result.unlink()


def main():
    repfold, folder, *names = sys.argv[1:]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or MODELS:
        compare(repfold, folder, name)


if __name__ == "__main__":
    main()
