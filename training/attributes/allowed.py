"""Which labels of CelebA may become sliders, and under which words. The only place that decides it."""

from typing import NamedTuple


class Attribute(NamedTuple):
    """A label that may be a slider.

    Attributes:
        name: short, for links.
        label: for people.
        column: of CelebA's table.
        sign: 1, or -1 where the slider goes against the column: `Young` becomes age, `No_Beard` beard.
    """

    name: str
    label: str
    column: str
    sign: int = 1


ALLOWED = (
    Attribute("smile", "Smile", "Smiling"),
    Attribute("mouth-open", "Mouth open", "Mouth_Slightly_Open"),
    Attribute("age", "Age, young – old", "Young", -1),
    Attribute("gender", "Gender presentation, feminine – masculine", "Male"),
    Attribute("glasses", "Glasses", "Eyeglasses"),
    Attribute("beard", "Beard", "No_Beard", -1),
    Attribute("moustache", "Moustache", "Mustache"),
    Attribute("lipstick", "Lipstick", "Wearing_Lipstick"),
    Attribute("black-hair", "Black hair", "Black_Hair"),
    Attribute("brown-hair", "Brown hair", "Brown_Hair"),
    Attribute("blond-hair", "Blond hair", "Blond_Hair"),
    Attribute("grey-hair", "Grey hair", "Gray_Hair"),
    Attribute("wavy-hair", "Wavy hair", "Wavy_Hair"),
    Attribute("bangs", "Bangs", "Bangs"),
    Attribute("hat", "Hat", "Wearing_Hat"),
)

# They judge looks, or stand in for race. Nothing learns them, so nothing can offer them; a test holds that none is above.
NEVER = frozenset(
    (
        *(
            "race",
            "Attractive",
            "Chubby",
            "Double_Chin",
            "Pale_Skin",
            "Rosy_Cheeks",
            "Big_Nose",
            "Pointy_Nose",
            "Big_Lips",
        ),
        *("Oval_Face", "Narrow_Eyes", "High_Cheekbones", "Bags_Under_Eyes", "Bald", "Receding_Hairline"),
        *("Arched_Eyebrows", "Bushy_Eyebrows", "Heavy_Makeup"),
    )
)

BIAS = (
    "The labels are people's quick judgements of photographs of celebrities, yes or no: what they called young, or a man, "
    "is not what a person is. A slider turns what those judges would say. Where labels went together (lipstick and "
    "women, grey hair and men), so do sliders, as far as the table shows."
)
