"""The first process of a container: starts the server, hands a stop on to everybody, and waits for them.

A container's engine tells its first process alone, and the usual small inits tell the server alone; a training is a process
of its own beside it, and would be killed without its last pictures. Told in time, it saves and pauses
(`training/loop.py`), and goes on with Resume after the next start.

    python deploy/init.py streamlit run app.py
"""

import os
import signal
import subprocess
import sys


def main(command: list[str]) -> int:
    """Exit status of the command. Ends when every process of the container has."""
    server, status = subprocess.Popen(command), 0
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _tell_all())
    while True:
        try:
            ended, how = os.wait()  # whoever loses its parent is ours, and is waited for too
        except ChildProcessError:
            return status
        if ended == server.pid:
            status = os.waitstatus_to_exitcode(how)
            _tell_all()  # without a server there is nothing to keep the container for


def _tell_all() -> None:
    """SIGTERM to every process but this one, which must be the container's first."""
    if os.getpid() != 1:
        raise SystemExit("This is the first process of a container. Elsewhere start the server itself.")
    try:
        os.kill(-1, signal.SIGTERM)
    except ProcessLookupError:
        pass  # nobody is left


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
