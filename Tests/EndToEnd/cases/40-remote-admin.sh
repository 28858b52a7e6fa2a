#!/usr/bin/env bash
# An admin away from the server, with an API key alone, lists devices and enters one.
source "${0%/*}/../lib.sh"

enrol edge40
key=$(on_server watchman admin keys create laptop)

step "without a login there is nothing to talk to"
contains "$(fails on_admin watchman devices)" "no login"

step "a wrong key is refused"
last=a
[[ $key != *a ]] || last=b
fails_with 77 on_admin watchman admin login --server "$SERVER_URL" <<<"${key%?}$last"

step "the right one is kept for later"
on_admin watchman admin login --server "$SERVER_URL" <<<"$key"
equals "$(on_admin stat -c %a /root/.config/watchman/login.json)" 600
equals "$(on_admin watchman devices --format json | jq -r '.devices[] | select(.name == "edge40") | .state')" online

step "connect works from there, and ends with the command's status"
equals "$(on_admin watchman connect edge40 -- uname -n)" edge40
fails_with 7 on_admin watchman connect edge40 -- exit 7

step "a revoked key lets nobody in"
id=$(cut -d. -f3 <<<"$key")
on_server watchman admin keys revoke "$id"
fails_with 77 on_admin watchman devices
fails_with 77 on_admin watchman connect edge40 -- true
