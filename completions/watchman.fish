function __watchman_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __watchman_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __watchman_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __watchman_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __watchman_parse_tokens -S
    set -l unparsed_tokens (__watchman_tokens -pc)
    switch $unparsed_tokens[1]
    case 'watchman'
        __watchman_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'prereqs'
            __watchman_parse_subcommand 0 'role=' 'install' 'server=' 'format=' 'version' 'h/help'
        case 'register'
            __watchman_parse_subcommand 0 'server=' 'token-file=' 'name=' 'key-type=' 'keep-root-password' 'skip-prereqs' 'folder=' 'version' 'h/help'
        case 'agent'
            __watchman_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'run'
                __watchman_parse_subcommand 0 'folder=' 'version' 'h/help'
            case 'status'
                __watchman_parse_subcommand 0 'folder=' 'format=' 'version' 'h/help'
            case 'install'
                __watchman_parse_subcommand 0 'folder=' 'version' 'h/help'
            case 'uninstall'
                __watchman_parse_subcommand 0 'folder=' 'yes' 'version' 'h/help'
            end
        case 'serve'
            __watchman_parse_subcommand 0 'config=' 'state=' 'host=' 'demo' 'once' 'version' 'h/help'
        case 'devices'
            __watchman_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __watchman_parse_subcommand 0 'search=' 'state=' 'tag=' 'sort=' 'q/quiet' 'socket=' 'format=' 'version' 'h/help'
            case 'show'
                __watchman_parse_subcommand 1 'socket=' 'format=' 'version' 'h/help'
            case 'rename'
                __watchman_parse_subcommand 2 'socket=' 'version' 'h/help'
            case 'tag'
                __watchman_parse_subcommand -r 2 'remove=+' 'socket=' 'version' 'h/help'
            case 'remove'
                __watchman_parse_subcommand 1 'yes' 'socket=' 'version' 'h/help'
            case 'reveal-password'
                __watchman_parse_subcommand 1 'socket=' 'version' 'h/help'
            case 'ssh-config'
                __watchman_parse_subcommand 0 'socket=' 'version' 'h/help'
            end
        case 'connect'
            __watchman_parse_subcommand -r 2 'L=+' 'R=+' 'D=+' 'user=' 'stdio' 'socket=' 'version' 'h/help'
        case 'admin'
            __watchman_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'login'
                __watchman_parse_subcommand 0 'server=' 'key-file=' 'version' 'h/help'
            case 'tokens'
                __watchman_parse_subcommand 0 'version' 'h/help'
                switch $unparsed_tokens[1]
                case 'create'
                    __watchman_parse_subcommand 0 'ttl=' 'uses=' 'tag=+' 'socket=' 'format=' 'version' 'h/help'
                case 'list'
                    __watchman_parse_subcommand 0 'socket=' 'format=' 'version' 'h/help'
                case 'revoke'
                    __watchman_parse_subcommand 1 'socket=' 'version' 'h/help'
                end
            case 'keys'
                __watchman_parse_subcommand 0 'version' 'h/help'
                switch $unparsed_tokens[1]
                case 'create'
                    __watchman_parse_subcommand 1 'socket=' 'format=' 'version' 'h/help'
                case 'list'
                    __watchman_parse_subcommand 0 'socket=' 'format=' 'version' 'h/help'
                case 'revoke'
                    __watchman_parse_subcommand 1 'socket=' 'version' 'h/help'
                end
            end
        case 'help'
            __watchman_parse_subcommand -r 1 'version'
        end
    end
end

function __watchman_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __watchman_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __watchman_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __watchman_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__watchman_tokens -p)
    if test -z "$(__watchman_tokens -t)"
        set -l index (count (__watchman_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'watchman' -f
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman" -eq 1' -fa 'prereqs' -d 'Check what this machine needs, and install it.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman" -eq 1' -fa 'register' -d 'Enrol this device with a server.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman" -eq 1' -fa 'agent' -d 'Keep this device\'s tunnel up.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman" -eq 1' -fa 'serve' -d 'Run the server: API, gateway and state.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman" -eq 1' -fa 'devices' -d 'List and manage devices.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman" -eq 1' -fa 'connect' -d 'Open a shell on a device, or run a command there.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman" -eq 1' -fa 'admin' -d 'Everything else: join tokens, API keys, login.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman prereqs" role' -l 'role' -d 'What the machine is to be: edge or server.' -rfka 'edge server'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman prereqs" install' -l 'install' -d 'Install and start what is missing.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman prereqs" server' -l 'server' -d 'Also check the way to this server.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman prereqs" format' -l 'format' -d 'How to print: table or json.' -rfka 'table json'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman prereqs" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman prereqs" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman register" server' -l 'server' -d 'The server.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman register" token-file' -l 'token-file' -d 'File with the join token. Default: standard input.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman register" name' -l 'name' -d 'What to call the device. Default: its host name.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman register" key-type' -l 'key-type' -d 'Kind of key pair to make: ed25519 or rsa.' -rfka 'ed25519 rsa'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman register" keep-root-password' -l 'keep-root-password' -d 'Leave root\'s password as it is; the server will not know it.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman register" skip-prereqs' -l 'skip-prereqs' -d 'Do not check what this machine needs first.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman register" folder' -l 'folder' -d 'The agent\'s folder.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman register" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman register" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman agent" -eq 1' -fa 'run' -d 'Run the agent in the foreground; what the service does.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman agent" -eq 1' -fa 'status' -d 'Say where the tunnel stands, and why.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman agent" -eq 1' -fa 'install' -d 'Install or repair the service of a registered device.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman agent" -eq 1' -fa 'uninstall' -d 'Take the agent and its key off this device.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent run" folder' -l 'folder' -d 'The agent\'s folder.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent run" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent status" folder' -l 'folder' -d 'The agent\'s folder.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent status" format' -l 'format' -d 'How to print: table or json.' -rfka 'table json'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent status" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent install" folder' -l 'folder' -d 'The agent\'s folder.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent install" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent install" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent uninstall" folder' -l 'folder' -d 'The agent\'s folder.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent uninstall" yes' -l 'yes' -d 'Do not ask.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent uninstall" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman agent uninstall" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman serve" config' -l 'config' -d 'Configuration. Default: /etc/watchman/server.toml, if there is one.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman serve" state' -l 'state' -d 'Folder of the state. Default: /var/lib/watchman.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman serve" host' -l 'host' -d 'Name by which devices and admins reach this server. Default: the name they used.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman serve" demo' -l 'demo' -d 'Run a throw-away server with a demo device; nothing of this system is changed.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman serve" once' -l 'once' -d 'With --demo: end after the proof.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman serve" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman serve" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman devices" -eq 1' -fa 'list' -d 'List devices.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman devices" -eq 1' -fa 'show' -d 'Show all that is known of a device.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman devices" -eq 1' -fa 'rename' -d 'Give a device another name.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman devices" -eq 1' -fa 'tag' -d 'Add and remove tags of a device.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman devices" -eq 1' -fa 'remove' -d 'Forget a device: end its tunnel, refuse its key, rest its port.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman devices" -eq 1' -fa 'reveal-password' -d 'Print a device\'s root password.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman devices" -eq 1' -fa 'ssh-config' -d 'Print an ssh_config for all devices, as NAME.wm.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices list" search' -l 'search' -d 'Only devices whose id, name or tags contain this.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices list" state' -l 'state' -d 'Only devices in this state: online or offline.' -rfka 'online offline'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices list" tag' -l 'tag' -d 'Only devices with this tag.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices list" sort' -l 'sort' -d 'Order: id, name, state, port or last-seen.' -rfka 'id name state port last-seen'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices list" q quiet' -l 'quiet' -s 'q' -d 'Print ids only.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices list" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices list" format' -l 'format' -d 'How to print: table or json.' -rfka 'table json'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices list" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices show" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices show" format' -l 'format' -d 'How to print: table or json.' -rfka 'table json'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices show" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices rename" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices rename" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices rename" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices tag"' -l 'remove' -d 'A tag to take away; can be repeated.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices tag" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices tag" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices tag" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices remove" yes' -l 'yes' -d 'Do not ask.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices remove" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices remove" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices remove" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices reveal-password" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices reveal-password" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices reveal-password" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices ssh-config" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices ssh-config" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman devices ssh-config" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman connect"' -s 'L' -d 'Forward a local port to the device, as in ssh.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman connect"' -s 'R' -d 'Forward a port of the device to here, as in ssh.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman connect"' -s 'D' -d 'Open a SOCKS proxy into the device\'s network, as in ssh.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman connect" user' -l 'user' -d 'Login user on the device.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman connect" stdio' -l 'stdio' -d 'Carry the device\'s SSH port on standard input and output, for ProxyCommand.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman connect" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman connect" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman connect" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman admin" -eq 1' -fa 'login' -d 'Remember a server and an API key for it.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman admin" -eq 1' -fa 'tokens' -d 'Join tokens: what lets a device enrol.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman admin" -eq 1' -fa 'keys' -d 'API keys: what lets an admin in from another host.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin login" server' -l 'server' -d 'The server.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin login" key-file' -l 'key-file' -d 'File with the API key. Default: standard input.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin login" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin login" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman admin tokens" -eq 1' -fa 'create' -d 'Make a join token. Its secret is shown this once.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman admin tokens" -eq 1' -fa 'list' -d 'List join tokens.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman admin tokens" -eq 1' -fa 'revoke' -d 'Withdraw a join token.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens create" ttl' -l 'ttl' -d 'How long it can be used: a number with s, m, h or d, from 1m to 366d.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens create" uses' -l 'uses' -d 'How many devices it can enrol.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens create"' -l 'tag' -d 'A tag for every device that enrols with it; can be repeated.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens create" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens create" format' -l 'format' -d 'How to print: table or json.' -rfka 'table json'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens create" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens create" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens list" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens list" format' -l 'format' -d 'How to print: table or json.' -rfka 'table json'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens list" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens revoke" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens revoke" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin tokens revoke" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman admin keys" -eq 1' -fa 'create' -d 'Make an API key. Its secret is shown this once.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman admin keys" -eq 1' -fa 'list' -d 'List API keys.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_positional "watchman admin keys" -eq 1' -fa 'revoke' -d 'End an API key.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys create" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys create" format' -l 'format' -d 'How to print: table or json.' -rfka 'table json'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys create" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys create" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys list" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys list" format' -l 'format' -d 'How to print: table or json.' -rfka 'table json'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys list" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys revoke" socket' -l 'socket' -d 'Unix socket of a server on this machine. Default: $WATCHMAN_SOCKET, else /run/watchman/api.sock, else the server of `admin login`.' -rfka ''
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys revoke" version' -l 'version' -d 'Show the version.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman admin keys revoke" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'watchman' -n '__watchman_should_offer_completions_for_flags_or_options "watchman help" version' -l 'version' -d 'Show the version.'
