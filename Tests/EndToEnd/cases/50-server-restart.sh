#!/usr/bin/env bash
# Tunnels outlive the control plane: an open session does not notice that the server restarts or is killed.
source "${0%/*}/../lib.sh"

enrol edge50
port=$(device_field edge50 port)
tunnel=$(tunnel_pid "$port")

counter=$LAB/counter
# shellcheck disable=SC2016 # expanded by the device's shell
on_server watchman connect edge50 -- sh <<<'n=0; while :; do n=$((n + 1)); echo $n; sleep 0.1; done' >"$counter" &
session=$!
count() { tail -n 1 "$counter"; }
counts_past() { (($(count) > $1)); }

# The gateway's sshd that listens, as the server's pid file has it.
gateway_pid() { on_server cat /var/lib/watchman-gateway/sshd.pid; }
gateway=$(gateway_pid)

# unbroken: the session goes on counting over the tunnel it began with, and the server has adopted the sshd it found.
unbroken() {
    wait_for 10 "the session to go on" counts_past $(($(count) + 3))
    kill -0 "$session"
    wait_online edge50
    equals "$(tunnel_pid "$port")" "$tunnel"
    equals "$(gateway_pid)" "$gateway"
}

main_pid() { on_server systemctl show --property MainPID --value watchman.service; }
is_replaced() { [[ $(main_pid) != 0 && $(main_pid) != "$1" ]]; }

wait_for 20 "the session to begin" counts_past 3

for _ in {1..3}; do
    step "an orderly restart"
    on_server systemctl restart watchman.service
    unbroken
done

for _ in {1..3}; do
    step "a kill"
    server=$(main_pid)
    on_server systemctl kill --signal=KILL --kill-whom=main watchman.service
    wait_for 30 "systemd to start the server again" is_replaced "$server"
    unbroken
done

step "a new connection takes the same tunnel"
equals "$(on_server watchman connect edge50 -- hostname)" edge50
equals "$(tunnel_pid "$port")" "$tunnel"
kill "$session"
