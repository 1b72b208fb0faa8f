#!/bin/sh
# Make or refresh .venv from a pinned and hashed requirements file; do nothing when it is unchanged.
#   deploy/venv.sh requirements.txt
set -eu
cd "$(dirname "$0")/.."
requirements=$1
stamp=".venv/.installed-$(basename "$requirements" .txt)"

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3 python; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s' "$name"
            return
        fi
    done
    say "Python 3.11 or newer is needed and was not found; install it (on Debian: apt install python3 python3-venv) and start again."
    exit 2
}

if ! .venv/bin/python -c '' >/dev/null 2>&1; then
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        say "Python's venv module is missing; install it (on Debian: apt install python3-venv) and start again."
        exit 2
    fi
    "$python" -m venv --clear .venv || {
        say "The virtual environment .venv could not be made; see the message above."
        exit 2
    }
fi

# The interpreter counts as well: its packages must be built for it.
wanted=$({ cat "$requirements"; .venv/bin/python -V; } | .venv/bin/python -c \
    'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then
    exit 0
fi
say "Installing what $requirements names ..."
# The file is complete, so nothing is to be resolved; bytecode is compiled when first used.
if ! .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-compile \
    --no-deps --require-hashes -r "$requirements"; then
    say "The requirements could not be installed; check the connection to the package index and start again."
    exit 2
fi
printf '%s\n' "$wanted" >"$stamp"
