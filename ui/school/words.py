"""What GAN school says. Short, for somebody of sixteen; every claim about an example is what that example shows."""

# chart: (title, words)
BESIDE = {
    "losses": (
        "Losses",
        (
            "The **discriminator's loss** is small when it is seldom fooled; at 1.39 it can only guess. The **generator's loss** "
            "is small when it fools often; at 0.69 it does so half of the time. They pull at one rope, so neither has to fall.\n\n"
            "**Good:** wild at first, then both fairly level near the thin lines. **Bad:** one near 0 while the other climbs. "
            "A level loss is no promise: it does not see how good the pictures are. Look at the film strip and the metric too."
        ),
    ),
    "scores": (
        "Scores",
        (
            "How real the discriminator takes pictures to be: 1 is surely real, 0 surely fake. The solid line is its mean score "
            "for **reals**, the dashed one for **fakes**.\n\n"
            "**Good:** reals a little above fakes, and both coming nearer to ½. **Bad:** reals at 1 and fakes at 0 for long. Then "
            "the discriminator has won, and the generator hardly hears any more what would be better."
        ),
    ),
    "metric": (
        "Metric: SWD",
        (
            "The sliced Wasserstein distance cuts many small patches out of fakes, and out of real pictures that were held back. "
            "It measures how far the patches of one would have to be moved to look like the other's (Karras et al. 2018). "
            "**Lower is better.** Even two sets of real pictures are not at 0.\n\n"
            "**Good:** falls fast, then slowly, then stays. **Bad:** climbs for long, or stays high. The best checkpoint is the "
            "lowest point, which need not be the last."
        ),
    ),
    "diversity": (
        "Diversity",
        (
            "How much the fakes differ from each other, as a share of how much the reals do. **1** is as varied as the reals; near "
            "**0** all faces are the same one.\n\n"
            "**Good:** climbs from nearly 0 towards 1. **Bad:** falls again and stays low: the generator has found one picture "
            "that passes and draws nothing else. That is called collapse. From 25,000 images on, Visage warns below 0.5."
        ),
    ),
    "learning_rate": (
        "Learning rate",
        (
            "How far the weights move in one step. Too far, and the losses jump and the faces flip; too short, and nothing "
            "happens for hours.\n\n"
            "**Good:** level while there is much to learn, then lowered bit by bit, so that the faces settle. The two players "
            "have a rate each: if one is much faster than the other, the game is soon over. Here stands the generator's."
        ),
    ),
    "film": (
        "Film strip",
        (
            "The same noise, drawn again and again as the training goes on. Follow **one place** from left to right: a grey "
            "nothing, then a blot where the head will be, then outlines and colours.\n\n"
            "**Good:** neighbours differ from each other, and later changes are small. **Bad:** every place shows the same face "
            "(collapse), or grey and noise stay."
        ),
    ),
}

EQUILIBRIUM = (
    "If both players were perfect, the fakes would be spread as the reals are, and the discriminator could only say **½** to "
    "everything (Goodfellow et al. 2014): losses of 1.39 and 0.69, the thin lines.\n\n"
    "So **level losses can mean a good game**: neither gets ahead, while the faces still improve. They can also mean two bad "
    "players: the loss is no measure of quality. And **100 % right is bad news**: what such a discriminator tells the "
    "generator is next to nothing, or wild (Arjovsky and Bottou 2017)."
)

VAE = (
    "A variational autoencoder (VAE) squeezes each picture into a few numbers and draws it again from them. It is marked on "
    "how far **every pixel** is off (Kingma and Welling 2014). Where hair could lie this way or that, the safest drawing is "
    "the **average** of both: blurred (Larsen et al. 2016). A discriminator would see that at once, so a GAN's faces are "
    "sharp.\n\n"
    "But a VAE is marked on **every** picture of the set, so each kind of face is covered. A GAN may leave kinds out."
)

LEVEL = (
    "From 40,000 images to the end these losses hardly move: they stay between 1.24 and 1.35, and between 0.74 and 0.80. In "
    "the same time SWD falls from 56 to 32: the faces got much better, and no loss tells it."
)

AVERAGES = (
    "Not from a VAE: means of faces that our healthy run drew. The more drawings are possible, the more the safest answer "
    "looks like the last picture."
)

# chart: {run: what its curve shows}
SHOWN = {
    "losses": {
        "healthy": "Wild up to 20,000 images, then level, near the thin lines: 1.24 and 0.79 at the end.",
        "collapsed": "Near the thin lines nearly all the way, as if all were well. A loss does not see that all faces are one.",
        "won": "The discriminator's stays near 0. The generator's jumps between 3.6 and 9.7 and finds no way down.",
    },
    "scores": {
        "healthy": "Far apart at first, then ever nearer to ½: reals at 0.54, fakes at 0.46 in the end.",
        "collapsed": "Both near ½: the discriminator is fooled, but by nearly the same face again and again.",
        "won": "Reals at 1 and fakes at 0, all the time. The generator hardly gets a hint.",
    },
    "metric": {
        "healthy": "From 218 down to 32, fast at first, then slowly.",
        "collapsed": "Down to 101, then up to 127 at the end: four times as far from the reals as the healthy run.",
        "won": "Still at 191 after 40,000 images, where the healthy run was at 56.",
    },
    "diversity": {
        "healthy": "From 0.06 up to 1.00: in the end the fakes vary as much as the reals.",
        "collapsed": "Between 0.29 and 0.51 and no way up: one face with small changes.",
        "won": "Never above 0.1: nothing was learnt that could vary.",
    },
    "learning_rate": {
        "healthy": "Level at 0.0002, then lowered to a fifth over the last 40 % of the images.",
        "collapsed": "Begins at 0.002, ten times the healthy run's: steps so long that the generator leaps from face to face.",
        "won": "Begins at 0.0001. The discriminator has 0.001, ten times as much, and takes two steps for each of these.",
    },
    "film": {
        "healthy": "Grey, then blots, then heads that all differ: hair, skin, ground.",
        "collapsed": "From 6,400 images on nearly the same head in all sixteen places, and another one each time.",
        "won": "Grey, stripes, checks. No head in 40,000 images.",
    },
}
