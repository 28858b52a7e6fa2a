#!/usr/bin/env bash
# The main job: a fresh device, enrolled with a join token, gives an admin on the server a root shell.
source "${0%/*}/../lib.sh"

device_boot edge20
watchman=(machine_run edge20 /tmp/watchman)

step "a fresh device lacks autossh; prereqs says so and mends it"
contains "$(fails_with 69 "${watchman[@]}" prereqs --server "$SERVER_URL")" autossh
"${watchman[@]}" prereqs --install --server "$SERVER_URL"
"${watchman[@]}" prereqs --server "$SERVER_URL"

step "the old root password works before registration"
password_login edge20 22 "$OLD_PASSWORD"

step "registration brings it online under its host name"
token=$(on_server watchman admin tokens create --tag site=lab)
register edge20 "$token"
wait_online edge20
contains "$(device_field edge20 tags)" site=lab
machine_run edge20 systemctl --quiet is-active watchman-agent.service
machine_run edge20 systemctl --quiet is-enabled watchman-agent.service
equals "$(machine_run edge20 stat -c '%a %U' /root/Secure-Tunnel)" "700 root"

step "connect runs commands as root, passes standard input, and ends with the command's status"
contains "$(on_server watchman connect edge20 -- id)" "uid=0(root)"
equals "$(on_server watchman connect edge20 -- hostname)" edge20
equals "$(on_server watchman connect edge20 -- cat <<<"through the tunnel")" "through the tunnel"
fails_with 42 on_server watchman connect edge20 -- exit 42
on_server watchman connect "$(device_field edge20 id)" -- true

step "an unknown device is named"
contains "$(fails on_server watchman connect edge99 -- true)" edge99

step "registering twice changes nothing"
contains "$(register edge20 "$token" 2>&1)" "already registered"
equals "$(devices_like edge20)" 1

step "root's old password no longer works, the escrowed one does"
escrowed_password_works edge20
