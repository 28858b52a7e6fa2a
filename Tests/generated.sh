#!/bin/sh
# Completions and man pages come from the program. Says whether those in the checkout are current; --write renews them.
set -eu
cd "$(dirname "$0")/.."

# A fixed date: today's would change every page every day.
date=2026-01-01
outputs=.build/plugins/GenerateManual/outputs
fresh=$(mktemp -d)
trap 'rm -r "$fresh"' EXIT

mkdir "$fresh/man" "$fresh/completions"
rm -rf "$outputs"
# The debug build is the one of the tests; for a release build the plugin would compile everything with other flags.
./install.sh --swift package generate-manual --configuration debug --multi-page --date "$date" >&2
cp "$outputs"/watchman/*.1 "$fresh/man"
for shell in bash/watchman.bash zsh/_watchman fish/watchman.fish; do
    .build/debug/watchman --generate-completion-script "${shell%/*}" >"$fresh/completions/${shell#*/}"
done
# Pages about watchman as a whole are written by hand.
cp man/*.7 "$fresh/man"
mandoc -T lint -W error "$fresh"/man/*.[17]

case ${1:-} in
--write)
    rm -rf man completions
    cp -R "$fresh/man" "$fresh/completions" .
    chown -R "$(stat -c %u:%g .)" man completions
    ;;
*)
    status=0
    for folder in completions man; do diff -ru "$folder" "$fresh/$folder" || status=1; done
    [ "$status" -eq 0 ] || printf 'generated.sh: %s\n' 'error: completions or man pages are not current' \
        'hint: Tests/generated.sh --write' >&2
    exit "$status"
    ;;
esac
