#!/usr/bin/env bash
# The router is a real NAT, and the lab has no way out: or the other cases would prove nothing.
source "${0%/*}/../lib.sh"

device_boot edge10
device=$(<"$LAB/edge10/address")

step "on its own LAN the device's sshd can be reached, so it is listening"
tcp_opens nat "$device" 22

step "from the gateway it cannot: neither by its private address, to which the gateway has a route, nor by the router's"
not tcp_opens gateway "$device" 22
not tcp_opens gateway "$NAT_IP" 22
not tcp_opens laptop "$device" 22

step "the device reaches the server, which sees the router's address"
machine_run edge10 bash -c 'exec 3<>/dev/tcp/tower.lab/8443; sleep 60' &
server_sees() { on_server ss -tnH state established 'sport = :8443' | grep -F "$1:"; }
wait_for 10 "the connection through the NAT" server_sees "$NAT_IP"
not server_sees "$device"

step "a cut at the router is silent, and heals"
nat_cut
not tcp_opens edge10 "$GATEWAY_IP" 8443
nat_mend
tcp_opens edge10 "$GATEWAY_IP" 8443

step "nothing leads out of the lab"
equals "$(ip -brief link | awk '{ print $1 }')" lo
for ns in gateway nat; do not ip -n "$ns" route get 192.0.2.1; done
