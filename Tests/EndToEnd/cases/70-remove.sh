#!/usr/bin/env bash
# A removed device is out at once, stays out, and its port is not given to the next one.
source "${0%/*}/../lib.sh"

enrol edge70
port=$(device_field edge70 port)
machine_run edge70 cp -a /root/Secure-Tunnel /root/kept

step "remove asks first"
fails on_server watchman devices remove edge70
is_online edge70

step "remove ends the tunnel"
on_server watchman devices remove edge70 --yes
wait_for 2 "the tunnel to end" not tunnel_pid "$port"
equals "$(devices_like edge70)" 0

step "its key is refused"
said=$(fails_with 255 machine_run edge70 timeout 10 ssh -F none -i /root/kept/id_ed25519 -p 2222 -o BatchMode=yes \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -N -R "127.0.0.1:$port:127.0.0.1:22" wm-edge@tower.lab)
contains "$said" "Permission denied"
fails on_server watchman connect edge70 -- true

step "the next device gets another port"
enrol edge71
not equals "$(device_field edge71 port)" "$port"
not tunnel_pid "$port"
