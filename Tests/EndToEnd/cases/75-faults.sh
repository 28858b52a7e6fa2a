#!/usr/bin/env bash
# Whatever breaks, the device comes back by one tunnel and soon. FAULTS="NAME:SECONDS..." says which faults, ROUNDS how
# often; by default short ones, once. `FAULTS=all` has those that take long.
source "${0%/*}/../lib.sh"
# shellcheck source=../faults.sh
source "${0%/*}/../faults.sh"

readonly DEVICE=edge75
short='blackhole:5 unplug:5 flap:9 flush:1 address:3 renumber:3 gateway:1 listener:1 serve:1 dns:5'
long='blackhole:20 blackhole:60 blackhole:300 unplug:60 flap:300 loss:30 mtu:30 address:60'
faults=${FAULTS:-$short}
[[ $faults != all ]] || faults="$short $long"

enrol "$DEVICE"
PORT=$(device_field "$DEVICE" port)
plain_up
wait_for 30 "the device's sshd to answer" answers "$PORT"

for ((round = 0; round < ${ROUNDS:-1}; round++)); do
    for fault in $faults; do
        play "${fault%:*}" "${fault#*:}" || fail "$DEVICE cannot be entered after ${fault%:*}"
        wait_for 30 "one tunnel and one device" settled
        wait_for 30 "the admin's way in" on_server watchman connect "$DEVICE" -- true
        plain_renew
    done
done
