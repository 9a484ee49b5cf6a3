#!/bin/sh
# `make run`: start Lumina on the folder in PHOTOS; without one, on a sample library in a home of its own.
set -eu

photos=${PHOTOS:-}
case $photos in
    # a shell that is not bash hands the tilde on as it is
    "~") photos=$HOME ;;
    "~/"*) photos=$HOME/${photos#"~/"} ;;
esac

if [ -z "$photos" ]; then
    "$UV" sync --quiet --frozen --no-dev --group sample --inexact --python "$PYTHON"
    photos=$PWD/build/sample-library
    "$PYTHON" -m scripts.sample_library "$photos"
    : "${LUMINA_HOME:=$PWD/build/sample-home}"
    export LUMINA_HOME
    echo "No PHOTOS given: showing a sample library. Yours: make run PHOTOS=~/Pictures"
elif [ ! -d "$photos" ]; then
    echo "PHOTOS=$photos is no folder" >&2
    exit 2
fi
# on a terminal with a display Lumina opens the browser by itself; a BROWSER that is named is wanted in any case
exec .venv/bin/lumina up ${BROWSER:+--open} "$photos"
