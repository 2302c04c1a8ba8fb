#!/usr/bin/env bash
# Prints the path of a Chromium that starts: $CHROME, the PATH, Debian's package, Playwright's own. Else one sentence.
# Only the path goes to the standard output.
set -euo pipefail
cd "$(dirname "$0")/.."

starts() { [ -n "$1" ] && timeout 60 "$1" --version >/dev/null 2>&1; }

on_the_path() {
    local name found
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        # on Ubuntu these names can be stubs that only tell where to get the real one: `starts` sees through them
        if found=$(command -v "$name") && starts "$found"; then
            echo "$found"
            return
        fi
    done
    return 1
}

debians() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo "Installing Debian's chromium for the browser tests (once)." >&2
    export DEBIAN_FRONTEND=noninteractive
    local install=(apt-get install -y -qq --no-install-recommends chromium fonts-liberation)
    { timeout 600 "${install[@]}" || { timeout 300 apt-get update -qq && timeout 600 "${install[@]}"; }; } >&2 || return 1
    on_the_path
}

playwrights() {
    local ask='from playwright.sync_api import sync_playwright as p
with p() as play: print(play.chromium.executable_path)'
    local path
    path=$(.venv/bin/python -c "$ask" 2>/dev/null) || return 1
    if ! starts "$path"; then
        echo "Fetching Playwright's own Chromium for the browser tests (once)." >&2
        timeout 600 .venv/bin/python -m playwright install chromium >&2 || return 1
    fi
    starts "$path" && echo "$path"
}

if [ -n "${CHROME:-}" ]; then
    starts "$CHROME" && echo "$CHROME" && exit
    echo "CHROME names $CHROME, which does not start: name a Chromium or Chrome that does, or leave it unset." >&2
    exit 1
fi
on_the_path || debians || playwrights || {
    echo "The browser tests need Chromium and none was found or could be installed: install it, or name one with CHROME=…" >&2
    exit 1
}
