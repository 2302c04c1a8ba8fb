"""What JSON bodies may ask for: faces, by the names that a page's address has."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.card import ModelInfo
from models.settings import HIGHEST_SEED, LATENT_LIMIT, MOST_MIXED, FaceSettings, read_query
from routes import answers
from utils.errors import LinkError

Text = Annotated[str, Field(max_length=200)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Strict(BaseModel):
    """Members of other names are refused."""

    model_config = ConfigDict(extra="forbid")


class Mixed(Strict):
    """Another face mixed in."""

    seed: int = Field(ge=0, le=HIGHEST_SEED)
    share: Number = Field(ge=0, le=1)


class Face(Strict):
    """One face, by the settings that the page's address has."""

    seed: int = Field(0, ge=0, le=HIGHEST_SEED)
    latent: list[Number] | None = Field(None, description="All values of z, each in [-4, 4], in place of the seed's.")
    psi: Number | None = Field(None, ge=0, le=1, description="Truncation; left out where the model has none.")
    sliders: dict[Text, Number] = Field({}, max_length=200, description="Directions by name, in σ.")
    mix: list[Mixed] = Field([], max_length=MOST_MIXED)
    lock: list[Text] = Field([], max_length=200, description="Directions that stay as they are while others move.")

    def settings(self, info: ModelInfo, more_seeds: int = 0) -> FaceSettings:
        """The settings of this face, or of one whose seed is larger by `more_seeds`.

        Raises: LinkError for anything that the model does not have, or that goes too far for it.
        """
        query = {"seed": str((self.seed + more_seeds) % (HIGHEST_SEED + 1))}
        query |= {} if self.psi is None else {"psi": str(self.psi)}
        query |= {name: str(value) for name, value in self.sliders.items()}
        query |= self._latents(info)
        query |= {"mix": ",".join(f"{one.seed}:{one.share:.3f}" for one in self.mix)} if self.mix else {}
        query |= {"lock": ",".join(self.lock)} if self.lock else {}
        found, wrong = read_query(query, info)
        answers.refuse(wrong)
        return found

    def _latents(self, info: ModelInfo) -> dict[str, str]:
        if self.latent is None:
            return {}
        if len(self.latent) != info.latent:
            raise LinkError(f"`latent` must have {info.latent} values for {info.title}. Received: {len(self.latent)}.")
        if any(abs(value) > LATENT_LIMIT for value in self.latent):
            raise LinkError(f"`latent` must hold values from -{LATENT_LIMIT:g} to {LATENT_LIMIT:g}.")
        return {f"z{index}": str(value) for index, value in enumerate(self.latent)}
