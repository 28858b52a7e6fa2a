#!/usr/bin/env bash
# An agent that is killed comes back with one tunnel, and says in words where it stands. The device has an RSA key and
# keeps its root password.
source "${0%/*}/../lib.sh"

device_boot edge65
prepare edge65
register edge65 "$(join_token)" --key-type rsa --keep-root-password
wait_online edge65
port=$(device_field edge65 port)

agent_status() { machine_run edge65 /root/Secure-Tunnel/watchman agent status --format json; }
agent_is() { agent_status | jq -e --arg state "$1" '.tunnel == $state'; }

# is_back TUNNEL: there is another tunnel than that, and it leads to the device.
is_back() {
    local tunnel
    tunnel=$(tunnel_pid "$port") && [[ $tunnel != "$1" ]] && on_server watchman connect edge65 -- true
}

step "root's password is as it was"
password_login edge65 22 "$OLD_PASSWORD"
contains "$(fails_with 1 on_server watchman devices reveal-password edge65 --reason test)" "does not hold the root password"

step "the key is RSA, and private"
equals "$(machine_run edge65 stat -c %a /root/Secure-Tunnel /root/Secure-Tunnel/id_rsa | paste -sd' ')" "700 600"
contains "$(machine_run edge65 ssh-keygen -l -f /root/Secure-Tunnel/id_rsa.pub)" "(RSA)"

step "SIGKILL"
wait_for 30 "the agent to know of its tunnel" agent_is up
before=$(tunnel_pid "$port")
machine_run edge65 systemctl kill --signal=KILL --kill-whom=main watchman-agent.service
wait_for 60 "edge65 to come back" is_back "$before"
equals "$(machine_run edge65 pgrep -c -x autossh)" 1
wait_for 30 "the agent to know of its tunnel" agent_is up

step "stopped, it leaves nothing running"
machine_run edge65 systemctl stop watchman-agent.service
fails machine_run edge65 pgrep -x autossh
contains "$(fails_with 69 machine_run edge65 /root/Secure-Tunnel/watchman agent status)" "the agent does not run"
