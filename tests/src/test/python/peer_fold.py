"""The performance peer: the same folds done by PyTorch, and the training-form ONNX files to give to the tool.

Run (needs torch; networks also timm; exports also onnx):

    python peer_fold.py --psp-head [--channels 4096 512] [--check] [--export PATH] [--deploy PATH] [--save PATH | --load PATH]
    python peer_fold.py --repvgg-a0 [--export PATH] [--deploy PATH] [--save PATH | --load PATH]
    python peer_fold.py --network mobileone_s0 ...

``--psp-head`` is one diverse-branch block 4096 -> 512, 3x3: origin 3x3, 1x1, 1x1 (4096 -> 4096, weight + identity) -> border
-> 3x3, and 1x1 -> border -> average, a BN after each convolution and after the average.  It is folded in float32.
``--network`` builds a timm network (no pretrained weights, random BN statistics) and uses timm's ``reparameterize_model``.

``--export`` writes the training form (opset 17, BN nodes kept; the head with Conv -> Pad -> BN -> Conv borders and named N, H, W;
networks 1x3x224x224).  ``--deploy`` writes the folded form.  ``--save`` / ``--load`` write and read the training form's
state_dict, so that a measured run can begin with a file, as the tool does.  Exports are made apart from the timed fold, which
runs with ``--threads`` (2).  Every duration is wall time in seconds; ``process`` counts from the start of the interpreter.
"""
import argparse
import contextlib
import io
import os
import resource
import sys
import time
import warnings

IMPORT = time.perf_counter()
import torch  # noqa: E402
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402

IMPORT = time.perf_counter() - IMPORT


def process_seconds():
    """Seconds since this process began."""
    with open("/proc/self/stat") as f:
        ticks = int(f.read().rsplit(")", 1)[1].split()[19])
    with open("/proc/uptime") as f:
        return float(f.read().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


def max_rss_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextlib.contextmanager
def timed(name, into):
    start = time.perf_counter()
    yield
    into[name] = time.perf_counter() - start


def norm(c):
    bn = nn.BatchNorm2d(c)
    with torch.no_grad():
        bn.running_mean.uniform_(-1, 1)
        bn.running_var.uniform_(0.05, 4)
        bn.weight.uniform_(-1.5, 1.5)
        bn.bias.uniform_(-1, 1)
    return bn


def conv(cin, cout, k, p=0):
    c = nn.Conv2d(cin, cout, k, 1, p, bias=False)
    nn.init.normal_(c.weight, 0, (cin * k * k) ** -0.5)
    return c


class Head(nn.Module):
    """Diverse-branch block; the identity is already part of ``first``'s weight."""

    def __init__(self, cin, cout, k=3):
        super().__init__()
        self.k = k
        self.origin, self.origin_bn = conv(cin, cout, k, k // 2), norm(cout)
        self.point, self.point_bn = conv(cin, cout, 1), norm(cout)
        self.first, self.first_bn = conv(cin, cin, 1), norm(cin)
        with torch.no_grad():
            self.first.weight[:, :, 0, 0].diagonal().add_(1)
        self.second, self.second_bn = conv(cin, cout, k), norm(cout)
        self.average, self.border_bn, self.average_bn = conv(cin, cout, 1), norm(cout), norm(cout)

    def forward(self, x):
        pad = [self.k // 2] * 4
        y = self.origin_bn(self.origin(x)) + self.point_bn(self.point(x))
        y = y + self.second_bn(self.second(self.first_bn(F.pad(self.first(x), pad))))
        return y + self.average_bn(F.avg_pool2d(self.border_bn(F.pad(self.average(x), pad)), self.k, 1))


def fuse(weight, bn):
    t = bn.weight / torch.sqrt(bn.running_var + bn.eps)
    return weight * t.view(-1, 1, 1, 1), bn.bias - bn.running_mean * t


@torch.no_grad()
def fold_head(h):
    """The kernel and bias of the one convolution."""
    k = h.k
    kernel, bias = fuse(h.origin.weight, h.origin_bn)
    point, b = fuse(h.point.weight, h.point_bn)
    kernel[:, :, k // 2, k // 2] += point[:, :, 0, 0]
    bias = bias + b
    first, b1 = fuse(h.first.weight, h.first_bn)
    second, b2 = fuse(h.second.weight, h.second_bn)
    kernel += F.conv2d(second, first.permute(1, 0, 2, 3))
    bias += b2 + second.sum((2, 3)) @ b1
    average, b1 = fuse(h.average.weight, h.border_bn)
    t = h.average_bn.weight / torch.sqrt(h.average_bn.running_var + h.average_bn.eps)
    kernel += average * (t / (k * k)).view(-1, 1, 1, 1)
    bias += h.average_bn.bias + (b1 - h.average_bn.running_mean) * t
    return kernel, bias


def write_onnx(model, x, path, dynamic=False):
    sink = io.StringIO()
    names = {0: "N", 2: "H", 3: "W"}
    with warnings.catch_warnings(), contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        warnings.simplefilter("ignore")
        torch.onnx.export(model, (x,), path, dynamo=False, opset_version=17, input_names=["x"], output_names=["y"],
                          training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
                          dynamic_axes={"x": names, "y": names} if dynamic else None)


def load_or_save(model, args, times):
    if args.load:
        with timed("load", times):
            model.load_state_dict(torch.load(args.load, weights_only=True))
    if args.save:
        torch.save(model.state_dict(), args.save)


def psp_head(args):
    times = {}
    cin, cout = args.channels
    with timed("build", times):
        head = Head(cin, cout).eval()
    load_or_save(head, args, times)
    with timed("fold", times):
        kernel, bias = fold_head(head)
    if args.deploy:
        with timed("write", times):
            folded = nn.Conv2d(cin, cout, head.k, 1, head.k // 2)
            folded.weight, folded.bias = nn.Parameter(kernel), nn.Parameter(bias)
            write_onnx(folded.eval(), torch.zeros(1, cin, 4, 4), args.deploy, True)
    report(times)
    if args.check:
        with torch.no_grad():
            x = torch.randn(1, cin, 6, 5)
            want, got = head(x), F.conv2d(x, kernel, bias, 1, head.k // 2)
        print(f"check: largest difference / largest output = {((want - got).abs().max() / want.abs().max()).item():.2e}")
    if args.export:
        write_onnx(head, torch.zeros(1, cin, 4, 4), args.export, True)
        print("training form:", os.path.getsize(args.export), "bytes")


def network(args, name):
    times = {}
    with timed("import timm", times):
        import without_torchvision_ops  # noqa: F401
        import timm
        import timm.utils
    with timed("build", times):
        model = timm.create_model(name, pretrained=False).eval()
    with torch.no_grad():
        for m in model.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.running_mean.uniform_(-0.5, 0.5)
                m.running_var.uniform_(0.5, 2)
                m.weight.uniform_(0.5, 1.2)
                m.bias.uniform_(-0.5, 0.5)
    load_or_save(model, args, times)
    with timed("fold", times):
        folded = timm.utils.reparameterize_model(model, inplace=False).eval()
    x = torch.zeros(1, 3, 224, 224)
    if args.deploy:
        with timed("write", times):
            write_onnx(folded, x, args.deploy)
    report(times)
    if args.check:
        with torch.no_grad():
            x = torch.randn(1, 3, 224, 224)
            want, got = model(x), folded(x)
        print(f"check: largest difference / largest output = {((want - got).abs().max() / want.abs().max()).item():.2e}")
    if args.export:
        write_onnx(model, x, args.export)
        print("training form:", os.path.getsize(args.export), "bytes")


def report(times):
    parts = {"import torch": IMPORT, **times, "process": process_seconds()}
    print("seconds:", "  ".join(f"{k} {v:.3f}" for k, v in parts.items()), f" max RSS: {max_rss_mb():.0f} MB", flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = ap.add_mutually_exclusive_group(required=True)
    what.add_argument("--psp-head", action="store_true")
    what.add_argument("--repvgg-a0", dest="network", action="store_const", const="repvgg_a0")
    what.add_argument("--network", metavar="NAME")
    ap.add_argument("--channels", type=int, nargs=2, default=(4096, 512))
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--check", action="store_true")
    for name in ("--export", "--deploy", "--save", "--load"):
        ap.add_argument(name, metavar="PATH")
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    if args.psp_head:
        psp_head(args)
    else:
        network(args, args.network)


if __name__ == "__main__":
    sys.exit(main())
