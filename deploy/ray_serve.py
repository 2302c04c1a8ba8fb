"""HTTP on several machines: the routes of `uvicorn api:app` as an application of Ray Serve (requirements-ray.txt).

    serve run deploy.ray_serve:app                      # one replica, up to four as requests come
    serve run deploy.ray_serve:app least=2 most=8       # two always, eight at most
    serve run deploy.ray_serve:app cpus=4               # cores of a replica

Each replica is a process with its own models in memory and its own queue in front of each network, which draws what waits
together in one pass. Jobs of the Morph page live in one process: pages are not for this.
"""

import pydantic
from ray import serve

MOST_WAITING = 160  # requests at one replica; as many as it has threads for (routes/start.py)
TARGET = 8  # requests at work a replica, beyond which one more is started: a network's batch is 16


class Wishes(pydantic.BaseModel):
    """What `serve run` may say as `name=value`: replicas at least and at most, and cores of each."""

    model_config = pydantic.ConfigDict(extra="forbid")

    least: int = pydantic.Field(1, ge=1)
    most: int = pydantic.Field(4, ge=1)
    cpus: float = pydantic.Field(2, gt=0)


def app(wishes: Wishes) -> serve.Application:
    """The application; Ray calls this with what the command line says."""
    deployment = serve.deployment(
        serve.ingress(_routes)(),
        name="visage",
        max_ongoing_requests=MOST_WAITING,
        ray_actor_options={"num_cpus": wishes.cpus},
        autoscaling_config={
            "min_replicas": wishes.least,
            "max_replicas": max(wishes.least, wishes.most),
            "target_ongoing_requests": TARGET,
        },
    )
    return deployment.bind()


def _routes():
    import api  # in the replica alone: the process that starts them needs no TensorFlow

    return api.app
