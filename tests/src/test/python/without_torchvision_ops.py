"""Lets timm be imported where torchvision's compiled operators do not match the installed torch.

``import without_torchvision_ops`` before timm.  torchvision registers shape functions for two of its operators on import and
fails when they are missing; none of its operators is used here, so a bare declaration is enough.
"""
import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:
    _library = torch.library.Library("torchvision", "DEF")
    for _name in ("nms", "qnms"):
        _library.define(_name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
