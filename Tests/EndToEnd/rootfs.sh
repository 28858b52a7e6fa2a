#!/usr/bin/env bash
# Makes the image every machine of the lab boots: Debian bookworm with systemd and sshd, without autossh.
#
#   rootfs.sh DIR      does nothing if DIR is there; else about 40 s and 200 MB
#
# The packages come from the mirror that this machine's own apt uses, through apt's proxy if it has one. Machines of the
# lab have no way out, so what `watchman prereqs --install` may ask for lies in an apt repository inside the image.
# Secrets and identities (password, host keys, machine-id) are not in the image: each machine gets its own.
set -euo pipefail
shopt -s inherit_errexit
umask 022
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

readonly suite=bookworm
readonly packages=systemd,systemd-sysv,dbus,openssh-server,openssh-client,autossh,iproute2,ca-certificates,curl

die() {
    printf 'rootfs.sh: error: %s\n' "$*" >&2
    exit 1
}

# Prints `URI|FILE:LINE` of the first apt source that has the suite: its address, and where it is written.
apt_source() {
    local fields
    # shellcheck disable=SC2016 # these are apt's own
    fields='$(CODENAME)|$(LABEL)|$(COMPONENT)|$(REPO_URI)|$(SOURCESENTRY)'
    apt-get indextargets --format "$fields" 'Created-By: Packages' | awk -F'|' -v suite="$suite" '
        $1 == suite && $2 == "Debian" && $3 == "main" && $4 ~ /^(https?|file):/ && !n++ { print $4 "|" $5 }'
}

# Prints the keyring that the source at FILE:LINE names with Signed-By, or nothing: debootstrap has a default.
keyring_of() {
    local file=${1%:*} line=${1##*:}
    awk -v line="$line" 'NR >= line && NF == 0 { exit } NR >= line' "$file" |
        grep -oiP '\bsigned-by\s*[:=]\s*\K/[^],\s]+\.gpg' | head -n 1 || :
}

# debootstrap downloads with wget, which reads the proxy from the environment.
use_apt_proxy() {
    local http https
    http=$(apt-config --format '%v' dump Acquire::http::Proxy)
    https=$(apt-config --format '%v' dump Acquire::https::Proxy)
    [[ -z $http || $http == DIRECT ]] || export http_proxy=$http
    [[ -z $https || $https == DIRECT ]] || export https_proxy=$https
}

# Moves the packages a device may have to install into a repository of the image's own, and removes autossh.
make_repository() {
    local root=$1 repository=$1/srv/apt deb
    mkdir -p "$repository"
    mv "$root"/var/cache/apt/archives/{autossh,openssh-client,openssh-server,openssh-sftp-server}_*.deb "$repository"
    for deb in "$repository"/*.deb; do
        dpkg-deb --field "$deb"
        printf 'Filename: ./%s\nSize: %s\n' "${deb##*/}" "$(stat -c %s "$deb")"
        printf 'SHA256: %s\n\n' "$(sha256sum <"$deb" | cut -d' ' -f1)"
    done >"$repository/Packages"
    printf 'deb [trusted=yes] file:/srv/apt ./\n' >"$root/etc/apt/sources.list"
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb
    chroot "$root" dpkg --purge autossh
    chroot "$root" apt-get -q update
}

configure() {
    local root=$1
    rm -f "$root"/etc/ssh/ssh_host_*
    : >"$root/etc/machine-id"
    : >"$root/etc/resolv.conf"
    # Password logins work until watchman changes the password: that is what the cases prove.
    printf 'PermitRootLogin yes\nPasswordAuthentication yes\n' >"$root/etc/ssh/sshd_config.d/lab.conf"
    # apt's timers would hold its lock at a bad moment; nobody looks at the console.
    chroot "$root" systemctl mask apt-daily.timer apt-daily-upgrade.timer console-getty.service
}

build() {
    local partial=$1 source uri keyring options=()
    source=$(apt_source)
    if [[ ! $source ]]; then
        # apt knows what a source holds only after an update. Other sources may fail.
        apt-get -q update || :
        source=$(apt_source)
    fi
    [[ $source ]] || die "apt on this machine has no source for Debian $suite"
    uri=${source%%|*}
    keyring=$(keyring_of "${source#*|}")
    [[ -z $keyring ]] || options+=(--keyring="$keyring")
    use_apt_proxy
    rm -rf "$partial"
    debootstrap --variant=minbase --include="$packages" "${options[@]}" "$suite" "$partial" "$uri"
    make_repository "$partial"
    configure "$partial"
}

main() {
    [[ $# -eq 1 ]] || die "usage: rootfs.sh DIR"
    [[ $EUID -eq 0 ]] || die "must be root"
    image=$(realpath -m "$1") # not local: the trap needs it
    [[ ! -d $image ]] || exit 0
    # In a mount namespace of its own, what debootstrap mounts cannot outlive it.
    [[ ${WATCHMAN_LAB_UNSHARED-} ]] || WATCHMAN_LAB_UNSHARED=1 exec unshare --mount "$0" "$image"

    mkdir -p "${image%/*}"
    exec 9>"$image.lock"
    flock 9
    [[ ! -d $image ]] || exit 0 # another run made it while we waited
    exec 3>&2 >"$image.log" 2>&1
    trap '(($? == 0)) || { tail -n 20 "$image.log" && echo "rootfs.sh: the whole log is $image.log"; } >&3' EXIT
    build "$image.partial"
    mv "$image.partial" "$image"
    rm -f "$image.log" "$image.lock"
}

main "$@"
