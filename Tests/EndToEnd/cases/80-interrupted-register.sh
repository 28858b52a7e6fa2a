#!/usr/bin/env bash
# Registration that is killed, at any moment, is finished by running it again: one device, one working password, one use
# of the token.
source "${0%/*}/../lib.sh"

# killed_register NAME TOKEN SECONDS: registration that has only so long. Status 137: killed; 0: it was done before.
killed_register() {
    machine_run "$1" timeout --signal=KILL "$3" /tmp/watchman register --server "$SERVER_URL" <<<"$2"
}

# finished NAME TOKEN: what must hold in the end.
finished() {
    wait_online "$1"
    equals "$(devices_like "$1")" 1
    escrowed_password_works "$1"
    contains "$(register "$1" "$2" 2>&1)" "already registered"
}

devices=(edge80 edge81 edge82 edge83 edge84 edge85)
device_boot "${devices[@]}"
for name in "${devices[@]}"; do prepare "$name"; done

step "undisturbed, to learn how long it takes"
token=$(join_token)
began=${EPOCHREALTIME/./}
register edge80 "$token"
took=$((${EPOCHREALTIME/./} - began))
finished edge80 "$token"
step "it takes $((took / 1000)) ms"

step "again and again on one device, each time 50 ms later"
token=$(join_token)
for ((milliseconds = 50, status = 137; status != 0; milliseconds += 50)); do
    status=0
    killed_register edge81 "$token" "$(printf '%d.%03d' $((milliseconds / 1000)) $((milliseconds % 1000)))" || status=$?
    ((status == 0 || status == 137)) || fail "register ends with status $status"
done
step "done within $((milliseconds - 50)) ms"
finished edge81 "$token"

step "once on each of the others, at 20, 40, 60 and 80 % of the time"
for share in 1 2 3 4; do
    name=edge8$((share + 1))
    token=$(join_token)
    at=$((took * share / 5))
    killed_register "$name" "$token" "$(printf '%d.%06d' $((at / 1000000)) $((at % 1000000)))" || equals $? 137
    register "$name" "$token"
    finished "$name" "$token"
done
