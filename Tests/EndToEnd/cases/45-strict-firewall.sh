#!/usr/bin/env bash
# A device comes in through whatever its site's firewall leaves open: TLS on the HTTPS port, or the site's HTTP proxy; and goes
# straight again when it may.
source "${0%/*}/../lib.sh"

readonly DEVICE=edge45 GATEWAY_PORT=2222 API_PORT=8443 PROXY=$LAN.1:3128 PROXY_PASSWORD=correct-horse-staple
proxy=

# firewall RULE...: from now on only this passes, and answers to it. The rest vanishes, what was open before, too.
firewall() {
    local rule
    firewall_off
    in_net nat nft 'add table ip strict
        add chain ip strict forward { type filter hook forward priority -5; policy drop; }'
    for rule in "$@" 'ct direction reply accept'; do in_net nat nft "add rule ip strict forward $rule"; done
    in_net nat conntrack -F 2>/dev/null
}
firewall_off() { in_net nat nft delete table ip strict 2>/dev/null || :; }

on_device() { machine_run "$DEVICE" "$@"; }

# restart: the agent forgets which way worked.
restart() { on_device systemctl restart watchman-agent.service; }

way() { on_device /root/Secure-Tunnel/watchman agent status --format json | jq --raw-output .way; }
comes_by() { [[ $(way) == "$1" ]] && on_server watchman connect "$DEVICE" -- true; }

# proxy_up PORT...: an HTTP proxy on the router that makes connections to these ports of the server only.
proxy_up() {
    proxy_down
    # Not by in_net: the pid would be that of a shell, and its child would outlive it.
    nsenter --net=/run/netns/nat -- python3 "$REPOSITORY/Tests/Support/connect_proxy.py" "$PROXY" "jo:$PROXY_PASSWORD" "$GATEWAY_IP" "$@" &
    proxy=$!
    wait_for 10 "the proxy to listen" tcp_opens "$DEVICE" "${PROXY%:*}" "${PROXY#*:}"
}
proxy_down() {
    [[ -n $proxy ]] || return 0
    kill "$proxy"
    wait "$proxy" || :
    proxy=
}

trap 'firewall_off; proxy_down' EXIT
enrol "$DEVICE"
step "nothing is blocked: straight to the gateway"
wait_for 30 "the direct way" comes_by direct

step "only HTTPS to the server is open: by TLS"
firewall "ip daddr $GATEWAY_IP tcp dport $API_PORT accept"
restart
wait_for 60 "the way by TLS" comes_by tls

step "the firewall takes connections to the gateway and swallows what is said: by TLS"
firewall "tcp sport $GATEWAY_PORT tcp flags & psh == psh drop" \
    "ip daddr $GATEWAY_IP tcp dport { $GATEWAY_PORT, $API_PORT } accept"
restart
wait_for 60 "the way by TLS" comes_by tls

step "only the proxy on the router is left: through it, for the agent's calls, too"
proxy_up "$GATEWAY_PORT" "$API_PORT"
on_device sh -c 'umask 077; cat >/root/proxy-password' <<<"$PROXY_PASSWORD"
on_device /root/Secure-Tunnel/watchman register --server "$SERVER_URL" --proxy "http://$PROXY" --proxy-user jo \
    --proxy-password-file /root/proxy-password --skip-prereqs </dev/null
firewall
restart
wait_for 90 "the way through the proxy" comes_by proxy
step "the proxy's password is in no command line, no environment and no journal"
not on_device sh -c 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | grep -aqf /root/proxy-password'
not on_device sh -c 'journalctl --no-pager | grep -qf /root/proxy-password'

step "the proxy makes connections to the HTTPS port only: by TLS through it"
proxy_up "$API_PORT"
restart
wait_for 90 "the way by TLS through the proxy" comes_by proxy-tls

step "all is open again: straight, once the agent starts anew"
firewall_off
restart
wait_for 60 "the direct way" comes_by direct
proxy_down
