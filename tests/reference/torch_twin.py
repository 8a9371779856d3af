"""The method's networks in PyTorch, float64, written from the method's description and not from src/models.

Images are [N, H, W, C] and convolution weights [KH, KW, CI, CO], as in the engine, so that both sides can draw the same
weights and inputs: value i of an array is number i of the LCG of lcg.ts from a seed of its own, rounded to float32.
"""

import math

import numpy
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def draw(seed, shape, low, high):
    """Uniform in [low, high), the same numbers as `drawn` in ten_steps.ts."""
    state, values = seed, []
    for _ in range(math.prod(shape)):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(low + (high - low) * (state / 2**32))
    return torch.from_numpy(numpy.array(values).astype(numpy.float32).astype(numpy.float64).reshape(shape))


def seed_of(name):
    """FNV-1a of the name: each weight has its own numbers."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) % 2**32
    return h


class Network:
    """Parameters by name, made when first asked for. `gain` widens the weights, so that every loss is of order one."""

    def __init__(self, name, gain=1):
        self.name = name
        self.gain = gain
        self.parameters = {}

    def get(self, name, shape):
        if name not in self.parameters:
            kind = name.split(".")[-1]
            if kind == "weight":
                taps = math.prod(shape[:-2])
                limit = self.gain * math.sqrt(6 / (taps * (shape[-2] + shape[-1])))
                low, high = -limit, limit
            elif kind == "gamma":
                low, high = 0.8, 1.2
            else:  # beta and bias
                low, high = -0.1, 0.1
            value = draw(seed_of(f"{self.name}/{name}"), shape, low, high)
            self.parameters[name] = value.requires_grad_(True)
        return self.parameters[name]


def convolve(x, w, stride=1, padding="same"):
    kernel = w.shape[0]
    before = after_h = after_w = padding
    if padding == "same":  # TensorFlow's: ceil(in / stride) out, the odd pixel after
        sides = []
        for extent in x.shape[1:3]:
            total = max((math.ceil(extent / stride) - 1) * stride + kernel - extent, 0)
            sides.append((total // 2, total - total // 2))
        (top, after_h), (left, after_w) = sides
    else:
        top = left = before
    padded = F.pad(x.permute(0, 3, 1, 2), (left, after_w, top, after_h))
    return F.conv2d(padded, w.permute(3, 2, 0, 1).contiguous(), stride=stride).permute(0, 2, 3, 1)


def conv(net, name, x, kernel, channels, stride=1, padding="same", bias=True):
    y = convolve(x, net.get(f"{name}.weight", (kernel, kernel, x.shape[3], channels)), stride, padding)
    return y + net.get(f"{name}.bias", (channels,)) if bias else y


def dense(net, name, x, units):
    return x @ net.get(f"{name}.weight", (x.shape[1], units)) + net.get(f"{name}.bias", (units,))


def standardise(x):
    """(x - mean) / sqrt(variance + 1e-5) over H and W of each sample and channel, population variance."""
    mean = x.mean((1, 2), keepdim=True)
    variance = ((x - mean) ** 2).mean((1, 2), keepdim=True)
    return (x - mean) / torch.sqrt(variance + 1e-5)


def norm(net, name, x, task=None):
    """Instance norm; with task [N, T] its gamma and beta are a row per task."""
    C = x.shape[3]
    if task is None:
        return net.get(f"{name}.gamma", (C,)) * standardise(x) + net.get(f"{name}.beta", (C,))
    T = task.shape[1]
    gamma = task @ net.get(f"{name}.gamma", (T, C))
    beta = task @ net.get(f"{name}.beta", (T, C))
    return gamma[:, None, None, :] * standardise(x) + beta[:, None, None, :]


def leaky(x):
    return F.leaky_relu(x, 0.2)


def nearest2(x):
    return x.repeat_interleave(2, 1).repeat_interleave(2, 2)


def backbone(net, x, first, blocks, task=None):
    """conv7, two strided conv3, residual blocks, two of (nearest x2, conv3): no bias, each with norm and ReLU."""

    def layer(name, x, kernel, channels, stride=1):
        return F.relu(norm(net, name, conv(net, name, x, kernel, channels, stride, bias=False), task))

    h = layer("enter", x, 7, first)
    h = layer("down1", h, 3, 2 * first, 2)
    h = layer("down2", h, 3, 4 * first, 2)
    for b in range(1, blocks + 1):
        inner = layer(f"block{b}.a", h, 3, 4 * first)
        name = f"block{b}.b"
        h = h + norm(net, name, conv(net, name, inner, 3, 4 * first, bias=False), task)
    h = layer("up1", nearest2(h), 3, 2 * first)
    return layer("up2", nearest2(h), 3, first)


def cin_generator(net, image, noise, task, first, blocks):
    """Conditional instance norm after every convolution; output = (tanh + input) / 2."""
    h = backbone(net, torch.cat([image, noise], 3), first, blocks, task)
    exit = norm(net, "exit", conv(net, "exit", h, 7, 1, bias=False), task)
    return (torch.tanh(exit) + image) / 2


def restorer(net, image, first, blocks):
    """Plain instance norm after every convolution but the last; output = (tanh + input) / 2."""
    return (torch.tanh(conv(net, "exit", backbone(net, image, first, blocks), 7, 1)) + image) / 2


def critic(net, image, task, first):
    """64 64 128 256 512 as multiples of `first`, conv to 8, dense 16 first, dense 1; told the task by one-hot planes."""
    N, H, W, _ = image.shape
    planes = task[:, None, None, :].expand(N, H, W, task.shape[1])
    h = torch.cat([image, planes], 3)
    widths = [(first, 2), (first, 2), (2 * first, 2), (4 * first, 1), (8 * first, 1)]
    for k, (channels, stride) in enumerate(widths, 1):
        h = leaky(conv(net, f"conv{k}", h, 3, channels, stride))
    h = conv(net, "conv6", h, 3, 8).reshape(N, -1)
    return dense(net, "dense2", leaky(dense(net, "dense1", h, 16 * first)), 1)[:, 0]


def patch_gan(net, defective, candidate, first, downs):
    """Kernel 4, padding 1: strided layers, one of stride 1, one to a logit; norm on all but the first and the last."""
    h = leaky(conv(net, "conv1", torch.cat([defective, candidate], 3), 4, first, 2, padding=1))
    for k in range(2, downs + 2):
        stride = 2 if k <= downs else 1
        name = f"conv{k}"
        h = conv(net, name, h, 4, first * min(2 ** (k - 1), 8), stride, padding=1, bias=False)
        h = leaky(norm(net, name, h))
    return conv(net, "exit", h, 4, 1, 1, padding=1)


def classifier_features(net, image, first, deepest="block3_conv2"):
    """A small VGG: two conv3 a block, max-pool 2 between blocks; every map after its ReLU, by name."""
    maps, h = {}, image
    for block, convs in ((1, 2), (2, 2), (3, 2), (4, 1)):
        if block > 1:
            h = F.max_pool2d(h.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
        for k in range(1, convs + 1):
            name = f"block{block}_conv{k}"
            h = F.relu(conv(net, name, h, 3, first * min(2 ** (block - 1), 4)))
            maps[name] = h
            if name == deepest:
                return maps
    return maps


def mse(a, b):
    return ((a - b) ** 2).mean()


def gram(x):
    N, H, W, C = x.shape
    flat = x.reshape(N, H * W, C)
    return flat.transpose(1, 2) @ flat / (H * W)


def gradient_penalty(score, real, fake, mix):
    between = (mix * real + (1 - mix) * fake).detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(score(between).sum(), between, create_graph=True)
    length = torch.sqrt((slope**2).sum((1, 2, 3)))
    return ((length - 1) ** 2).mean()


class Adam:
    """Kingma & Ba 2015, bias-corrected, eps outside the root."""

    def __init__(self, net, learning_rate, beta1, beta2, eps=1e-8):
        self.net, self.learning_rate, self.beta1, self.beta2, self.eps = net, learning_rate, beta1, beta2, eps
        self.m, self.v, self.t = {}, {}, 0

    def step(self, loss):
        names = list(self.net.parameters)
        gradients = torch.autograd.grad(loss, [self.net.parameters[name] for name in names])
        self.t += 1
        with torch.no_grad():
            for name, g in zip(names, gradients):
                m = self.m[name] = self.beta1 * self.m.get(name, 0) + (1 - self.beta1) * g
                v = self.v[name] = self.beta2 * self.v.get(name, 0) + (1 - self.beta2) * g**2
                m_hat = m / (1 - self.beta1**self.t)
                v_hat = v / (1 - self.beta2**self.t)
                self.net.parameters[name] -= self.learning_rate * m_hat / (torch.sqrt(v_hat) + self.eps)
