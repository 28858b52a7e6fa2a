# shellcheck shell=bash
# Machines: systemd-nspawn containers that boot the image of rootfs.sh. Sourced by lib.sh.
#
# A machine is a directory $LAB/NAME with `root` (the image below, a writable layer in memory on top), `nspawn` (pid),
# `console` (log), `namespace`, `options` and, for a device, `address`. The writable layer outlives a reboot and a power
# cut, which that of nspawn's own --volatile=overlay does not.

# Root's password on every new machine.
readonly OLD_PASSWORD=letmein-2024

# machine_create NAME NAMESPACE [NSPAWN-OPTION...]: a new machine, not yet running. It has its own host keys and
# machine-id, and root has the old password.
machine_create() {
    local name=$1 dir=$LAB/$1 root=$LAB/$1/root
    mkdir -p "$dir"/{root,upper,work}
    mount -t overlay -o "lowerdir=$IMAGE,upperdir=$dir/upper,workdir=$dir/work" overlay "$root"
    echo "$2" >"$dir/namespace"
    printf '%s\n' "${@:3}" >"$dir/options"
    printf '%s\n' "$name" >"$root/etc/hostname"
    printf '127.0.0.1 localhost\n%s tower.lab tower\n' "$GATEWAY_IP" >"$root/etc/hosts"
    tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
    chroot "$root" ssh-keygen -A >/dev/null
    chroot "$root" chpasswd <<<"root:$OLD_PASSWORD"
}

# machine_start NAME: switches a machine on; machine_ready waits for it.
machine_start() {
    local name=$1 dir=$LAB/$1 options
    mapfile -t options < <(sed '/^$/d' "$dir/options")
    (
        # nspawn puts a machine into the cgroup it is started in: two in one cgroup would stop each other's services.
        cgroup_enter "$name"
        # A session of its own: what ends a case must not end a server that the case has started.
        exec setsid systemd-nspawn --quiet --directory="$dir/root" --machine="$name" --boot --keep-unit --register=no \
            --network-namespace-path="/run/netns/$(<"$dir/namespace")" --settings=no --resolv-conf=off \
            --timezone=off --link-journal=no "${options[@]}" </dev/null >>"$dir/console" 2>&1
    ) &
    echo $! >"$dir/nspawn"
}

machine_ready() { wait_for 60 "machine $1 to finish booting" machine_is_up "$1"; }
machine_is_up() { [[ $(machine_run "$1" systemctl is-system-running) =~ ^(running|degraded)$ ]]; }

# machine_leader NAME: prints the pid of the machine's systemd: the child of nspawn that is pid 1 in a namespace.
machine_leader() {
    local nspawn child children=()
    nspawn=$(<"$LAB/$1/nspawn")
    # One line without an end, which `read` takes for a failure, or no such process.
    read -ra children 2>/dev/null <"/proc/$nspawn/task/$nspawn/children" || :
    for child in "${children[@]}"; do
        if [[ $(awk '/^NSpid/ { print $NF }' "/proc/$child/status" 2>/dev/null) == 1 ]]; then
            echo "$child"
            return
        fi
    done
    echo "machine $1 is not running" >&2
    return 1
}

# machine_run NAME COMMAND...: runs a command in a machine as root. Input, output and exit status are the command's.
machine_run() {
    local leader
    leader=$(machine_leader "$1") || return
    nsenter --target "$leader" --mount --pid --net --uts --ipc -- /usr/bin/env -i --chdir=/root \
        HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb "${@:2}"
}

# machine_reboot NAME: an orderly reboot, as root would ask for it; returns when it is up again.
machine_reboot() {
    local nspawn
    nspawn=$(<"$LAB/$1/nspawn")
    machine_run "$1" systemctl reboot || : # the answer may be cut off
    wait_for 30 "machine $1 to go down" process_has_gone "$nspawn"
    machine_start "$1" # nspawn, told to --keep-unit, leaves this to whoever started it
    machine_ready "$1"
}
process_has_gone() { [[ ! -d /proc/$1 ]]; }

# machine_kill NAME: ends a machine at once. What it wrote stays; machine_start boots it again.
machine_kill() {
    local leader nspawn
    nspawn=$(<"$LAB/$1/nspawn")
    if leader=$(machine_leader "$1" 2>/dev/null); then kill -KILL "$leader" || :; fi
    wait_for 10 "machine $1 to end" process_has_gone "$nspawn"
    cgroup_remove "$1"
}

# machine_delete NAME: ends a machine and forgets what it wrote.
machine_delete() {
    machine_kill "$1"
    umount "$LAB/$1/root"
    rm -rf "${LAB:?}/$1"
}

# The cgroup trees that systemd uses on this host: one with cgroup v2, two in the older layouts.
cgroup_trees() {
    awk '$3 == "cgroup2" || ($3 == "cgroup" && $4 ~ /name=systemd/) { print $2 }' /proc/self/mounts | sort -u
}

# cgroup_enter NAME: moves this (sub)shell into a cgroup of its own.
cgroup_enter() {
    local tree
    for tree in $(cgroup_trees); do
        mkdir -p "$tree/$LAB_ID/$1"
        echo "$BASHPID" >"$tree/$LAB_ID/$1/cgroup.procs"
    done
}

# cgroup_remove [NAME]: removes the cgroups of one machine, or of the whole lab, once nothing runs in them.
cgroup_remove() {
    local tree
    for tree in $(cgroup_trees); do
        [[ ! -d $tree/$LAB_ID/${1-} ]] || find "$tree/$LAB_ID/${1-}" -depth -type d -exec rmdir {} + 2>/dev/null || :
    done
}
