#!/bin/bash
# `wherry run` as a program of its own, for wasi_conformance.
exec "$WHERRY_BIN/wherry" run "$@"
