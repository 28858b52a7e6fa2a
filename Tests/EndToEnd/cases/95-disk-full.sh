#!/usr/bin/env bash
# Registration on a full disk says so and loses nothing: with room again, the same command and token finish it.
source "${0%/*}/../lib.sh"

device_boot edge95
prepare edge95
token=$(join_token)

step "no room at all"
machine_run edge95 sh -c 'mkdir -m 700 Secure-Tunnel
    mount -t tmpfs -o mode=700,size=16k tmpfs Secure-Tunnel
    cat /dev/zero >Secure-Tunnel/filler 2>/dev/null' || : # cat ends with "no space left"
said=$(fails register edge95 "$token")
contains "$said" /root/Secure-Tunnel
contains "${said,,}" "no space left"
password_login edge95 22 "$OLD_PASSWORD"

step "room for the small files, not for the binary"
machine_run edge95 sh -c 'rm Secure-Tunnel/filler && mount -o remount,size=1m Secure-Tunnel'
said=$(fails register edge95 "$token")
contains "$said" /root/Secure-Tunnel
contains "${said,,}" "no space left"

step "room enough"
machine_run edge95 mount -o remount,size=400m Secure-Tunnel
register edge95 "$token"
wait_online edge95
equals "$(devices_like edge95)" 1
escrowed_password_works edge95
