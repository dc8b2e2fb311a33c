#!/bin/sh
# Prints the Python for `make`: python3, or, if that was built without profile-guided optimization, the
# first one of this machine that was built with it, which takes 0.9 of the CPU (docs/performance.md).
# Each needs version 3.11 or later and the module venv.
is_usable='import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))'
is_profiled='import sys; sys.path.insert(0, sys.argv[1]); import build; sys.exit(not build.is_profiled())'
runtime=$(dirname "$0")/../ingest/runtime

for candidate in python3 /usr/bin/python3 python3.11 python3.12 python3.13 python3.14 \
    /usr/local/bin/python3; do
    command -v "$candidate" >/dev/null || continue
    "$candidate" -c "$is_usable" 2>/dev/null || continue
    if "$candidate" -B -c "$is_profiled" "$runtime"; then
        command -v "$candidate"
        exit
    fi
done
echo python3
