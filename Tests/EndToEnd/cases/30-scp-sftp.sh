#!/usr/bin/env bash
# Stock scp and sftp reach a device by name, with the ssh configuration that watchman writes.
source "${0%/*}/../lib.sh"

enrol edge30
on_server sh -c 'watchman devices ssh-config >ssh_config && head -c 1048576 /dev/urandom >sent'

step "scp there and back"
on_server scp -q -F ssh_config sent edge30.wm:/root/arrived
on_server scp -q -F ssh_config edge30.wm:/root/arrived returned
on_server cmp sent returned

step "sftp there and back"
on_server sftp -q -b - -F ssh_config edge30.wm <<<"put sent arrived-too
get arrived-too returned-too"
on_server cmp sent returned-too
equals "$(machine_run edge30 sha256sum </dev/null arrived arrived-too | cut -d' ' -f1 | sort -u | wc -l)" 1

step "plain ssh takes the same name"
equals "$(on_server ssh -F ssh_config edge30.wm hostname)" edge30
