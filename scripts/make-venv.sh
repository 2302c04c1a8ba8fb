#!/usr/bin/env bash
# Makes .venv and installs the given requirements files into it, or does nothing where that is done already.
#   scripts/make-venv.sh requirements.txt [requirements-dev.txt]
set -euo pipefail
cd "$(dirname "$0")/.."

# Streamlit wants 3.11 or later, TensorFlow has wheels up to 3.13. A name on the PATH can be a launcher for a Python
# that is not there, so each one is really started.
fits='import sys, venv, ensurepip; sys.exit(not ((3, 11) <= sys.version_info < (3, 14) and sys.maxsize > 2**32))'
sentence="Visage needs Python 3.11, 3.12 or 3.13 (64 bits, with its venv module), the ones TensorFlow has wheels for"

if ! .venv/bin/python -c '' 2>/dev/null; then
    python=""
    for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if "$name" -c "$fits" 2>/dev/null; then
            python=$name
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "$sentence: none was found, so install one (on Debian: python3 and python3-venv), or name one with PYTHON=…" >&2
        exit 1
    fi
    echo "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
elif ! .venv/bin/python -c "$fits" 2>/dev/null; then
    echo "$sentence: .venv holds $(.venv/bin/python --version 2>&1), so remove that folder and try again." >&2
    exit 1
fi

# the stamp holds the sums of what was installed: a changed requirement is installed, an unchanged one costs nothing
stamp=.venv/.installed-$(printf '%s' "$*" | tr -c 'a-zA-Z0-9.-' '_')
sums=$(cat "$@" | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$sums" ]; then
    echo "Installing $* into .venv (once; a minute or two)."
    rm -f "$stamp"
    install=()
    for file in "$@"; do install+=(-r "$file"); done
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "${install[@]}"
    echo "$sums" >"$stamp"
fi
