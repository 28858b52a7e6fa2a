#!/bin/sh
# Builds and installs watchman, sets a server up, or runs the demo. Running it again is safe.
# Every check comes before the first change: an error leaves the machine as it was.
set -eu

swift_needed=6.2
# What the static binary is linked from; the linker itself, lld, comes with Swift.
build_packages='g++ binutils git ca-certificates libsqlite3-dev libcrypt-dev zlib1g-dev'

usage() {
    cat <<'USAGE'
usage: ./install.sh [--prefix DIR] [--binary FILE] [--server]
       ./install.sh [--binary FILE] --demo [--once]
       ./install.sh [--prefix DIR] --uninstall
       ./install.sh --build-only

  --prefix DIR   install below DIR (default /usr/local)
  --binary FILE  take this ready binary instead of building one (needs no Swift)
  --server       also set this machine up as a watchman server and start it
  --demo         build, then run a throw-away server with a demo device; installs packages, nothing else
  --uninstall    remove what this script installed; configuration and data stay
  --build-only   build .build/watchman and print its path
USAGE
}

say() {
    printf 'install.sh: %s\n' "$*" >&2
}

# fail STATUS CAUSE [HINT]
fail() {
    say "error: $2"
    [ $# -lt 3 ] || say "hint: $3"
    exit "$1"
}

misuse() {
    fail 64 "$1" './install.sh --help'
}

check_root() {
    [ "$(id -u)" -eq 0 ] || fail 77 'this needs root' "sudo ./install.sh $arguments"
}

# The path ends up in a systemd unit, where a space or a % has a meaning of its own.
check_prefix() {
    case $prefix in
    *[!A-Za-z0-9/._-]*) misuse "the prefix '$prefix' has characters other than letters, digits and /._-" ;;
    /*) ;;
    *) misuse "the prefix '$prefix' is not an absolute path" ;;
    esac
}

check_sources() {
    for file in man/watchman.1 completions/watchman.bash; do
        [ -e "$file" ] || fail 69 "there is no $file in $PWD" 'git checkout -- man completions'
    done
}

# sudo's PATH leaves out the places where swiftly and swift.org's archive put Swift.
check_swift() {
    owner=$(stat -c %U .)
    [ "$owner" != UNKNOWN ] || owner=root
    owner_home=$(getent passwd "$owner" | cut -d: -f6)
    cure="install Swift $swift_needed or newer from https://www.swift.org/install/linux, or pass --binary FILE"
    for swift in "$(command -v swift)" "$owner_home/.local/share/swiftly/bin/swift" /opt/swift/usr/bin/swift ''; do
        [ ! -x "$swift" ] || break
    done
    [ -n "$swift" ] || fail 69 'swift is not installed' "$cure"
    found=$(as_owner "$swift" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [ "$(printf '%s\n' "$swift_needed" "${found:-0}" | sort -V | head -n 1)" = "$swift_needed" ] ||
        fail 69 "$swift is version ${found:-unknown}, but watchman needs $swift_needed" "$cure"
}

# Building as root would leave files that the owner of the checkout cannot remove, and run other people's code as root.
as_owner() {
    if [ "$(id -u)" -eq 0 ] && [ "$owner" != root ]; then
        runuser -u "$owner" -- env HOME="$owner_home" "$@"
    else
        "$@"
    fi
}

set_binary() {
    [ -f "$1" ] || fail 69 "there is no file '$1'"
    binary=$(realpath -- "$1")
    "$binary" --help >/dev/null 2>&1 || fail 69 "'$1' does not run on this machine ($(uname -m))"
}

# Sets `missing` to those of the given packages that are to be installed.
check_packages() {
    missing=''
    command -v apt-get >/dev/null || { check_programs && return; }
    for package; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing="$missing${missing:+ }$package"
    done
    [ -z "$missing" ] || [ "$(id -u)" -eq 0 ] ||
        fail 69 "packages are missing: $missing" "sudo apt-get install $missing"
}

# Without apt nothing is installed or built here: the programs must be there, and the binary must be given.
check_programs() {
    PATH=$PATH:/usr/sbin:/sbin
    absent=''
    for program in ssh ${server:+sshd useradd} $([ "$mode" != demo ] || echo sshd autossh); do
        command -v "$program" >/dev/null || absent="$absent $program"
    done
    [ -n "$absent" ] || [ -z "$binary" ] || return 0
    how='install the OpenSSH client and server, autossh and useradd'
    for manager in 'dnf install openssh-clients openssh-server autossh' 'zypper install openssh autossh' \
        'pacman -S --needed openssh autossh' 'apk add openssh-client openssh-server autossh shadow'; do
        ! command -v "${manager%% *}" >/dev/null || how=$manager
    done
    fail 69 "there is no apt-get here to install packages with${absent:+; missing:$absent}" \
        "$how, and pass a binary built elsewhere by --binary FILE"
}

install_missing() {
    [ -n "$missing" ] || return 0
    say "installing packages: $missing"
    case " $missing " in *' openssh-server '*) hold_sshd ;; esac
    # shellcheck disable=SC2086 # a list of words
    { apt update && apt install -y --no-install-recommends $missing; } >&2 ||
        fail 69 'apt-get could not install the packages' "apt-get install $missing"
    release_sshd
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 "$@"
}

# Installing openssh-server on Debian starts an sshd on port 22, now and at every boot. watchman needs the program only,
# so the units are masked meanwhile and then left disabled.
hold_sshd() {
    command -v systemctl >/dev/null || return 0
    sshd_held=yes
    systemctl --quiet mask ssh.service ssh.socket 2>/dev/null
}

release_sshd() {
    [ -n "${sshd_held:-}" ] || return 0
    sshd_held=''
    systemctl --quiet unmask ssh.service ssh.socket 2>/dev/null
    systemctl --quiet disable ssh.service ssh.socket 2>/dev/null || true
    say 'the sshd of this machine stays off; to turn it on: systemctl enable --now ssh'
}

# Sets `binary` to one that runs, and sees to the packages $1 that it needs.
prepare() {
    [ -n "$binary" ] || check_swift
    # shellcheck disable=SC2046,SC2086 # lists of words
    check_packages $1 $([ -n "$binary" ] || echo "$build_packages")
    install_missing
    [ -n "$binary" ] || build
}

# The one build command. A static-pie linked by lld starts in milliseconds; the default linker makes that ten times as
# many, and a binary with a run path does not start at all.
build() {
    say 'building watchman; the first time takes about ten minutes'
    as_owner "$swift" build -c release --disable-local-rpath -Xswiftc -static-executable -Xswiftc -use-ld=lld \
        -Xswiftc -Xclang-linker -Xswiftc -static-pie --product watchman >&2
    as_owner strip -o .build/watchman.new .build/release/watchman
    as_owner mv -f .build/watchman.new .build/watchman
    binary=$PWD/.build/watchman
}

# put MODE SOURCE TARGET: the old file stays until the new one is complete, even while it runs.
put() {
    install -D -m "$1" "$2" "$3.new"
    mv -f "$3.new" "$3"
}

install_files() {
    put 0755 "$binary" "$prefix/bin/watchman"
    for page in man/*.[17]; do put 0644 "$page" "$prefix/share/man/man${page##*.}/${page##*/}"; done
    put 0644 completions/watchman.bash "$prefix/share/bash-completion/completions/watchman"
    put 0644 completions/_watchman "$prefix/share/zsh/site-functions/_watchman"
    put 0644 completions/watchman.fish "$prefix/share/fish/vendor_completions.d/watchman.fish"
    say "installed $prefix/bin/watchman with its man pages and completions"
}

run_uninstall() {
    check_root
    ! grep -qs "^ExecStart=${prefix%/}/bin/watchman " "$units/watchman.service" || remove_server
    rm -f "$prefix/bin/watchman" "$prefix/share/man/man1/watchman.1" "$prefix/share/man/man1/watchman".*.1 \
        "$prefix/share/man/man7/watchman-security.7" \
        "$prefix/share/bash-completion/completions/watchman" "$prefix/share/zsh/site-functions/_watchman" \
        "$prefix/share/fish/vendor_completions.d/watchman.fish"
    say "removed watchman from $prefix"
    [ ! -e "$state" ] || say "kept $etc, $state, $gateway, the users wm-edge, wm-jump, wm-keys and group watchman"
    [ ! -e "$units/watchman-agent.service" ] || say 'kept watchman-agent.service: this machine is still a device'
}

run_install() {
    check_root
    check_sources
    [ -z "$server" ] || check_safe_path
    prepare "openssh-client${server:+ openssh-server}"
    install_files
    [ -z "$server" ] || set_up_server
}

run_demo() {
    check_root
    prepare 'openssh-client openssh-server autossh'
    exec "$binary" serve --demo "$@"
}

# For Tests/run.sh, as is run_swift: its packages and toolchain come in the same way as those of the build.
run_packages() {
    # shellcheck disable=SC2086 # a list of words
    check_packages $build_packages "$@"
    install_missing
}

run_swift() {
    check_swift
    as_owner "$swift" "$@"
}

main() {
    arguments=$* prefix=/usr/local binary='' server='' mode=install
    while [ $# -gt 0 ]; do
        option=$1
        shift
        case $option in
        --prefix | --binary)
            [ $# -gt 0 ] || misuse "$option needs a value"
            if [ "$option" = --prefix ]; then prefix=$1; else set_binary "$1"; fi
            shift
            ;;
        --server) server=yes ;;
        --uninstall | --build-only | --help | --demo | --packages | --swift)
            [ "$mode" = install ] || misuse "--$mode and $option do not go together"
            mode=${option#--}
            case $mode in demo | packages | swift) break ;; esac
            ;;
        *) misuse "unknown option '$option'" ;;
        esac
    done
    [ -z "$server" ] || [ "$mode" = install ] || misuse "--server and --$mode do not go together"
    check_prefix
    umask 022
    trap release_sshd EXIT
    trap 'exit 130' INT TERM
    cd "$(dirname "$0")"
    . deploy/server.sh
    case $mode in
    help) usage ;;
    build-only)
        prepare ''
        echo "$binary"
        ;;
    *) "run_$mode" "$@" ;;
    esac
}

main "$@"
