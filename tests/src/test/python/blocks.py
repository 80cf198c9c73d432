"""Re-parameterized convolution blocks in their training form, written after the papers.

This module holds only ``torch.nn`` modules and the list of cases built from them; it writes nothing.
``export_blocks.py`` turns the list into ONNX files.  Needs: torch.

Every entry of ``CASES`` is one linear block (or one block that must be refused) together with an input
shape, the result a folder must reach, and a note.  ``build(case)`` returns the module in eval mode with
weights and batch-norm statistics drawn from a generator seeded by the case name, so that a run is repeatable.

Notation: k kernel, d dilation, s stride, p padding, g groups.  Centered hosts have p = d * (k // 2).
"""
import dataclasses
import zlib
from typing import Callable, Optional, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F


# ---------------------------------------------------------------------------------------------------------
# pieces


def pair(v):
    return tuple(v) if isinstance(v, (tuple, list)) else (v, v)


def conv_bn(cin, cout, k, s=1, p=0, d=1, g=1, bias=False, mode="zeros"):
    return nn.Sequential(
        nn.Conv2d(cin, cout, k, s, p, d, g, bias=bias, padding_mode=mode), nn.BatchNorm2d(cout))


class Parallel(nn.Module):
    """Sum of branches applied to the same input."""

    def __init__(self, *branches, post=None):
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.post = post if post is not None else nn.Identity()

    def forward(self, x):
        y = self.branches[0](x)
        for b in self.branches[1:]:
            y = y + b(x)
        return self.post(y)


class Crop(nn.Module):
    """Removes rows and columns at the border (a negative padding)."""

    def __init__(self, rows, cols):
        super().__init__()
        self.rows, self.cols = rows, cols

    def forward(self, x):
        h, w = x.shape[2], x.shape[3]
        return x[:, :, self.rows:h - self.rows, self.cols:w - self.cols]


class PadInput(nn.Module):
    def __init__(self, pads, mode="constant", value=None):
        super().__init__()
        self.pads, self.mode, self.value = list(pads), mode, value

    def forward(self, x):
        return F.pad(x, self.pads, self.mode, self.value)


# ---------------------------------------------------------------------------------------------------------
# RepVGG and relatives


class RepVGG(nn.Module):
    """3x3-BN + 1x1-BN (+ identity-BN where the shapes allow it)."""

    def __init__(self, cin, cout, k=3, s=1, d=1, g=1, identity=None, post=None, mode="zeros"):
        super().__init__()
        p = d * (k // 2)
        identity = (cin == cout and s == 1) if identity is None else identity
        self.dense = conv_bn(cin, cout, k, s, p, d, g, mode=mode)
        self.point = conv_bn(cin, cout, 1, s, 0, 1, g)
        self.identity = nn.BatchNorm2d(cin) if identity else None
        self.post = post if post is not None else nn.Identity()

    def forward(self, x):
        y = self.dense(x) + self.point(x)
        if self.identity is not None:
            y = y + self.identity(x)
        return self.post(y)


class RepVGG1d(nn.Module):
    def __init__(self, c, k=3, d=1):
        super().__init__()
        self.dense = nn.Sequential(nn.Conv1d(c, c, k, 1, d * (k // 2), d, bias=False), nn.BatchNorm1d(c))
        self.point = nn.Sequential(nn.Conv1d(c, c, 1, bias=False), nn.BatchNorm1d(c))
        self.identity = nn.BatchNorm1d(c)

    def forward(self, x):
        return self.identity(x) + self.dense(x) + self.point(x)


class RepVGG3d(nn.Module):
    def __init__(self, c, bias=False):
        super().__init__()
        self.dense = nn.Sequential(nn.Conv3d(c, c, 3, 1, 1, bias=bias), nn.BatchNorm3d(c))
        self.point = nn.Sequential(nn.Conv3d(c, c, 1, bias=bias), nn.BatchNorm3d(c))
        self.identity = nn.BatchNorm3d(c)

    def forward(self, x):
        return self.dense(x) + self.point(x) + self.identity(x)


class QARepVGG(nn.Module):
    """3x3-BN + 1x1 without BN + raw identity, one BN after the sum."""

    def __init__(self, cin, cout, s=1, g=1, point_bias=False, alpha=False):
        super().__init__()
        self.dense = conv_bn(cin, cout, 3, s, 1, 1, g)
        self.point = nn.Conv2d(cin, cout, 1, s, 0, groups=g, bias=point_bias)
        self.skip = cin == cout and s == 1
        self.alpha = nn.Parameter(torch.tensor(0.7)) if alpha else None
        self.bn = nn.BatchNorm2d(cout)

    def forward(self, x):
        point = self.point(x)
        if self.alpha is not None:
            point = self.alpha * point
        y = self.dense(x) + point
        if self.skip:
            y = y + x
        return self.bn(y)


class AlphaScaled(nn.Module):
    """Every branch carries a learned scalar: rank 0, rank 1, and per channel."""

    def __init__(self, c):
        super().__init__()
        self.dense = conv_bn(c, c, 3, 1, 1)
        self.point = conv_bn(c, c, 1)
        self.a = nn.Parameter(torch.tensor(1.3))
        self.b = nn.Parameter(torch.tensor([-0.6]))
        self.c = nn.Parameter(torch.rand(1, c, 1, 1, generator=torch.Generator().manual_seed(5)) + 0.5)

    def forward(self, x):
        return self.a * self.dense(x) + self.point(x) * self.b + self.c * x


class StridedIdentity(nn.Module):
    """The skip takes every second pixel; the host is a 3x3 of stride 2."""

    def __init__(self, c, post=False):
        super().__init__()
        self.dense = conv_bn(c, c, 3, 2, 1)
        self.point = conv_bn(c, c, 1, 2)
        self.post = nn.BatchNorm2d(c) if post else nn.Identity()

    def forward(self, x):
        return self.post(self.dense(x) + x[:, :, ::2, ::2] + self.point(x))


# ---------------------------------------------------------------------------------------------------------
# ACB


class ACB(nn.Module):
    """kxk + kx1 + 1xk, a BN each; the one-dimensional branches carry the dilation along their long axis."""

    def __init__(self, cin, cout, k=3, s=1, d=1, p=None, g=1, mode="zeros", post=None):
        super().__init__()
        h = d * (k // 2)
        p = h if p is None else p
        short = p - h
        self.square = conv_bn(cin, cout, k, s, p, d, g, mode=mode)
        ver = conv_bn(cin, cout, (k, 1), s, (p, max(short, 0)), d, g, mode=mode)
        hor = conv_bn(cin, cout, (1, k), s, (max(short, 0), p), d, g, mode=mode)
        if short < 0:
            ver = nn.Sequential(Crop(0, -short), ver)
            hor = nn.Sequential(Crop(-short, 0), hor)
        self.ver, self.hor = ver, hor
        self.post = post if post is not None else nn.Identity()

    def forward(self, x):
        return self.post(self.square(x) + self.ver(x) + self.hor(x))


class ReflectOnceACB(nn.Module):
    """The input is reflected once, to the host's border; the short branches crop what they do not need."""

    def __init__(self, c):
        super().__init__()
        self.square = conv_bn(c, c, 3)
        self.ver = conv_bn(c, c, (3, 1))
        self.hor = conv_bn(c, c, (1, 3))

    def forward(self, x):
        x = F.pad(x, [1, 1, 1, 1], "reflect")
        return self.square(x) + self.ver(x[:, :, :, 1:-1]) + self.hor(x[:, :, 1:-1, :])


# ---------------------------------------------------------------------------------------------------------
# DBB


class BorderBN(nn.Module):
    """BN, then a border of the value that the BN gives for a zero input, written by slice assignment."""

    def __init__(self, c, p):
        super().__init__()
        self.bn, self.p = nn.BatchNorm2d(c), p

    def forward(self, x):
        out = self.bn(x)
        p = self.p
        if p > 0:
            bn = self.bn
            zero = bn.bias.detach() - bn.running_mean * bn.weight.detach() / torch.sqrt(bn.running_var + bn.eps)
            zero = zero.view(1, -1, 1, 1)
            out = F.pad(out, [p] * 4)
            out[:, :, 0:p, :] = zero
            out[:, :, -p:, :] = zero
            out[:, :, :, 0:p] = zero
            out[:, :, :, -p:] = zero
        return out


class PadBN(nn.Module):
    """The same values without an assignment: a zero border, then the BN."""

    def __init__(self, c, p):
        super().__init__()
        self.bn, self.p = nn.BatchNorm2d(c), p

    def forward(self, x):
        return self.bn(F.pad(x, [self.p] * 4))


class CatBN(nn.Module):
    """The same values with a scalar-free constant border: BN shifted to zero at zero, pad, shift back."""

    def __init__(self, c, p):
        super().__init__()
        self.bn, self.p = nn.BatchNorm2d(c), p

    def forward(self, x):
        bn = self.bn
        zero = (bn.bias - bn.running_mean * bn.weight / torch.sqrt(bn.running_var + bn.eps)).view(1, -1, 1, 1)
        return F.pad(bn(x) - zero, [self.p] * 4) + zero


class IdConv(nn.Module):
    """1x1 convolution whose stored weight is the difference to the identity."""

    def __init__(self, c, g=1):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(c, c // g, 1, 1))
        eye = torch.zeros(c, c // g, 1, 1)
        for i in range(c):
            eye[i, i % (c // g), 0, 0] = 1
        self.register_buffer("eye", eye)
        self.g = g

    def forward(self, x):
        return F.conv2d(x, self.weight + self.eye, None, groups=self.g)


class DilatedAverage(nn.Module):
    """A dilated average: a fixed depthwise convolution of 1 / k^2."""

    def __init__(self, c, k, s, d):
        super().__init__()
        self.register_buffer("kernel", torch.full((c, 1, k, k), 1.0 / (k * k)))
        self.c, self.s, self.d = c, s, d

    def forward(self, x):
        return F.conv2d(x, self.kernel, None, self.s, 0, self.d, self.c)


class DBB(nn.Module):
    """kxk, 1x1, 1x1 -> kxk and 1x1 -> average, every convolution with a BN.

    ``border`` picks how the two sequences make their border.  ``avg``, ``identity`` give the relatives without
    the average and with an identity BN.  Depthwise (g == cin) has 2C channels inside and averages the input itself.
    """

    def __init__(self, cin, cout, k=3, s=1, d=1, g=1, border=BorderBN, avg=True, identity=False, post=None):
        super().__init__()
        p = d * (k // 2)
        depthwise = g == cin and g > 1
        self.origin = conv_bn(cin, cout, k, s, p, d, g)
        self.point = None if depthwise else conv_bn(cin, cout, 1, s, 0, 1, g)
        self.identity = nn.BatchNorm2d(cin) if identity else None
        self.average = None
        if avg and depthwise:
            self.average = nn.Sequential(nn.AvgPool2d(k, s, p), nn.BatchNorm2d(cout))
        elif avg:
            pool = nn.AvgPool2d(k, s, 0) if d == 1 else DilatedAverage(cout, k, s, d)
            self.average = nn.Sequential(
                nn.Conv2d(cin, cout, 1, groups=g, bias=False), border(cout, p), pool, nn.BatchNorm2d(cout))
        inner = 2 * cin if depthwise else cin
        first = nn.Conv2d(cin, inner, 1, groups=g, bias=False) if depthwise else IdConv(cin, g)
        self.sequence = nn.Sequential(
            first, border(inner, p), nn.Conv2d(inner, cout, k, s, 0, d, g, bias=False), nn.BatchNorm2d(cout))
        self.post = post if post is not None else nn.Identity()

    def forward(self, x):
        out = self.origin(x)
        if self.point is not None:
            out = out + self.point(x)
        if self.average is not None:
            out = out + self.average(x)
        out = out + self.sequence(x)
        if self.identity is not None:
            out = out + self.identity(x)
        return self.post(out)


# ---------------------------------------------------------------------------------------------------------
# MobileOne, RepMixer, large kernels


class MobileOne(nn.Module):
    """n parallel k x k conv-BN + a 1x1 scale branch (k > 1) + an identity BN (same shape)."""

    def __init__(self, cin, cout, k=3, s=1, g=1, n=4, post=None, skip=None):
        super().__init__()
        self.convs = nn.ModuleList(conv_bn(cin, cout, k, s, k // 2, 1, g) for _ in range(n))
        self.scale = conv_bn(cin, cout, 1, s, 0, 1, g) if k > 1 else None
        skip = (cin == cout and s == 1) if skip is None else skip
        self.skip = nn.BatchNorm2d(cin) if skip else None
        self.post = post if post is not None else nn.Identity()

    def forward(self, x):
        out = 0
        if self.skip is not None:
            out = self.skip(x)
        if self.scale is not None:
            out = out + self.scale(x)
        for c in self.convs:
            out = out + c(x)
        return self.post(out)


class RepMixer(nn.Module):
    """x + s * (f(x) - g(x)); f depthwise MobileOne, g one BN, s per channel."""

    def __init__(self, c, k=3):
        super().__init__()
        self.mixer = MobileOne(c, c, k, g=c, n=1)
        self.norm = nn.BatchNorm2d(c)
        self.layer_scale = nn.Parameter(torch.linspace(-0.8, 1.2, c).view(c, 1, 1))

    def forward(self, x):
        return x + self.layer_scale * (self.mixer(x) - self.norm(x))


class LargeKernel(nn.Module):
    """A large depthwise kernel beside a small one; one of them has a convolution bias."""

    def __init__(self, c, big=7, small=3):
        super().__init__()
        self.big = conv_bn(c, c, big, 1, big // 2, 1, c)
        self.small = conv_bn(c, c, small, 1, small // 2, 1, c, bias=True)

    def forward(self, x):
        return self.big(x) + self.small(x)


class DilatedToDense(nn.Module):
    """A 7x7 depthwise host with 5x5, dilated 3x3 (2 and 3) beside it and a BN after each."""

    def __init__(self, c):
        super().__init__()
        self.host = conv_bn(c, c, 7, 1, 3, 1, c)
        self.k5 = conv_bn(c, c, 5, 1, 2, 1, c)
        self.d2 = conv_bn(c, c, 3, 1, 2, 2, c)
        self.d3 = conv_bn(c, c, 3, 1, 3, 3, c)

    def forward(self, x):
        return self.host(x) + self.k5(x) + self.d2(x) + self.d3(x)


class RepCPE(nn.Module):
    """Positional encoding: a biased depthwise 7x7 plus the raw input."""

    def __init__(self, c):
        super().__init__()
        self.pe = nn.Conv2d(c, c, 7, 1, 3, groups=c, bias=True)

    def forward(self, x):
        return self.pe(x) + x


class RepDW(nn.Module):
    """Depthwise 3x3-BN + depthwise 1x1 with bias + raw input, one BN after the sum."""

    def __init__(self, c):
        super().__init__()
        self.dense = conv_bn(c, c, 3, 1, 1, 1, c)
        self.point = nn.Conv2d(c, c, 1, groups=c)
        self.bn = nn.BatchNorm2d(c)

    def forward(self, x):
        return self.bn((self.dense(x) + self.point(x)) + x)


# ---------------------------------------------------------------------------------------------------------
# other geometry


class EvenKernels(nn.Module):
    """2x2 and 4x4, each after its own explicit one-sided zero padding, so that both keep the size."""

    def __init__(self, c):
        super().__init__()
        self.two = nn.Sequential(PadInput((0, 1, 0, 1)), conv_bn(c, c, 2))
        self.four = nn.Sequential(PadInput((1, 2, 1, 2)), conv_bn(c, c, 4))

    def forward(self, x):
        return self.two(x) + self.four(x)


class DepthConcat(nn.Module):
    """Two convolutions of one geometry, concatenated over channels, then a BN over all of them."""

    def __init__(self, cin, cout):
        super().__init__()
        self.a = conv_bn(cin, cout // 2, 3, 1, 1)
        self.b = conv_bn(cin, cout - cout // 2, 3, 1, 1)
        self.bn = nn.BatchNorm2d(cout)

    def forward(self, x):
        return self.bn(torch.cat([self.a(x), self.b(x)], 1))


class WeightSpace(nn.Module):
    """One convolution whose kernel is an expression over parameters, then one BN."""

    def __init__(self, c, d=1, pad=False):
        super().__init__()
        self.pad = pad
        center = torch.zeros(3, 3)
        center[1, 1] = 1
        self.register_buffer("center", center)
        self.dense = nn.Parameter(torch.empty(c, c, 3, 3))
        self.point = nn.Parameter(torch.empty(c, c, 1, 1))
        self.alpha = nn.Parameter(torch.linspace(0.5, 1.5, c).view(c, 1, 1, 1))
        self.bn = nn.BatchNorm2d(c)
        self.d = d

    def forward(self, x):
        point = F.pad(self.point, [1, 1, 1, 1]) if self.pad else self.point * self.center
        w = self.dense * self.alpha + point
        return self.bn(F.conv2d(x, w, None, 1, self.d, self.d))


# ---------------------------------------------------------------------------------------------------------
# blocks that must not become one convolution


class FanOut(nn.Module):
    """The output of one branch is a graph output as well."""

    def __init__(self, c):
        super().__init__()
        self.dense = conv_bn(c, c, 3, 1, 1)
        self.point = conv_bn(c, c, 1)

    def forward(self, x):
        a = self.dense(x)
        return a + self.point(x), a


class TwoStrides(nn.Module):
    """A stride-2 branch, resampled to the size of the stride-1 branch, then summed or concatenated."""

    def __init__(self, c, join):
        super().__init__()
        self.one = conv_bn(c, c, 3, 1, 1)
        self.two = conv_bn(c, c, 3, 2, 1)
        self.join = join

    def forward(self, x):
        a = self.one(x)
        b = F.interpolate(self.two(x), size=a.shape[2:], mode="nearest")
        return a + b if self.join == "add" else torch.cat([a, b], 1)


class Squeeze(nn.Module):
    """A branch gated by its own mean."""

    def __init__(self, c):
        super().__init__()
        self.dense = conv_bn(c, c, 3, 1, 1)
        self.point = conv_bn(c, c, 1)
        self.fc = nn.Conv2d(c, c, 1)

    def forward(self, x):
        a = self.dense(x)
        return a * torch.sigmoid(self.fc(a.mean((2, 3), keepdim=True))) + self.point(x)


# ---------------------------------------------------------------------------------------------------------
# cases


@dataclasses.dataclass
class Case:
    name: str
    make: Callable[[], nn.Module]
    shape: Tuple[int, ...] = (1, 6, 9, 7)
    block: str = ""
    op: str = "Conv"                      # what is left: Conv or ConvTranspose
    refuse: Optional[str] = None          # reason keyword of a refusal
    optional: bool = False                # foldable, but a folder may leave it: more arithmetic, or exact only up to rounding
    min_linear: int = 2                   # refusals: at least so many Conv, BN and pooling nodes stay
    dynamic: Tuple[int, ...] = ()         # axes exported with a name instead of a size
    alt_shape: Optional[Tuple[int, ...]] = None
    needs_shape: bool = False
    exporters: Tuple[str, ...] = ("ts", "dyn", "tsdef", "dynopt")
    invalid: bool = False                 # the exporter writes a file that no runtime accepts
    equal: bool = False                   # every BN gets the vectors of the first one
    untrained: bool = False               # BN keeps its initial vectors
    train: bool = False                   # export with BN in training mode
    note: str = ""


def _branch(*mods):
    return nn.Sequential(*mods)


CASES = []


def case(name, make, **kw):
    kw.setdefault("block", name.split("_")[0])
    CASES.append(Case(name, make, **kw))


NHW = dict(dynamic=(0, 2, 3), shape=(2, 6, 9, 7), alt_shape=(3, 6, 8, 11))
NHW4 = dict(dynamic=(0, 2, 3), shape=(2, 4, 9, 7), alt_shape=(3, 4, 8, 11))

case("repvgg_identity", lambda: RepVGG(6, 6))
case("repvgg_identity_nhw", lambda: RepVGG(6, 6), note="N, H, W are named axes", **NHW)
case("repvgg_channels", lambda: RepVGG(5, 8), shape=(1, 5, 9, 7), note="no identity branch")
case("repvgg_stride2", lambda: RepVGG(6, 6, s=2, post=nn.ReLU()), note="no identity branch, ReLU after the sum")
case("repvgg_groups2", lambda: RepVGG(6, 6, g=2), note="identity beside two groups")
case("repvgg_dilation2", lambda: RepVGG(6, 6, d=2), note="3x3 d=2 p=2, 1x1 p=0")
case("repvgg_dilation4", lambda: RepVGG(4, 4, d=4), shape=(1, 4, 11, 13))
case("repvgg_postbn", lambda: RepVGG(6, 6, post=nn.BatchNorm2d(6)), note="BN after the sum")
case("repvgg_dropout", lambda: RepVGG(4, 4, post=nn.Sequential(nn.Dropout(0.1), nn.BatchNorm2d(4))),
     shape=(1, 4, 9, 7), note="Dropout in eval mode before the BN after the sum")
case("repvgg_equal_statistics", lambda: RepVGG(6, 6, post=nn.BatchNorm2d(6)), equal=True,
     note="all BN nodes have the same vectors, which an exporter may merge")
case("repvgg_untrained", lambda: RepVGG(6, 6), equal=True, untrained=True, note="all BN nodes have their initial vectors")
case("repvgg_depthwise", lambda: RepVGG(6, 6, g=6))
case("repvgg_1d", lambda: RepVGG1d(5, 3, 2), shape=(2, 5, 17))
case("repvgg_3d", lambda: RepVGG3d(4), shape=(1, 4, 5, 6, 4), exporters=("ts", "dynopt"))
case("repvgg_3d_bias", lambda: RepVGG3d(4, True), shape=(1, 4, 5, 6, 4))
case("repvgg_reflect", lambda: RepVGG(6, 6, mode="reflect"), note="3x3 on a reflected border, 1x1 and identity without one")
case("qarepvgg", lambda: QARepVGG(6, 6))
case("qarepvgg_stride2", lambda: QARepVGG(5, 8, s=2), shape=(1, 5, 9, 7))
case("qarepvgg_alpha", lambda: QARepVGG(6, 6, point_bias=True, alpha=True), note="scalar on a biased 1x1")
case("alpha_scaled", lambda: AlphaScaled(6), note="scalars of rank 0 and 1, one scale per channel on the identity")
case("strided_identity", lambda: StridedIdentity(6), note="x[:, :, ::2, ::2] beside 3x3 s=2")
case("strided_identity_postbn", lambda: StridedIdentity(4, True), shape=(1, 4, 8, 10))

for _k in (3, 5):
    for _d in (1, 2):
        case(f"acb_k{_k}_d{_d}", lambda k=_k, d=_d: ACB(4, 4, k, d=d), shape=(1, 4, 11, 9))
case("acb_k3_stride2", lambda: ACB(6, 8, 3, 2))
case("acb_k5_d2_stride2_groups2", lambda: ACB(4, 6, 5, 2, 2, g=2, post=nn.BatchNorm2d(6)), shape=(1, 4, 13, 11))
case("acb_k3_crop", lambda: ACB(6, 6, 3, p=0), note="p=0: the short branches crop the input (slice)")
case("acb_k3_nhw", lambda: ACB(6, 6, 3), **NHW)
case("acb_reflect", lambda: ACB(6, 6, 3, mode="reflect"), note="every convolution has padding_mode reflect")
case("acb_reflect_once", lambda: ReflectOnceACB(6), note="one reflected border for all, short branches crop it")

case("dbb_assign", lambda: DBB(4, 4), shape=(1, 4, 9, 7), block="dbb", note="border by slice assignment")
case("dbb_assign_nhw", lambda: DBB(4, 4), block="dbb", needs_shape=True,
     note="border by slice assignment with named N, H, W", **NHW4)
case("dbb_assign_hw", lambda: DBB(4, 4, avg=False), block="dbb", needs_shape=True, dynamic=(2, 3), shape=(1, 4, 9, 7),
     alt_shape=(1, 4, 12, 10), note="border by slice assignment with named H, W")
case("dbb_padbn", lambda: DBB(4, 6, border=PadBN), shape=(1, 4, 9, 7), note="border by zero pad, then BN")
case("dbb_padbn_nhw", lambda: DBB(4, 4, border=PadBN), **NHW4)
case("dbb_shifted", lambda: DBB(4, 4, border=CatBN), shape=(1, 4, 9, 7), optional=True,
     note="border by shift, zero pad, shift back; exact only up to rounding")
case("dbb_stride2", lambda: DBB(4, 8, s=2), shape=(1, 4, 9, 7))
case("dbb_k5", lambda: DBB(4, 4, k=5, border=PadBN, post=nn.BatchNorm2d(4)), shape=(1, 4, 9, 11))
case("dbb_k5_assign", lambda: DBB(4, 4, k=5), shape=(1, 4, 9, 11))
case("dbb_groups2", lambda: DBB(6, 6, g=2))
case("dbb_depthwise", lambda: DBB(4, 4, g=4), shape=(1, 4, 9, 7), note="2C channels inside the sequence, average of the input")
case("dbb_depthwise_padbn", lambda: DBB(6, 6, g=6, border=PadBN))
case("dbb_dilation2", lambda: DBB(4, 4, d=2), shape=(1, 4, 11, 9), note="border d*(k//2), dilated average")
case("dbb_dilation2_padbn", lambda: DBB(4, 4, d=2, border=PadBN), shape=(1, 4, 11, 9))
case("dbb2", lambda: DBB(4, 4, avg=False), shape=(1, 4, 9, 7))
case("dbb3", lambda: DBB(4, 4, avg=False, identity=True), shape=(1, 4, 9, 7))
case("dbb4", lambda: DBB(4, 4, identity=True, post=nn.BatchNorm2d(4)), shape=(1, 4, 9, 7), note="and a BN of the model after it")
case("dbb4_padbn", lambda: DBB(4, 4, identity=True, border=PadBN, post=nn.ReLU()), shape=(1, 4, 9, 7))

case("mobileone_n4", lambda: MobileOne(6, 6))
case("mobileone_n4_stride2", lambda: MobileOne(3, 8, s=2, post=nn.ReLU()), shape=(1, 3, 9, 7))
case("mobileone_depthwise", lambda: MobileOne(8, 8, g=8), shape=(1, 8, 9, 7))
case("mobileone_depthwise_nhw", lambda: MobileOne(6, 6, g=6), **NHW)
case("mobileone_pointwise", lambda: MobileOne(6, 6, k=1))
case("repmixer", lambda: RepMixer(6), note="x + s * (f(x) - g(x))")
case("repmixer_k7", lambda: RepMixer(6, 7), shape=(1, 6, 9, 11))
case("large_kernel", lambda: LargeKernel(6), shape=(1, 6, 11, 9), note="7x7 + biased 3x3, depthwise, with BN")
case("large_kernel_13_5", lambda: LargeKernel(4, 13, 5), shape=(1, 4, 11, 15))
case("dilated_to_dense", lambda: DilatedToDense(4), shape=(1, 4, 11, 9), note="7x7, 5x5, 3x3 d=2, 3x3 d=3: one dense 7x7")
case("repcpe", lambda: RepCPE(6), shape=(1, 6, 11, 9), note="biased 7x7 + raw identity, no BN at all")
case("repdw", lambda: RepDW(6), note="raw identity, biased 1x1, BN after the sum")

case("dilations_2_4", lambda: Parallel(conv_bn(4, 4, 3, 1, 2, 2), conv_bn(4, 4, 3, 1, 4, 4)), shape=(1, 4, 13, 11),
     note="one 5x5 of dilation 2")
case("dilation2_and_1x1", lambda: Parallel(nn.Conv2d(6, 6, 3, 1, 2, 2, bias=True), conv_bn(6, 6, 1), conv_bn(6, 6, 1)))
case("even_kernels", lambda: EvenKernels(5), shape=(1, 5, 9, 7), note="one-sided zero pads before 2x2 and 4x4")
case("nonsquare_strides", lambda: Parallel(
    conv_bn(6, 6, (3, 1), (2, 1), (1, 0)), conv_bn(6, 6, (1, 3), (2, 1), (0, 1)), conv_bn(6, 6, 3, (2, 1), 1)))
case("mixed_groups", lambda: Parallel(conv_bn(6, 6, 3, 1, 1, 1, 6), conv_bn(6, 6, 1), conv_bn(6, 6, 3, 1, 1, 1, 2)),
     optional=True, note="groups 6, 1 and 2: one dense 3x3, which costs more")
case("average_beside", lambda: Parallel(
    conv_bn(6, 6, 3, 1, 1), _branch(nn.AvgPool2d(3, 1, 1), nn.BatchNorm2d(6))), note="plain average of the input, pad counted")
case("sequence_3x3_1x1", lambda: _branch(conv_bn(6, 8, 3, 1, 1), conv_bn(8, 4, 1)), note="the 3x3 may pad with zero, the 1x1 after it is free")
case("sequence_3x3_1x1_wide", lambda: _branch(conv_bn(6, 2, 3, 1, 1), conv_bn(2, 8, 1)), optional=True, note="as one 3x3 it costs more")
case("sequence_1x1_3x3_nobias", lambda: Parallel(
    _branch(nn.Conv2d(6, 4, 1, bias=False), conv_bn(4, 6, 3, 1, 1)), conv_bn(6, 6, 3, 1, 1)),
     note="no bias between, so the zero border is exact")
case("bn_before_unpadded", lambda: _branch(nn.BatchNorm2d(6), conv_bn(6, 6, 3)))
case("depth_concat", lambda: DepthConcat(6, 7), optional=True,
     note="two convolutions of one geometry, concatenated")
case("weight_space", lambda: WeightSpace(4), shape=(1, 4, 9, 7), note="kernel is a constant expression")
case("weight_space_pad", lambda: WeightSpace(4, 1, True), shape=(1, 4, 9, 7), exporters=("dyn", "dynopt"),
     note="kernel is a constant expression with a Pad")
case("weight_space_d2", lambda: WeightSpace(4, 2), shape=(1, 4, 9, 7))
case("transpose_bn", lambda: _branch(nn.ConvTranspose2d(6, 4, 4, 2, 1, bias=True), nn.BatchNorm2d(4)), op="ConvTranspose")
case("transpose_groups_bn", lambda: _branch(
    nn.ConvTranspose2d(6, 4, 3, 2, 1, output_padding=1, groups=2, bias=False), nn.BatchNorm2d(4)), op="ConvTranspose")

case("refuse_plain_average_dilated", lambda: Parallel(
    conv_bn(6, 6, 3, 1, 2, 2), _branch(nn.AvgPool2d(3, 1, 1), nn.BatchNorm2d(6))), refuse="lattice",
     note="the average has taps at +-1, the convolution at +-2: one kernel only as a dense 5x5")
case("refuse_1x1_bias_3x3", lambda: Parallel(
    _branch(conv_bn(6, 6, 1), conv_bn(6, 6, 3, 1, 1)), conv_bn(6, 6, 3, 1, 1)), refuse="border",
     note="1x1-BN, then a 3x3 that pads with zero")
case("refuse_3x3_3x3", lambda: _branch(nn.Conv2d(6, 6, 3, 1, 1, bias=False), conv_bn(6, 6, 3, 1, 1)), refuse="border",
     note="two padded 3x3 in a row")
case("refuse_bn_before_padded", lambda: _branch(nn.BatchNorm2d(6), nn.Conv2d(6, 6, 3, 1, 1)),
     refuse="border", note="BN before a 3x3 that pads with zero; the BN stays")
case("refuse_average_exclude_pad", lambda: Parallel(
    conv_bn(6, 6, 3, 1, 1), _branch(nn.AvgPool2d(3, 1, 1, count_include_pad=False), nn.BatchNorm2d(6))),
     refuse="count_include_pad")
case("refuse_relu_inside", lambda: Parallel(_branch(conv_bn(6, 6, 3, 1, 1), nn.ReLU()), conv_bn(6, 6, 1)), refuse="activation")
case("refuse_training", lambda: RepVGG(6, 6), shape=(2, 6, 9, 7), refuse="training", train=True, exporters=("ts",),
     min_linear=5, note="BN with batch statistics (the newer exporter writes it as inference, so it has no such file)")
case("refuse_fan_out", lambda: FanOut(6), refuse="fanout", note="a branch is a graph output too")
case("refuse_two_strides_add", lambda: TwoStrides(6, "add"), refuse="stride")
case("refuse_two_strides_cat", lambda: TwoStrides(6, "cat"), refuse="stride")
case("refuse_maxpool", lambda: Parallel(conv_bn(6, 6, 3, 1, 1), nn.MaxPool2d(3, 1, 1)), refuse="nonlinear")
case("refuse_squeeze", lambda: Squeeze(6), refuse="nonlinear", min_linear=3)
case("refuse_groupnorm", lambda: Parallel(
    _branch(nn.Conv2d(6, 6, 3, 1, 1), nn.GroupNorm(2, 6)), conv_bn(6, 6, 1)), refuse="nonlinear")
case("refuse_mixed_padding", lambda: Parallel(conv_bn(6, 6, 3, 1, 1, mode="reflect"), conv_bn(6, 6, 3, 1, 1)), refuse="border",
     note="one branch pads by reflection, the other with zero")


case("refuse_invalid_bias", lambda: RepVGG3d(4), shape=(1, 4, 5, 6, 4), refuse="invalid", min_linear=5, invalid=True,
     exporters=("dyn",), note="the exporter gives the 3-D convolutions a bias of shape [4, 2]; a reader must not trip over it")


def randomize(model, generator):
    """Kernels ~ N(0, 1 / fan_in); BN: mean +-1, variance 0.05..4, gamma +-1.5, beta +-1."""
    def uniform(t, lo, hi):
        t.copy_(torch.rand(t.shape, generator=generator) * (hi - lo) + lo)

    def kernel(t):
        t.copy_(torch.randn(t.shape, generator=generator) / t[0].numel() ** 0.5)

    with torch.no_grad():
        for m in model.modules():
            if isinstance(m, nn.modules.batchnorm._BatchNorm):
                uniform(m.running_mean, -1, 1)
                uniform(m.running_var, 0.05, 4)
                uniform(m.weight, -1.5, 1.5)
                uniform(m.bias, -1, 1)
            elif isinstance(m, nn.GroupNorm):
                uniform(m.weight, -1.5, 1.5)
                uniform(m.bias, -1, 1)
            elif isinstance(m, nn.modules.conv._ConvNd):
                kernel(m.weight)
                if m.bias is not None:
                    uniform(m.bias, -1, 1)
            elif isinstance(m, IdConv):
                kernel(m.weight)
            elif isinstance(m, WeightSpace):
                kernel(m.dense)
                kernel(m.point)
    return model


def seed_of(name):
    return zlib.crc32(name.encode())


def build(c):
    torch.manual_seed(seed_of(c.name))
    generator = torch.Generator().manual_seed(seed_of(c.name))
    model = randomize(c.make(), generator)
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    if c.untrained:
        norms[0].reset_running_stats()
        norms[0].reset_parameters()
    if c.equal:
        for m in norms[1:]:
            m.load_state_dict(norms[0].state_dict())
    return model.train() if c.train else model.eval()
