#!/usr/bin/env bash
# What is missing is named, with the command that brings it, and nothing is done before it is there.
source "${0%/*}/../lib.sh"

device_boot edge15
away() { machine_run edge15 mv "$1" "$1.away"; }
back() { machine_run edge15 mv "$1.away" "$1"; }

step "without autossh the server never hears of the device"
said=$(fails_with 69 register edge15 "$(join_token)")
contains "$said" autossh
contains "$said" "apt-get install -y autossh"
equals "$(devices_like edge15)" 0

step "without ssh or sshd it is not ready either"
for program in /usr/bin/ssh /usr/sbin/sshd; do
    away "$program"
    said=$(fails_with 69 machine_run edge15 /tmp/watchman prereqs --format json)
    equals "$(jq -r '.isReady' <<<"$said")" false
    contains "$(jq -r '.checks[] | select(.verdict == "failed") | .cure' <<<"$said")" "apt-get install"
    back "$program"
done

step "a server names the account, then the program, that it lacks"
machine_run edge15 cp /tmp/watchman /usr/local/bin/watchman
contains "$(fails_with 78 machine_run edge15 watchman serve)" "the user wm-keys does not exist"
for user in wm-edge wm-jump wm-keys; do machine_run edge15 useradd --system --user-group "$user"; done
away /usr/sbin/sshd
contains "$(fails_with 78 machine_run edge15 watchman serve)" "sshd is not installed"
back /usr/sbin/sshd

step "an admin without ssh is told so"
enrol edge16
key=$(on_server watchman admin keys create edge15)
machine_run edge15 watchman admin login --server "$SERVER_URL" <<<"$key"
away /usr/bin/ssh
contains "$(fails_with 69 machine_run edge15 watchman connect edge16 -- true)" "ssh is not installed"
