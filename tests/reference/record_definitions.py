"""Records what PyTorch (float64) gives for a few ops, as a second opinion on the definitions in this folder.

    python3 tests/reference/record_definitions.py > tests/fixtures/definitions.json

Arrays are NHWC, conv weights [KH, KW, CI, CO]; values are the LCG of lcg.ts, 3u - 1.5.
"""

import json

import torch
import torch.nn.functional as F


def lcg(seed, *shape):
    state, values = seed, []
    for _ in range(torch.Size(shape).numel()):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(3 * state / 2**32 - 1.5)
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def conv(x, w, stride, pads, mode="constant"):
    top, bottom, left, right = pads
    padded = F.pad(nchw(x), (left, right, top, bottom), mode=mode)
    return nhwc(F.conv2d(padded, w.permute(3, 2, 0, 1), stride=stride))


def record():
    x = lcg(1, 2, 7, 6, 3)
    image = nchw(x)
    w4 = lcg(2, 4, 4, 3, 2)
    w5 = lcg(3, 5, 3, 3, 2)
    small = lcg(4, 1, 3, 4, 2)
    wt = lcg(5, 3, 3, 5, 2)  # [KH, KW, CO, CI]
    logits, target = lcg(6, 4, 3), lcg(7, 4, 3) / 3 + 0.5
    table_g, table_b = lcg(8, 4, 3), lcg(9, 4, 3)
    index = torch.tensor([2, 0])
    return {
        # 'same' of a 7 x 6 image, kernel 4, stride 2: totals 3 and 2.
        "conv4_same_stride2": conv(x, w4, 2, (1, 2, 1, 1)),
        "conv4_padding1_stride2": conv(x, w4, 2, (1, 1, 1, 1)),
        "conv53_valid_stride3": conv(x, w5, 3, (0, 0, 0, 0)),
        "conv53_reflect_uneven": conv(x, w5, 1, (2, 1, 0, 2), "reflect"),
        "transposed": nhwc(
            F.conv_transpose2d(nchw(small), wt.permute(3, 2, 0, 1), stride=2, padding=1, output_padding=1)
        ),
        "bilinear_up": nhwc(F.interpolate(image, size=(10, 9), mode="bilinear", align_corners=False)),
        "bilinear_down": nhwc(F.interpolate(image, size=(3, 4), mode="bilinear", align_corners=False)),
        "nearest": nhwc(F.interpolate(image, scale_factor=2, mode="nearest")),
        "max_3_2": nhwc(F.max_pool2d(image, 3, 2)),
        "average_2": nhwc(F.avg_pool2d(image, 2)),
        "instance_norm": nhwc(F.instance_norm(image, eps=1e-5)),
        "conditional": nhwc(
            F.instance_norm(image, eps=1e-5) * table_g[index][:, :, None, None] + table_b[index][:, :, None, None]
        ),
        "gram": torch.einsum("nhwc,nhwd->ncd", x, x) / 42,
        "softplus": F.softplus(logits),
        "bce": F.binary_cross_entropy_with_logits(logits, target),
        "laplace": -torch.distributions.Laplace(logits, target + 0.5).log_prob(lcg(10, 4, 3)).mean(),
    }


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    print(json.dumps({name: {"shape": list(y.shape), "data": y.flatten().tolist()} for name, y in record().items()}))
