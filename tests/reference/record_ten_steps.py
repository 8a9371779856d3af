"""Ten steps of a tiny CIN-GAN and of a tiny cGAN in PyTorch (float64): every loss of every step.

    python3 tests/reference/record_ten_steps.py > tests/fixtures/ten_steps.json

Nothing here is random: weights, images, noise and mixing factors come from draw() of torch_twin.py. Needs PyTorch >= 1.13
(Debian: python3-torch). tests/training/ten_steps.gpu.test.ts replays them on the engine.
"""

import json

import torch
import torch.nn.functional as F
from torch_twin import (
    Adam,
    Network,
    cin_generator,
    classifier_features,
    critic,
    draw,
    gradient_penalty,
    gram,
    mse,
    patch_gan,
    restorer,
)

STEPS = 10
CIN = {
    "size": 16,
    "batch": 2,
    "tasks": 3,
    "first": 4,
    "blocks": 1,
    "criticFirst": 4,
    "criticGain": 1.5,
    "phiFirst": 4,
    "phiGain": 1.8,
    "criticSteps": 2,
    "learningRate": 1e-3,
    "beta1": 0.5,
    "beta2": 0.9,
    "penalty": 10,
    "adversarial": 0.1,
    "content": 1,
    "style": 1,
    "contentLayers": ["block3_conv2"],
    "styleLayers": ["block1_conv1", "block2_conv1", "block3_conv1"],
}
CGAN = {
    "size": 16,
    "batch": 2,
    "first": 4,
    "blocks": 1,
    "discriminatorFirst": 4,
    "downs": 2,
    "phiFirst": 4,
    "phiGain": 1.8,
    "learningRate": 1e-3,
    "beta1": 0.9,
    "beta2": 0.999,
    "adversarial": 0.1,
    "content": 1,
    "pixel": 0.5,
    "contentLayers": ["block3_conv2"],
}


def images(c, seed, low=-1, high=1):
    return draw(seed, (c["batch"], c["size"], c["size"], 1), low, high)


def one_hot(c, step):
    """Sample n of step s is of task (s + n) mod T."""
    return F.one_hot((torch.arange(c["batch"]) + step) % c["tasks"], c["tasks"]).to(torch.float64)


def total(features, wanted, layers, term):
    return sum(term(features[name], wanted[name]) for name in layers)


def record_cin_gan(c):
    generator, judge, phi = Network("generator"), Network("critic", c["criticGain"]), Network("phi", c["phiGain"])
    adam = {}
    steps = []

    def features(x):
        return classifier_features(phi, x, c["phiFirst"])

    def optimiser(net):
        return adam.setdefault(net.name, Adam(net, c["learningRate"], c["beta1"], c["beta2"]))

    for step in range(STEPS):
        row = {"critic": [], "penalty": []}
        task = one_hot(c, step)
        score = lambda x: critic(judge, x, task, c["criticFirst"])  # noqa: E731
        for k in range(c["criticSteps"]):
            seed = 1000 * step + 100 * k
            clean, real, noise = images(c, seed + 1), images(c, seed + 2), images(c, seed + 3, -1.5, 1.5)
            mix = draw(seed + 4, (c["batch"], 1, 1, 1), 0, 1)
            with torch.no_grad():
                fake = cin_generator(generator, clean, noise, task, c["first"], c["blocks"])
            wasserstein = score(fake).mean() - score(real).mean()
            penalty = gradient_penalty(score, real, fake, mix)
            optimiser(judge).step(wasserstein + c["penalty"] * penalty)
            row["critic"].append(wasserstein.item())
            row["penalty"].append(penalty.item())
        seed = 1000 * step + 900
        clean, real, noise = images(c, seed + 1), images(c, seed + 2), images(c, seed + 3, -1.5, 1.5)
        fake = cin_generator(generator, clean, noise, task, c["first"], c["blocks"])
        made = features(fake)
        adversarial = -score(fake).mean()
        content = total(made, features(clean), c["contentLayers"], mse)
        style = total(made, features(real), c["styleLayers"], lambda a, b: mse(gram(a), gram(b)))
        optimiser(generator).step(c["adversarial"] * adversarial + c["content"] * content + c["style"] * style)
        steps.append({**row, "adversarial": adversarial.item(), "content": content.item(), "style": style.item()})
    return steps


def record_cgan(c):
    generator, judge, phi = Network("restorer"), Network("discriminator"), Network("phi", c["phiGain"])
    adam = {}
    steps = []

    def optimiser(net):
        return adam.setdefault(net.name, Adam(net, c["learningRate"], c["beta1"], c["beta2"]))

    def logits(defective, candidate):
        return patch_gan(judge, defective, candidate, c["discriminatorFirst"], c["downs"])

    def entropy(logits, target):
        return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))

    for step in range(STEPS):
        seed = 1000 * step
        defective, clean = images(c, seed + 1), images(c, seed + 2)
        with torch.no_grad():
            fake = restorer(generator, defective, c["first"], c["blocks"])
        on_real, on_fake = entropy(logits(defective, clean), 1), entropy(logits(defective, fake), 0)
        discrimination = (on_real + on_fake) / 2
        optimiser(judge).step(discrimination)
        fake = restorer(generator, defective, c["first"], c["blocks"])
        adversarial = entropy(logits(defective, fake), 1)
        made = classifier_features(phi, fake, c["phiFirst"])
        wanted = classifier_features(phi, clean, c["phiFirst"])
        content = total(made, wanted, c["contentLayers"], mse)
        pixel = (fake - clean).abs().mean()
        optimiser(generator).step(c["adversarial"] * adversarial + c["content"] * content + c["pixel"] * pixel)
        steps.append(
            {
                "discriminator": discrimination.item(),
                "adversarial": adversarial.item(),
                "content": content.item(),
                "pixel": pixel.item(),
            }
        )
    return steps


if __name__ == "__main__":
    record = {
        "cinGan": {"config": CIN, "steps": record_cin_gan(CIN)},
        "cGan": {"config": CGAN, "steps": record_cgan(CGAN)},
    }
    print(json.dumps(record, indent=1))
