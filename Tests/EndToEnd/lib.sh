# shellcheck shell=bash
# What the cases are written in. Each case sources this first and runs in a shell of its own, inside the lab that run.sh
# has set up.
#
# From run.sh, in the environment: LAB (directory, in memory), LAB_ID (name of the lab's cgroups), IMAGE, WATCHMAN (the
# binary), REPOSITORY.
set -Eeuo pipefail
shopt -s inherit_errexit
trap 'show_calls $? "$BASH_COMMAND"' ERR

: "${LAB:?}" "${LAB_ID:?}" "${IMAGE:?}" "${WATCHMAN:?}" "${REPOSITORY:?}"
# shellcheck source=network.sh
source "${BASH_SOURCE[0]%/*}/network.sh"
# shellcheck source=machine.sh
source "${BASH_SOURCE[0]%/*}/machine.sh"

readonly SERVER_URL=https://tower.lab:8443

# --- telling and checking ---

# step TEXT...: says in the log what comes next, and when.
step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

# show_calls STATUS COMMAND: says which command failed, and the way there from the case.
show_calls() {
    local i
    printf 'failed: status %s from: %s\n' "$1" "$2"
    for ((i = 1; i < ${#FUNCNAME[@]}; i++)); do
        printf '    in %s, %s:%s\n' "${FUNCNAME[i]}" "${BASH_SOURCE[i]##*/}" "${BASH_LINENO[i - 1]}"
    done
} >&2

fail() {
    printf 'failed: %s\n' "$*" >&2
    exit 1
}

# wait_for SECONDS DESCRIPTION COMMAND...: tries a command until it succeeds.
wait_for() {
    local what=$2 limit=$1 deadline=$((${EPOCHREALTIME/./} + $1 * 1000000)) said
    shift 2
    until said=$("$@" 2>&1); do
        ((${EPOCHREALTIME/./} < deadline)) || fail "waited ${limit} s for $what; \`$*\` says: $said"
        sleep 0.05
    done
}

# fails_with STATUS COMMAND...: checks that a command ends with that status; prints all it said.
fails_with() {
    local want=$1 got=0 said
    shift
    said=$("$@" 2>&1) || got=$?
    ((got == want)) || fail "status $got, not $want, from \`$*\`, which says: $said"
    printf '%s\n' "$said"
}

# fails COMMAND...: checks that a command ends with any other status than 0; prints all it said.
fails() {
    local said
    if said=$("$@" 2>&1); then fail "\`$*\` succeeds, and says: $said"; fi
    printf '%s\n' "$said"
}

# contains TEXT PART
contains() { [[ $1 == *"$2"* ]] || fail "'$2' is not in: $1"; }

# equals GOT WANTED
equals() { [[ $1 == "$2" ]] || fail "got '$1', wanted '$2'"; }

# not COMMAND...: succeeds if the command or check fails, whatever it says. (`! command` would not end a case.)
not() { if ("$@") >/dev/null 2>&1; then return 1; fi; }

# --- the server and the admin's laptop, booted once by run.sh ---

on_server() { machine_run tower "$@"; }
on_admin() { machine_run laptop "$@"; }

server_answers() { on_server watchman devices --quiet; }

# server_boot: a fresh machine, set up as the README says: install.sh makes users, directories and the service.
server_boot() {
    machine_create tower gateway --bind-ro="$REPOSITORY:/srv/watchman" --bind-ro="$WATCHMAN:/srv/watchman-binary"
    echo tower.lab >"$LAB/tower/root/etc/hostname"
    chroot "$LAB/tower/root" systemctl --quiet disable ssh.service
    machine_start tower
    machine_ready tower
    on_server /srv/watchman/install.sh --server --binary /srv/watchman-binary
    wait_for 30 "the server to answer" server_answers
}

# Prints a new join token, good for one device.
join_token() { on_server watchman admin tokens create; }

# device_field NAME FIELD: what the server's list of devices says of a device.
device_field() {
    on_server watchman devices --format json |
        jq --exit-status --raw-output --arg name "$1" --arg field "$2" '.devices[] | select(.name == $name) | .[$field]'
}
is_online() { [[ $(device_field "$1" state) == online ]]; }
wait_online() { wait_for 60 "$1 to be online" is_online "$1"; }

# devices_like PREFIX: prints how many devices have a name that starts so.
devices_like() {
    on_server watchman devices --format json |
        jq --arg prefix "$1" '[.devices[] | select(.name | startswith($prefix))] | length'
}

# tunnel_pid PORT: prints the pid of the gateway's sshd that holds a device's port. It fails if none does.
tunnel_pid() { on_server ss -ltnpH "sport = :$1" | grep -oPm1 'pid=\K\d+'; }

# --- devices, each case boots its own ---

# device_boot NAME...: fresh devices behind the NAT, side by side. The binary is in /tmp/watchman.
device_boot() {
    local name last
    for name in "$@"; do
        last=$(cat "$LAB/last-address" 2>/dev/null || echo 9)
        echo $((last + 1)) >"$LAB/last-address"
        machine_create "$name" "$name" --bind-ro="$WATCHMAN:/tmp/watchman"
        echo "$LAN.$((last + 1))" >"$LAB/$name/address"
        device_start "$name"
    done
    for name in "$@"; do machine_ready "$name"; done
}

device_start() {
    device_plug "$1" "$(<"$LAB/$1/address")"
    machine_start "$1"
}

# device_power_cut NAME: no farewell, neither from processes nor from the kernel. device_start boots it again.
device_power_cut() {
    device_unplug "$1"
    machine_kill "$1"
}

device_delete() {
    device_unplug "$1" || :
    machine_delete "$1"
}

# register NAME TOKEN [OPTION...]: `watchman register` on a device.
register() { machine_run "$1" /tmp/watchman register --server "$SERVER_URL" "${@:3}" <<<"$2"; }

# prepare NAME: installs what registration needs.
prepare() { machine_run "$1" /tmp/watchman prereqs --install --server "$SERVER_URL" >/dev/null; }

# enrol NAME...: boots devices and brings them online.
enrol() {
    local name
    device_boot "$@"
    for name in "$@"; do
        prepare "$name"
        register "$name" "$(join_token)"
        wait_online "$name"
    done
}

# password_login MACHINE PORT PASSWORD: logs in as root with a password alone, from a machine to a port of its loopback.
password_login() {
    # shellcheck disable=SC2016 # expanded by the machine's shell
    machine_run "$1" sh -c '
        umask 077
        cat >.password
        printf "#!/bin/sh\ncat /root/.password\n" >.askpass
        chmod 700 .askpass
        SSH_ASKPASS=/root/.askpass SSH_ASKPASS_REQUIRE=force exec ssh -F none -p "$1" -o PubkeyAuthentication=no \
            -o PreferredAuthentications=password -o NumberOfPasswordPrompts=1 -o StrictHostKeyChecking=no \
            -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@127.0.0.1 true </dev/null' sh "$2" <<<"$3"
}

# escrowed_password_works NAME: the password that the server reveals logs in through the tunnel, the old one does not.
escrowed_password_works() {
    local port password
    port=$(device_field "$1" port)
    password=$(on_server watchman devices reveal-password "$1" --reason test)
    password_login tower "$port" "$password"
    contains "$(fails_with 255 password_login tower "$port" "$OLD_PASSWORD")" "Permission denied"
}
