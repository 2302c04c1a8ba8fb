"""The seam between Visage and Keras' backends: TensorFlow (default), JAX, PyTorch.

Tasks and networks are written in plain, imperative Keras against four functions:

- `compiled(function, variables)`: the function, fast; it may read and assign the variables.
- `gradients(loss_fn, variables)`: a loss and its gradients with respect to variables.
- `input_gradient(score_fn, inputs)`: the gradient with respect to an input, itself differentiable.
- `batch_norm(inputs, gamma, beta, epsilon)`: the training pass of batch norm, in one operation where there is one.

Nothing else in `models/` or `training/` knows which backend drives the hardware.
"""

import os
import platform
from pathlib import Path

import keras
from keras import ops


def gradients(loss_fn, variables):
    """Value of `loss_fn()` and the gradients of its loss.

    Args:
        loss_fn: no arguments; returns a scalar, or a tuple whose first entry is that scalar
            (the rest is handed back as it is: scores, say).
        variables: list of Keras variables.

    Returns:
        `(what loss_fn returned, [gradient per variable])`.
    """
    return _backend().gradients(loss_fn, variables)


def input_gradient(score_fn, inputs):
    """Gradient of the scalar `score_fn(inputs)` with respect to `inputs`, same shape.

    May stand inside a `loss_fn` of `gradients` (R1, gradient penalty): it is differentiated again.
    What the pass would write (batch statistics) is dropped on JAX, as penalties need no memory.
    """
    return _backend().input_gradient(score_fn, inputs)


def compiled(function, variables, frozen=False):
    """`function`, compiled once per signature of its tensor arguments.

    Args:
        function: plain Keras code over tensors; reads and, unless `frozen`, assigns `variables`.
        variables: every Keras variable that the function touches, optimisers' included (build them first).
        frozen: True promises that nothing is assigned; then the result may be called from many threads.
    """
    return _backend().compiled(function, variables, frozen)


def batch_norm(inputs, gamma, beta, epsilon):
    """Normalise each channel by the batch's own statistics (Ioffe, Szegedy 2015, algorithm 1); differentiable twice.

    Args:
        inputs: [..., C], float32 or bfloat16.
        gamma, beta: float32 [C].
        epsilon: added to the variance.

    Returns:
        `(outputs, mean, variance)`: outputs like the inputs; float32 [C] statistics, the variance divided by N.
    """
    return _backend().batch_norm(inputs, gamma, beta, epsilon)


def prepare(one_at_a_time=False):
    """Make the accelerator, if there is one, share its memory: grow as needed instead of taking all of it.

    Args:
        one_at_a_time: on TensorFlow's CPU, run operations one after the other (each still on all cores). Side by side
            they now and then round differently on a busy machine, so that two equal trainings part in the last bit.
            Has no effect once the process has computed something.
    """
    _backend().prepare(one_at_a_time)


def use_all_devices():
    """From now on in this process, networks lie on every device there is and each device takes its part of a batch.

    JAX alone, through `keras.distribution.DataParallel`: the whole batch stays one to batch norm and losses, so they are
    those of a single device but for rounding. Elsewhere, and with one device, nothing changes.
    """
    _backend().use_all_devices()


def device_name():
    """What computes, in words: `CPU · 2 cores`, or `GPU · <name>`."""
    accelerator = _backend().accelerator()
    return f"GPU · {accelerator}" if accelerator else f"CPU · {cores()} cores"


def name():
    """Keras' backend, as people write it."""
    return {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}[keras.backend.backend()]


def has_accelerator():
    """Whether something faster than the processor computes here."""
    return bool(_backend().accelerator())


def cores():
    """Number of processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def bfloat16_pays():
    """True where bfloat16 arithmetic is in the hardware: an accelerator, or AVX-512/AMX bf16 (or Arm's) in the CPU."""
    if _backend().accelerator():
        return True
    flags = Path("/proc/cpuinfo")
    text = flags.read_text(errors="ignore") if flags.exists() else platform.processor()
    return any(flag in text for flag in ("avx512_bf16", "amx_bf16", " bf16 "))


class _Plain:
    """What a backend does unless it knows better."""

    def use_all_devices(self):
        pass

    def prepare(self, one_at_a_time):
        pass

    def batch_norm(self, inputs, gamma, beta, epsilon):
        precise = ops.cast(inputs, "float32")
        mean, variance = ops.moments(precise, list(range(len(inputs.shape) - 1)))
        outputs = ops.batch_normalization(precise, mean, variance, -1, beta, gamma, epsilon)
        return ops.cast(outputs, inputs.dtype), mean, variance


class _TensorFlow(_Plain):
    """Tapes and `tf.function`. No XLA: on the CPU it made the step twice as slow."""

    def gradients(self, loss_fn, variables):
        import tensorflow as tf

        with tf.GradientTape() as tape:
            result = loss_fn()
        return result, tape.gradient(_loss(result), [v.value for v in variables])

    def input_gradient(self, score_fn, inputs):
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(inputs)
            score = score_fn(inputs)
        return tape.gradient(score, inputs)

    def compiled(self, function, variables, frozen):
        import tensorflow as tf

        return tf.function(function, reduce_retracing=True)

    def batch_norm(self, inputs, gamma, beta, epsilon):
        import tensorflow as tf

        channels = inputs.shape[-1]
        as_map = tf.reshape(inputs, (-1, 1, 1, channels)) if len(inputs.shape) != 4 else inputs
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=as_map, scale=gamma, offset=beta, mean=[], variance=[], epsilon=epsilon, is_training=True
        )
        count = tf.cast(tf.size(inputs) // channels, "float32")
        return tf.reshape(outputs, tf.shape(inputs)), mean, variance * (count - 1.0) / count  # came divided by N - 1

    def prepare(self, one_at_a_time):
        import tensorflow as tf

        if one_at_a_time:
            try:
                tf.config.threading.set_inter_op_parallelism_threads(1)
            except RuntimeError:  # this process has computed already: it goes on as it began
                pass
        for gpu in tf.config.list_physical_devices("GPU"):
            try:
                tf.config.experimental.set_memory_growth(gpu, True)
            except RuntimeError:  # already in use by this process: too late, and harmless
                pass

    def accelerator(self):
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU") if gpus else None


class _Torch(_Plain):
    """Autograd, eager."""

    def gradients(self, loss_fn, variables):
        import torch

        result = loss_fn()
        return result, torch.autograd.grad(_loss(result), [v.value for v in variables])

    def input_gradient(self, score_fn, inputs):
        import torch

        inputs = inputs.detach().requires_grad_(True)
        return torch.autograd.grad(score_fn(inputs), inputs, create_graph=True)[0]

    def compiled(self, function, variables, frozen):
        import torch

        def without_graph(*arguments):
            with torch.no_grad():
                return function(*arguments)

        return without_graph if frozen else function

    def accelerator(self):
        import torch

        return torch.cuda.get_device_name(0) if torch.cuda.is_available() else None


class _Jax(_Plain):
    """Pure functions under `jax.jit`: variables live in a `keras.StatelessScope` while a step is traced.

    `scopes` is the stack of open scopes, innermost last; outside of `compiled` it is empty and variables
    are read and assigned directly.
    """

    def __init__(self):
        self.scopes = []

    def use_all_devices(self):
        import jax

        if len(jax.devices()) > 1:
            keras.distribution.set_distribution(keras.distribution.DataParallel())

    def _spread(self, tensor):
        """A batch with its rows on all devices; what cannot be parted evenly as it is."""
        distribution = keras.distribution.distribution()
        if distribution is None or not ops.ndim(tensor) or len(tensor) % distribution.device_mesh.devices.size:
            return tensor
        return keras.distribution.distribute_tensor(tensor, distribution.get_data_layout(tensor.shape))

    def _mapping(self, replaced=()):
        """[(variable, current value)] of the innermost scope, with some values replaced: {id: value}."""
        scope, variables = self.scopes[-1]
        replaced = dict(replaced)
        return [(v, replaced.get(id(v), scope.get_current_value(v))) for v in variables]

    def _inside(self, mapping, function, *arguments):
        """What `function` returns in a new scope over `mapping`, and the scope."""
        scope = keras.StatelessScope(state_mapping=mapping)
        self.scopes.append((scope, [v for v, _ in mapping]))
        try:
            with scope:
                return function(*arguments), scope
        finally:
            self.scopes.pop()

    def gradients(self, loss_fn, variables):
        import jax

        if not self.scopes:
            return self._inside([(v, v.value) for v in variables], lambda: self.gradients(loss_fn, variables))[0]
        ids = {id(v) for v in variables}
        others = [v for v, _ in self._mapping() if id(v) not in ids]

        def pure(values):
            mapping = self._mapping((id(v), value) for v, value in zip(variables, values))
            result, scope = self._inside(mapping, loss_fn)
            return _loss(result), (result, [scope.get_current_value(v) for v in others])

        current = {id(v): value for v, value in self._mapping()}
        (_, (result, moved)), grads = jax.value_and_grad(pure, has_aux=True)([current[id(v)] for v in variables])
        for variable, value in zip(others, moved):  # batch-norm statistics, back to the outer scope
            variable.assign(value)
        return result, grads

    def input_gradient(self, score_fn, inputs):
        import jax

        if not self.scopes:
            return jax.grad(score_fn)(inputs)
        mapping = self._mapping()
        return jax.grad(lambda x: self._inside(mapping, score_fn, x)[0])(inputs)

    def compiled(self, function, variables, frozen):
        import jax

        def pure(values, *arguments):
            result, scope = self._inside(list(zip(variables, values)), function, *arguments)
            return result, [] if frozen else [scope.get_current_value(v) for v in variables]

        jitted = jax.jit(pure, donate_argnums=() if frozen else (0,))

        def run(*arguments):
            result, values = jitted([v.value for v in variables], *map(self._spread, arguments))
            for variable, value in zip(variables, values):
                variable.assign(value)
            return result

        return run

    def accelerator(self):
        import jax

        device = jax.devices()[0]
        return None if device.platform == "cpu" else device.device_kind


def _loss(result):
    return result[0] if isinstance(result, tuple) else result


_BACKENDS = {"tensorflow": _TensorFlow, "torch": _Torch, "jax": _Jax}
_current = None


def _backend():
    global _current
    if _current is None:
        _current = _BACKENDS[keras.backend.backend()]()
    return _current
