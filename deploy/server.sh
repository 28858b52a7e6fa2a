# shellcheck shell=sh
# What `install.sh --server` adds to an installation, and what --uninstall takes away again; install.sh reads this file.
# shellcheck disable=SC2154 # prefix comes from install.sh

etc=/etc/watchman
state=/var/lib/watchman
gateway=/var/lib/watchman-gateway
units=/etc/systemd/system

# sshd runs the key lookup only if root owns the program and all folders above it and nobody else can write to them.
check_safe_path() {
    folder=$prefix/bin
    while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
    folder=$(cd -P "$folder" && pwd)
    while :; do
        [ -z "$(find "$folder" -maxdepth 0 \( ! -user 0 -o -perm /022 \))" ] || refuse_path
        [ "$folder" != / ] || break
        folder=$(dirname "$folder")
    done
}

refuse_path() {
    cause="sshd will not run $prefix/bin/watchman: others than root can write to $folder"
    [ "$prefix" = /usr/local ] || fail 69 "$cause" 'sudo ./install.sh --server'
    fail 69 "$cause" "sudo chown root $folder && sudo chmod go-w $folder"
}

# wm-edge and wm-jump log in to the gateway's sshd, wm-keys runs its key lookup, members of watchman may ask the server.
add_accounts() {
    getent group watchman >/dev/null || groupadd --system watchman
    for user in wm-edge wm-jump wm-keys; do
        id -u "$user" >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir /nonexistent \
            --shell "$(command -v nologin || echo /usr/sbin/nologin)" "$user"
        # useradd leaves `!`, which sshd without PAM takes for a locked account; `*` only says that no password fits.
        usermod --password '*' "$user"
    done
    # Each tunnel holds a session open, in which sshd runs one command by this shell, and no other.
    usermod --shell /bin/sh wm-edge
}

set_up_server() {
    add_accounts
    install -d -m 0755 "$etc" "$units"
    [ -e "$etc/server.toml" ] || install -m 0640 -g watchman deploy/server.toml "$etc/server.toml"
    install -d -m 0700 "$state"
    install -d -m 0750 -g wm-keys "$gateway"
    unit=$units/watchman.service
    sed "s|^ExecStart=/usr/local/|ExecStart=${prefix%/}/|" deploy/systemd/watchman.service >"$unit.new"
    mv -f "$unit.new" "$unit"
    put 0644 deploy/systemd/ssh.service.d/watchman.conf "$units/ssh.service.d/watchman.conf"
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl --quiet enable watchman.service
        # A restart, so that a new binary takes over; tunnels outlive it.
        systemctl restart watchman.service || fail 69 'watchman.service did not start' 'journalctl -u watchman -n 50'
        say "the server runs; next, a token for the first device: $prefix/bin/watchman admin tokens create"
        say "for the dashboard, let yourself in: $prefix/bin/watchman admin users add NAME --role admin"
    else
        say "systemd does not run here; start the server by hand: $prefix/bin/watchman serve"
    fi
}

remove_server() {
    systemctl --quiet disable watchman.service 2>/dev/null || true
    [ ! -d /run/systemd/system ] || systemctl stop watchman.service
    end_gateway
    rm -f "$units/watchman.service" "$units/ssh.service.d/watchman.conf"
    rmdir "$units/ssh.service.d" 2>/dev/null || true
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
}

# Stopping the server leaves the gateway's sshd and the tunnels below it running, by design; here they have to go.
end_gateway() {
    pid=$(cat "$gateway/sshd.pid" 2>/dev/null) || return 0
    # By now the number may be somebody else's.
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$gateway/sshd_config" || return 0
    tunnels=$(cat "/proc/$pid/task/$pid/children")
    # shellcheck disable=SC2086 # a list of numbers
    kill "$pid" $tunnels 2>/dev/null || true
    say "ended the gateway's sshd and its tunnels"
}
