"""Training steps of `pro-gan-pth`, a public PyTorch Progressive GAN; run by the Python of its own environment.

`python bench/pro_gan_pth.py SETTINGS`, JSON: resolution, latent, channels (widths at 4, 8, … px), threads. A line of its
input is a size in pixels, a batch and a number of steps; it takes them and prints their seconds and the processor's.
"""

import io
import json
import sys
import time
import types

import torch

UNUSED = {  # its logs and pictures: no step uses them, and they ask for more packages
    "torch.utils.tensorboard": "SummaryWriter",
    "torchvision": "utils",
    "torchvision.utils": "save_image",
    "pro_gan_pytorch.data_tools": "get_data_loader",
}
for module, name in UNUSED.items():
    sys.modules[module] = types.ModuleType(module)
    setattr(sys.modules[module], name, None)

from pro_gan_pytorch import networks
from pro_gan_pytorch.custom_layers import EqualizedConvTranspose2d, update_average
from pro_gan_pytorch.gan import ProGAN
from pro_gan_pytorch.losses import WganGP

EqualizedConvTranspose2d._output_padding = lambda *_: 0  # it asks as torch was asked in 2021, and for no more than this
KEEP, ALPHA = 0.999, 0.5  # of its average and its fade: numbers on which no time hangs


def main(settings: dict) -> None:
    torch.set_num_threads(settings["threads"])
    networks.nf = lambda stage: settings["channels"][stage - 1]  # its widths are a formula; stage 1 is 4 px
    depth, latent = settings["resolution"].bit_length() - 1, settings["latent"]
    answers, sys.stdout = sys.stdout, io.StringIO()  # it prints its networks
    gan = ProGAN(networks.Generator(depth, 3, latent), networks.Discriminator(depth, 3, latent))
    optimisers = [
        torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.0, 0.99), eps=1e-8) for net in (gan.gen, gan.dis)
    ]
    for line in sys.stdin:
        size, batch, steps = map(int, line.split())
        reals = torch.rand(batch, 3, settings["resolution"], settings["resolution"]) * 2 - 1
        began, busy = time.perf_counter(), time.process_time()
        for _ in range(steps):
            step(gan, optimisers, WganGP(), reals, torch.randn(batch, latent), size.bit_length() - 1)
        print(time.perf_counter() - began, time.process_time() - busy, file=answers, flush=True)


def step(gan, optimisers, loss, reals, z, depth):
    """As in its own training loop: pictures come at full size and are made smaller and faded within the step."""
    of_generator, of_discriminator = optimisers
    gan.optimize_discriminator(loss, of_discriminator, z, reals, depth, ALPHA)
    update_average(gan.gen_shadow, gan.gen, beta=KEEP)
    gan.optimize_generator(loss, of_generator, z, reals, depth, ALPHA)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
