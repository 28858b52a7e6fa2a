#!/bin/sh
# Enrols this machine with the watchman server that gave this script. As root, with a join token:
#
#   echo TOKEN | sudo sh -c "$(curl -fsSk --pinnedpubkey sha256//@PIN@ @SERVER@/enrol.sh)"
#
# Piped into sh it asks for the token; `sh -s -- --token-file FILE` reads it from a file. Other options go to `watchman register`.
# Everything is in functions, and the last line calls one: a script that arrives in part does nothing.
set -eu

say() { printf 'watchman: %s\n' "$*" >&2; }

# die STATUS WHAT [HINT]
die() {
    say "error: $2"
    if [ $# -gt 2 ]; then say "hint: $3"; fi
    exit "$1"
}

check() {
    [ "$(id -u)" -eq 0 ] || die 77 "this needs root" "run the same line with sudo"
    for program in curl sha256sum mktemp; do
        command -v "$program" >/dev/null || die 69 "$program is not installed" "install it, or copy watchman here by hand"
    done
    machine=$(uname -m)
    [ "$machine" = '@MACHINE@' ] ||
        die 69 "the server's program is for @MACHINE@, this machine is $machine" \
            "copy a watchman for $machine here and run: ./watchman register --server @SERVER@"
}

# download FILE: fetches the program from the server whose key is pinned, and compares it with what this script was told.
download() {
    curl -fsSk --pinnedpubkey 'sha256//@PIN@' --connect-timeout 20 --retry 20 --speed-limit 1 --speed-time 60 \
        --output "$1" '@SERVER@/download/watchman' || die 69 "cannot download watchman from @SERVER@"
    printf '%s  %s\n' '@SHA256@' "$1" | sha256sum -c - >/dev/null 2>&1 ||
        die 69 "the download is not what the server has: try again"
    chmod 700 "$1"
}

enrol() {
    check
    # Where `register` shall read: when the script itself comes through standard input, the token cannot.
    input=
    case $- in
    *s*)
        case " $* " in
        *" --token-file"*) input=/dev/null ;;
        *)
            input=/dev/tty
            (: </dev/tty) 2>/dev/null || die 64 "there is no terminal to ask for the join token" \
                "write it into a file and add: -s -- --token-file FILE"
            ;;
        esac
        ;;
    esac
    umask 077
    folder=$(mktemp -d "${TMPDIR:-/tmp}/watchman.XXXXXX")
    trap 'rm -rf "$folder"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    download "$folder/watchman"
    "$folder/watchman" --version >/dev/null ||
        die 69 "programs cannot run in $folder" "choose another folder: TMPDIR=/root"
    # What it starts must not read the token.
    "$folder/watchman" prereqs --install --server '@SERVER@' </dev/null
    if [ -n "$input" ]; then
        "$folder/watchman" register --server '@SERVER@' "$@" <"$input"
    else
        "$folder/watchman" register --server '@SERVER@' "$@"
    fi
}

enrol "$@"
