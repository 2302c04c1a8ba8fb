"""What happens around the first import of a heavy package, whichever of ours asks for it first."""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass

# said of the machine at every start, by C++ and past every setting for logs; nothing a person can act on
_KNOWN = (
    r"(?m)^(WARNING: All log messages before absl::InitializeLog|To enable the following instructions:"
    r"|I\d{4} .*\] (oneDNN custom operations are on|This \w+ binary is optimized to use)).*\n"
)
_SIEVE = """
import os, re, sys
while data := os.read(0, 65536):
    os.write(1, re.sub(sys.argv[1].encode(), b"", data))
"""


def around(package: str, manager: Callable[[], AbstractContextManager]) -> None:
    """Runs the import of `package`, whenever it comes, inside `manager()`; nothing where it is imported already."""
    finder = _Finder(package, manager)
    if package not in sys.modules and finder not in sys.meta_path:
        sys.meta_path.insert(0, finder)


@contextmanager
def quietly() -> Iterator[None]:
    """Keeps a few known lines off standard error; whatever else is written passes, in order and at once.

    A process of its own reads file descriptor 2 meanwhile, for a library that ends the process says why with its last
    breath: what lay in a file or a thread of this process would be lost. What Python writes goes round it, so a turning
    sign keeps turning on the terminal.
    """
    import subprocess  # the shell's help does without

    try:
        errors = os.dup(2)
        command = [sys.executable, "-ISc", _SIEVE, _KNOWN]
        sieve = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=errors, start_new_session=True)
    except OSError:  # no standard error, or no process to be had: then the lines are seen
        yield
        return
    before = sys.stderr
    # stays open: logs that are set up by the import keep it
    sys.stderr = open(errors, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.dup2(sieve.stdin.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(errors, 2)
        sys.stderr = before
        sieve.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            sieve.wait(1)


@dataclass(frozen=True)
class _Finder:
    """Lets an import run as ever, inside a context. A hook, not a call: pages, API, warm-up and verbs may be first."""

    package: str
    manager: Callable[[], AbstractContextManager]

    def find_spec(self, name, path=None, target=None):  # the signature is importlib's
        if name != self.package:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        run = spec.loader.exec_module

        def run_inside(module) -> None:
            with self.manager():
                run(module)

        spec.loader.exec_module = run_inside
        return spec
