"""A recipe that grows to 16 px in seconds, and pictures for it."""

GROWING = """
task = "progressive"
images = 480
batch = 8
precision = "float32"
[data]
resolution = 16
[networks.generator]
latent = 8
channels = [8, 8, 4]
[networks.discriminator]
channels = [8, 8, 4]
[loss]
name = "wasserstein"
r1_every = 2
[generator_optimiser]
learning_rate = 1e-3
beta_1 = 0.0
beta_2 = 0.99
[discriminator_optimiser]
learning_rate = 1e-3
beta_1 = 0.0
beta_2 = 0.99
[stages.4]
share = 1
[stages.8]
share = 2
fade = 0.5
batch = 4
[stages.16]
share = 3
fade = 0.5
[tick]
iterations = 10
metric_every = 1
metric_pictures = 8
"""
# 80 images at 4 px (10 steps), 160 at 8 px (40 steps, fading for 80), 240 at 16 px (30 steps, fading for 120)
