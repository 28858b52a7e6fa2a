#!/usr/bin/env bash
# The end-to-end tests: a real server, real devices behind a real NAT and an admin elsewhere, all on this machine.
#
#   admin                server, gateway                 router                        devices
#   ┌────────┐           ┌───────────────────┐           ┌─────────────────┐           ┌──────────────────┐
#   │ laptop ├───────────┤ tower             ├───────────┤ nat             ├─────┬─────┤ edge20           │
#   └────────┘           └───────────────────┘           └─────────────────┘     │     └──────────────────┘
#    198.18.2.2    198.18.2.1          198.18.1.1    198.18.1.2      198.18.3.1  │       198.18.3.10
#                                      tower.lab         ══ masquerade ══▶       │     ┌──────────────────┐
#                                                        nothing inbound         └─────┤ edge30 …         │
#                                                                                      └──────────────────┘
#                                                                                        198.18.3.11 …
#
#   run.sh [--cache DIR] [WATCHMAN=PATH] [CASE...]
#
# CASE is the name of a file in cases/ or the start of one; without any, all are run. PATH is the binary to test, by
# default .build/release/watchman. Machines are systemd-nspawn containers that boot Debian (rootfs.sh, machine.sh),
# links are veth pairs and the router is nftables (network.sh). The server, installed by install.sh, and the laptop are
# booted once; each case boots its own devices, which are named after its number.
#
# The whole lab is one throw-away set of namespaces (mount, pid, net, uts, ipc) with all its files in memory, so it ends
# with its first process, however that ends: no process, mount, network namespace or file of /run can be left. The
# cgroups, wm-PID, are removed here.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

here=$(dirname "$(realpath "$0")")
readonly here case_seconds=${CASE_SECONDS:-420}

die() {
    printf 'run.sh: error: %s\n' "$1" >&2
    [[ -z ${2-} ]] || printf 'run.sh: hint: %s\n' "$2" >&2
    exit 69
}

# --- outside: options, image, namespaces ---

# Sets `cases`, `cache` and WATCHMAN.
parse() {
    local file found
    cache=${XDG_CACHE_HOME:-$HOME/.cache}/watchman-tests
    cases=()
    while (($# > 0)); do
        case $1 in
            --cache) cache=${2:?--cache needs a directory} && shift ;;
            --cache=*) cache=${1#*=} ;;
            WATCHMAN=*) WATCHMAN=${1#*=} ;;
            -*) die "unknown option $1" "see the top of $0" ;;
            *)
                found=
                for file in "$here/cases/$(basename "$1" .sh)"*.sh; do
                    [[ ! -f $file ]] || { found=1 && cases+=("$file"); }
                done
                [[ $found ]] || die "no case is called $1" "ls $here/cases"
                ;;
        esac
        shift
    done
    ((${#cases[@]} > 0)) || cases=("$here"/cases/*.sh)
}

check_host() {
    local tool
    [[ $EUID -eq 0 ]] || die "the end-to-end tests must be run as root" "sudo $0"
    for tool in apt-get:apt debootstrap:debootstrap ip:iproute2 jq:jq nft:nftables sysctl:procps \
        systemd-nspawn:systemd-container unshare:util-linux; do
        command -v "${tool%%:*}" >/dev/null || die "${tool%%:*} is not installed" "apt-get install ${tool##*:}"
    done
    [[ -x $WATCHMAN ]] || die "no binary at $WATCHMAN" "build it first, or say WATCHMAN=PATH"
}

# Makes the image unless it is there. Its name says which rootfs.sh made it; those of older ones are deleted.
make_image() {
    local name
    name=lab-bookworm-$(sha256sum "$here/rootfs.sh" | cut -c1-12)
    IMAGE=$(realpath -m "$cache")/$name
    "$here/rootfs.sh" "$IMAGE"
    find "${IMAGE%/*}" -maxdepth 1 -name 'lab-bookworm-*' ! -name "$name*" -exec rm -rf {} +
}

# Ends the lab and removes its cgroups, which empty a moment after the last process is gone.
cleanup() {
    kill -KILL "$lab" 2>/dev/null || :
    wait "$lab" 2>/dev/null || :
    local try tree left
    for try in {1..100}; do
        left=
        cgroup_remove
        for tree in $(cgroup_trees); do [[ ! -d $tree/$LAB_ID ]] || left=$tree/$LAB_ID; done
        [[ $left ]] || return 0
        sleep 0.05
    done
    echo "run.sh: error: cannot remove $left ($try tries)" >&2
}

outside() {
    local cases cache
    REPOSITORY=$(realpath "$here/../..")
    WATCHMAN=${WATCHMAN:-$REPOSITORY/.build/release/watchman}
    parse "$@"
    check_host
    WATCHMAN=$(realpath "$WATCHMAN")
    make_image
    LAB=/run/lab LAB_ID=wm-$$
    export LAB LAB_ID IMAGE WATCHMAN REPOSITORY
    # shellcheck source=machine.sh
    source "$here/machine.sh" # for the cgroups
    setpriv --pdeathsig KILL unshare --mount --pid --net --uts --ipc --fork --kill-child --mount-proc \
        "$0" --inside "${cases[@]}" &
    lab=$!
    trap cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    wait "$lab"
}

# --- inside: the first process of the lab ---

boot_server_and_laptop() {
    machine_create laptop laptop --bind-ro="$WATCHMAN:/usr/local/bin/watchman"
    chroot "$LAB/laptop/root" systemctl --quiet disable ssh.service
    machine_start laptop
    server_boot
    machine_ready laptop
}

# Prints what the machines have to say about a failure.
show_logs() {
    local dir name
    for dir in "$LAB"/*/nspawn; do
        name=$(basename "${dir%/nspawn}")
        echo "--- $name: journal"
        machine_run "$name" journalctl --no-pager --lines=60 --output=short-precise --unit='watchman*' \
            --unit=ssh.service || tail -n 30 "$LAB/$name/console"
    done
    echo "--- tower: gateway"
    on_server tail -n 40 /var/lib/watchman-gateway/sshd.log || :
} 2>&1

# Ends what a case has started: its devices, its cut and its background processes (it leads a process group). A server
# that the case has ruined boots again, with what it has stored.
tidy_after() {
    local address
    for address in "$LAB"/*/address; do
        [[ ! -f $address ]] || device_delete "$(basename "${address%/address}")"
    done
    nat_mend 2>/dev/null || :
    kill -KILL -- "-$1" 2>/dev/null || :
    server_answers >/dev/null && return
    machine_kill tower
    machine_start tower
    machine_ready tower
    wait_for 30 "the server to answer" server_answers
}

# run_case FILE: prints its result.
run_case() {
    local name began=$SECONDS status=0 log process
    name=$(basename "$1" .sh)
    log=$LAB/$name.log
    timeout --kill-after=5 "$case_seconds" bash "$1" >"$log" 2>&1 </dev/null &
    process=$!
    wait "$process" || status=$?
    if ((status == 0)); then
        printf 'ok %s (%d s)\n' "$name" $((SECONDS - began))
        sed -n 's/^figure: /    /p' "$log"
    else
        ((status != 124)) || echo "failed: not done within $case_seconds s" >>"$log"
        printf 'FAIL %s (%d s)\n' "$name" $((SECONDS - began))
        { cat "$log" && show_logs; } | sed 's/^/    /'
    fi
    tidy_after "$process" 2>>"$log" || echo "    cannot tidy up after $name: $(tail -n 3 "$log")"
    return "$status"
}

inside() {
    local file passed=0 failed=0
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p /run/netns "$LAB"
    # shellcheck source=lib.sh
    source "$here/lib.sh"
    network_up
    boot_server_and_laptop >"$LAB/boot.log" 2>&1 &
    wait $! || {
        cat "$LAB/boot.log"
        show_logs
        die "cannot set up the server"
    }
    for file in "$@"; do
        if run_case "$file"; then ((++passed)); else ((++failed)); fi
    done
    echo "$passed passed, $failed failed"
    ((failed == 0)) || exit 1
}

case ${1-} in
    --inside) inside "${@:2}" ;;
    *) outside "$@" ;;
esac
