# shellcheck shell=bash
# The lab's network: see the drawing in run.sh. Sourced by lib.sh.
#
# Every namespace lives in the lab's own mount and network namespaces: none has a link to the real network, no name can
# collide with another run's, and all of them end with the lab.

readonly GATEWAY_IP=198.18.1.1 NAT_IP=198.18.1.2 LAPTOP_IP=198.18.2.2 LAN=198.18.3

# in_net NAMESPACE COMMAND...: runs a command of the host in a network namespace. (`ip netns exec` would remount /sys,
# and nspawn needs the cgroups there.)
in_net() { nsenter --net="/run/netns/$1" -- "${@:2}"; }

# link NAMESPACE INTERFACE ADDRESS: gives an interface its address and brings it up.
link() {
    ip -n "$1" address add "$3" dev "$2"
    ip -n "$1" link set "$2" up
}

# Makes everything but the devices.
network_up() {
    local ns
    for ns in laptop gateway nat; do
        ip netns add "$ns"
        ip -n "$ns" link set lo up
    done
    ip link add wan netns laptop type veth peer name admins netns gateway
    ip link add wan netns gateway type veth peer name wan netns nat
    ip -n nat link add lan type bridge
    link laptop wan "$LAPTOP_IP/24"
    link gateway admins 198.18.2.1/24
    link gateway wan "$GATEWAY_IP/24"
    link nat wan "$NAT_IP/24"
    link nat lan "$LAN.1/24"
    ip -n laptop route add default via 198.18.2.1
    ip -n nat route add 198.18.2.0/24 via "$GATEWAY_IP"
    # The gateway even knows the way to the devices' private LAN: what stops it is the NAT alone.
    ip -n gateway route add "$LAN.0/24" via "$NAT_IP"
    in_net nat sysctl -qw net.ipv4.ip_forward=1
    in_net nat nft -f - <<NFT
table ip nat {
    chain forward {
        type filter hook forward priority 0; policy drop;
        ct state established,related accept
        iifname "lan" oifname "wan" accept
    }
    chain input {
        type filter hook input priority 0; policy drop;
        ct state established,related accept
        iifname "lan" accept
    }
    chain postrouting {
        type nat hook postrouting priority 100;
        oifname "wan" masquerade
    }
}
NFT
}

# device_plug NAME ADDRESS: a namespace for a device, on the LAN behind the NAT.
device_plug() {
    ip netns add "$1"
    ip -n "$1" link set lo up
    ip link add eth0 netns "$1" type veth peer name "$1" netns nat
    ip -n nat link set "$1" master lan up
    link "$1" eth0 "$2/24"
    ip -n "$1" route add default via "$LAN.1"
}

# device_unplug NAME: pulls the cable and forgets the namespace. The cable goes first, so that no farewell gets out.
device_unplug() {
    ip -n nat link delete "$1"
    ip netns delete "$1"
}

# nat_cut, nat_mend: all that goes through the NAT vanishes without a word (no reset, no link down), and passes again.
nat_cut() {
    in_net nat nft 'add table ip cut
        add chain ip cut forward { type filter hook forward priority -10; policy drop; }'
}
nat_mend() { in_net nat nft delete table ip cut; }

# tcp_opens NAMESPACE ADDRESS PORT: whether a connection succeeds within 2 s.
tcp_opens() { in_net "$1" timeout 2 bash -c ": </dev/tcp/$2/$3" 2>/dev/null; }
