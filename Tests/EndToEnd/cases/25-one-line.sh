#!/usr/bin/env bash
# A bare device enrols by the one line that the server prints, and waits until an admin lets it in.
source "${0%/*}/../lib.sh"

device_boot edge25
said=$LAB/edge25/said

# pending FIELD: what the server says of edge25 while it waits.
pending() {
    on_server watchman devices pending --format json |
        jq --exit-status --raw-output --arg field "$1" '.applicants[] | select(.facts.hostname == "edge25") | .[$field]'
}

step "the line fetches the program, installs what is missing, and asks"
token=$(on_server watchman admin tokens create --approve manual --tag made=line --from 198.18.0.0/16 2>"$said")
line=$(sed -n 's/^watchman: on the device: //p' "$said")
contains "$line" "curl -fsSk --pinnedpubkey sha256//"
line=${line/TOKEN/$token}
machine_run edge25 sh -c "${line/sudo sh/sh}" >"$said" 2>&1 &
running=$!
wait_for 120 "edge25 to ask" pending id

step "what the device prints is what the server shows"
contains "$(<"$said")" "waiting for approval: key $(pending keyFingerprint) (id $(pending id))"
equals "$(pending token)" "$(cut -d. -f3 <<<"$token")"
equals "$(devices_like edge25)" 0

step "approved, it comes online by itself, and nothing is left of the download"
on_server watchman devices approve "$(pending id)"
wait "$running" || fail "the line ends with status $?: $(<"$said")"
wait_online edge25
contains "$(device_field edge25 tags)" made=line
equals "$(on_server watchman connect edge25 -- hostname)" edge25
# shellcheck disable=SC2016 # expanded on the device
equals "$(machine_run edge25 sh -c 'echo /tmp/watchman.*')" "/tmp/watchman.*"

step "with another pin the shell gets nothing"
contains "$(fails_with 90 machine_run edge25 curl -fsSk --pinnedpubkey "sha256//$(printf 'A%.0s' {1..43})=" \
    "$SERVER_URL/enrol.sh")" "pinned"
