#!/usr/bin/env bash
# The server's disk is lost. On a new machine under the old name a backup brings all back, and nobody touches the device.
source "${0%/*}/../lib.sh"

enrol edge90
id=$(device_field edge90 id)
port=$(device_field edge90 port)
agent_pid() { machine_run edge90 systemctl show --property MainPID --value watchman-agent.service; }
agent=$(agent_pid)

step "a backup that does not fit says so, leaves nothing, and the server goes on"
on_server sh -c 'mkdir -p -m 700 /var/lib/watchman/backups
    mount -t tmpfs -o mode=700,size=128k tmpfs /var/lib/watchman/backups'
said=$(fails_with 69 on_server watchman backup create)
contains "$said" "disk is full"
equals "$(on_server ls -A /var/lib/watchman/backups)" ""
is_online edge90
on_server umount /var/lib/watchman/backups

step "a backup that fits is sound"
backup=$(on_server watchman backup create)
said=$(on_server watchman backup verify "${backup##*/}")
contains "$said" "$(devices_like "") of $(devices_like "") devices would be let in"
contains "$said" "root passwords open"
contains "$(on_server watchman backup)" "sound, "
on_server cat "$backup" >"$LAB/backup.tar"

step "a timer makes the next ones"
contains "$(on_server watchman backup schedule --at 03:15)" "scheduled"
contains "$(on_server systemctl list-timers --no-pager watchman-backup.timer)" 03:15
contains "$(on_server watchman backup schedule --at 03:15)" "already scheduled"
on_server systemctl start watchman-backup.service
contains "$(fails_with 64 on_server watchman backup schedule --on-calendar "no such day")" "no time that systemd knows"
on_server watchman backup schedule --remove
not on_server systemctl cat watchman-backup.timer

step "the server is gone, and another machine takes its name"
machine_delete tower
server_boot
equals "$(devices_like "")" 0
not is_online edge90

step "its empty state makes way for the backup"
on_server systemctl stop watchman.service
machine_run tower tee /root/backup.tar <"$LAB/backup.tar" >/dev/null
contains "$(fails on_server watchman backup restore /root/backup.tar)" "--force"
said=$(on_server watchman backup restore --force /root/backup.tar 2>&1)
contains "$said" "devices would be let in"
contains "$said" "systemctl start watchman"
on_server systemctl start watchman.service
wait_for 30 "the server to answer" server_answers

step "the device is back, as itself, and was not touched"
wait_online edge90
equals "$(device_field edge90 id) $(device_field edge90 port)" "$id $port"
equals "$(agent_pid)" "$agent"
equals "$(on_server watchman connect edge90 -- hostname)" edge90
escrowed_password_works edge90
