# shellcheck shell=bash
# Faults of the way between a device and its gateway, and how long it takes from their end until the device can be
# entered again: with watchman, and beside it with plain autossh as people usually set it up. Sourced by cases.
#
# A fault is three functions: fault_NAME begins it, heal_NAME ends it, and what it breaks is in `broken_NAME`, if it is
# more than the way. The device is $DEVICE.

readonly PLAIN_PORT=19001 PLAIN_SSHD=2022

# plain_up: sshd with its usual settings beside the gateway's, and a tunnel to it by autossh from the same device.
plain_up() {
    on_server sh -c "mkdir -p /run/sshd /etc/plain && cd /etc/plain && ssh-keygen -qt ed25519 -N '' -f host && printf '%s\n' \
        'Port $PLAIN_SSHD' 'HostKey /etc/plain/host' 'PidFile /run/plain.pid' 'UsePAM no' \
        'AuthorizedKeysFile /etc/plain/keys' >config"
    machine_run "$DEVICE" ssh-keygen -qt ed25519 -N '' -f /root/plain
    machine_run "$DEVICE" cat /root/plain.pub | on_server sh -c 'cat >/etc/plain/keys'
    plain_sshd
    machine_run "$DEVICE" systemd-run --quiet --unit=plain --property=Restart=always --property=RestartSec=1 \
        --setenv=AUTOSSH_GATETIME=0 autossh -M 0 -N -i /root/plain -o BatchMode=yes -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null -o ServerAliveInterval=15 -o ServerAliveCountMax=3 \
        -o ExitOnForwardFailure=yes -R "127.0.0.1:$PLAIN_PORT:127.0.0.1:22" -p "$PLAIN_SSHD" root@tower.lab
    wait_for 30 "plain autossh" answers "$PLAIN_PORT"
}

plain_sshd() {
    on_server systemctl --quiet stop plain-sshd.service 2>/dev/null || :
    on_server systemd-run --quiet --collect --unit=plain-sshd /usr/sbin/sshd -D -f /etc/plain/config
}

# plain_renew: plain autossh from the start, so that one fault does not weigh on the next.
plain_renew() {
    plain_sshd
    machine_run "$DEVICE" systemctl restart plain.service
    wait_for 30 "plain autossh" answers "$PLAIN_PORT"
}

# answers PORT: whether the device's sshd answers through a port of the gateway.
answers() {
    # shellcheck disable=SC2016 # expanded by that shell
    in_net gateway timeout 1 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && IFS= read -rn 4 -u 3 word && [[ $word == SSH- ]]' sh "$1" 2>/dev/null
}

# until_usable LIMIT PORT: prints the seconds until the device answers through that port, or `never` after LIMIT.
until_usable() {
    local began=${EPOCHREALTIME/./}
    until answers "$2"; do
        ((${EPOCHREALTIME/./} - began < $1 * 1000000)) || { echo never && return; }
        sleep 0.02
    done
    awk -v us=$((${EPOCHREALTIME/./} - began)) 'BEGIN { printf "%.2f\n", us / 1e6 }'
}

# tunnels: how many connections hold the device's port or could.
tunnels() { in_net gateway ss -tnH state established "sport = :2222" | wc -l; }

# play FAULT SECONDS [LIMIT]: lets a fault be for so long, then prints how long it took both to be usable again.
play() {
    local plain ours limit=${3:-60}
    step "$1 for $2 s"
    "fault_$1"
    sleep "$2"
    "heal_$1"
    until_usable "$limit" "$PLAIN_PORT" >"$LAB/plain.figure" &
    plain=$!
    ours=$(until_usable "$limit" "$PORT")
    wait "$plain"
    printf 'figure: %-12s %4d s  watchman %6s s  plain autossh %6s s\n' "$1" "$2" "$ours" "$(<"$LAB/plain.figure")"
    [[ $ours != never ]]
}

# settled: the device is online by one tunnel, under one name.
settled() {
    is_online "$DEVICE"
    (($(tunnels) == 1))
    (($(devices_like "$DEVICE") == 1))
}

# --- faults ---

fault_blackhole() { nat_cut; }
heal_blackhole() { nat_mend; }

# The link of the device goes down and up every 3 s.
fault_flap() { while :; do ip -n "$DEVICE" link set eth0 down && sleep 1.5 && link_up && sleep 1.5; done & flapping=$!; }
heal_flap() {
    kill "$flapping"
    wait "$flapping" || :
    link_up
}
link_up() { ip -n "$DEVICE" link set eth0 up && ip -n "$DEVICE" route replace default via "$LAN.1"; }

fault_unplug() { ip -n "$DEVICE" link set eth0 down; }
heal_unplug() { link_up; }

fault_loss() {
    in_net nat nft 'add table ip loss
        add chain ip loss forward { type filter hook forward priority -10; }
        add rule ip loss forward numgen random mod 100 < 30 drop'
}
heal_loss() { in_net nat nft delete table ip loss; }

# A way that lets no large packet through and does not say so.
fault_mtu() {
    in_net nat nft 'add table ip mtu
        add chain ip mtu forward { type filter hook forward priority -10; }
        add rule ip mtu forward meta length > 1280 drop'
}
heal_mtu() { in_net nat nft delete table ip mtu; }

# The router forgets all connections, as when it restarts, and drops what belongs to none.
fault_flush() { in_net nat conntrack -F 2>/dev/null; }
heal_flush() { :; }

# The site gets another public address, and the old one is gone.
fault_address() {
    ip -n nat address add 198.18.1.3/24 dev wan
    ip -n nat address delete "$NAT_IP/24" dev wan
    ip -n nat address replace 198.18.1.3/24 dev wan
    ip -n nat route replace 198.18.2.0/24 via "$GATEWAY_IP"
    in_net nat conntrack -F 2>/dev/null
}
heal_address() {
    ip -n nat address add "$NAT_IP/24" dev wan
    ip -n nat address delete 198.18.1.3/24 dev wan
    ip -n nat address replace "$NAT_IP/24" dev wan
    ip -n nat route replace 198.18.2.0/24 via "$GATEWAY_IP"
    in_net nat conntrack -F 2>/dev/null
}

# The device moves to another address of its network.
fault_renumber() { ip -n "$DEVICE" address flush dev eth0; }
heal_renumber() {
    ip -n "$DEVICE" address add "$LAN.$((RANDOM % 100 + 100))/24" dev eth0
    ip -n "$DEVICE" route replace default via "$LAN.1"
}

# Every sshd of both gateways dies at once.
fault_gateway() {
    on_server pkill -KILL -x sshd || :
}
heal_gateway() { plain_sshd; }

# Only the sshd that listens dies; tunnels stay.
fault_listener() {
    # shellcheck disable=SC2016 # expanded by the server's shell
    on_server sh -c 'kill -KILL "$(cat /var/lib/watchman-gateway/sshd.pid)"'
}
heal_listener() { :; }

fault_serve() { on_server systemctl kill --signal=KILL --kill-whom=main watchman.service; }
heal_serve() { :; }

# No name resolves, and the tunnels break.
fault_dns() {
    machine_run "$DEVICE" sed -i.kept '/tower/d' /etc/hosts
    machine_run "$DEVICE" pkill -KILL -x ssh || :
}
heal_dns() { machine_run "$DEVICE" sh -c 'cat /etc/hosts.kept >/etc/hosts'; }
