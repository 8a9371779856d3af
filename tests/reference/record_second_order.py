"""A gradient penalty through a critic of every layer that could go wrong twice, in PyTorch (float64).

    python3 tests/reference/record_second_order.py > tests/fixtures/second_order.json

Critic: conv4 s2 padding 1, instance norm, leaky ReLU; conv3 s2 'same', instance norm, tanh; dense, leaky ReLU; dense.
Recorded: the scores, the Wasserstein loss, the penalty, and the gradient of (Wasserstein + 10 penalty) by every weight,
by the real image and by the fake image (which the penalty reaches through the point between them).
"""

import json

import torch
from torch_twin import Network, conv, dense, draw, leaky, norm


def critic(net, x):
    h = leaky(norm(net, "conv1", conv(net, "conv1", x, 4, 3, 2, padding=1, bias=False)))
    h = torch.tanh(norm(net, "conv2", conv(net, "conv2", h, 3, 5, 2, bias=False)))
    h = leaky(dense(net, "dense1", h.reshape(h.shape[0], -1), 7))
    return dense(net, "dense2", h, 1)[:, 0]


def record():
    net = Network("second order", 1.5)
    real = draw(1, (2, 10, 8, 2), -1, 1).requires_grad_(True)
    fake = draw(2, (2, 10, 8, 2), -1, 1).requires_grad_(True)
    mix = draw(3, (2, 1, 1, 1), 0, 1)
    scores = critic(net, real), critic(net, fake)
    wasserstein = scores[1].mean() - scores[0].mean()
    between = mix * real + (1 - mix) * fake
    (slope,) = torch.autograd.grad(critic(net, between).sum(), between, create_graph=True)
    penalty = ((torch.sqrt((slope**2).sum((1, 2, 3))) - 1) ** 2).mean()
    named = {**net.parameters, "real": real, "fake": fake}
    gradients = torch.autograd.grad(wasserstein + 10 * penalty, list(named.values()))
    return {
        "scores": [s.tolist() for s in scores],
        "wasserstein": wasserstein.item(),
        "penalty": penalty.item(),
        "gradients": {name: g.flatten().tolist() for name, g in zip(named, gradients)},
    }


if __name__ == "__main__":
    print(json.dumps(record()))
