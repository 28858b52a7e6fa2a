#!/usr/bin/env bash
# A device comes back by itself, as the same device on the same port, after a reboot and after a power cut.
source "${0%/*}/../lib.sh"

enrol edge60
id=$(device_field edge60 id)
port=$(device_field edge60 port)

# is_back TUNNEL: there is another tunnel than that, the server says so, and it leads to the device.
is_back() {
    local tunnel
    tunnel=$(tunnel_pid "$port") && [[ $tunnel != "$1" ]] && is_online edge60 &&
        on_server watchman connect edge60 -- true
}

unchanged() {
    equals "$(device_field edge60 id)" "$id"
    equals "$(device_field edge60 port)" "$port"
    equals "$(devices_like edge60)" 1
}

step "reboot"
before=$(tunnel_pid "$port")
machine_reboot edge60
wait_for 60 "edge60 to come back" is_back "$before"
unchanged

step "power cut"
before=$(tunnel_pid "$port")
device_power_cut edge60
device_start edge60
machine_ready edge60
wait_for 90 "edge60 to come back" is_back "$before"
unchanged
