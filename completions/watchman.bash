#!/bin/bash

__watchman_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__watchman_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__watchman_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__watchman_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_watchman() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    prereqs|register|agent|serve|devices|connect|backup|admin|help)
        # Offer subcommand argument completions
        "_watchman_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'prereqs register agent serve devices connect backup admin help' -- "${cur}"))
        ;;
    esac
}

_watchman_prereqs() {
    repeating_flags=()
    non_repeating_flags=(--install --version -h --help)
    repeating_options=()
    non_repeating_options=(--role --server --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--role')
        __watchman_add_completions -W 'edge'$'\n''server'
        return
        ;;
    '--server')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_register() {
    repeating_flags=()
    non_repeating_flags=(--keep-root-password --skip-prereqs --no-wait --version -h --help)
    repeating_options=(--login)
    non_repeating_options=(--server --token-file --name --key-type --profile --proxy --proxy-user --proxy-password-file --folder)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--server')
        return
        ;;
    '--token-file')
        return
        ;;
    '--name')
        return
        ;;
    '--key-type')
        __watchman_add_completions -W 'ed25519'$'\n''rsa'
        return
        ;;
    '--login')
        return
        ;;
    '--profile')
        __watchman_add_completions -W 'wired'$'\n''wifi'$'\n''lte'$'\n''satellite'
        return
        ;;
    '--proxy')
        return
        ;;
    '--proxy-user')
        return
        ;;
    '--proxy-password-file')
        return
        ;;
    '--folder')
        return
        ;;
    esac
}

_watchman_agent() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    run|status|install|uninstall|logins|profile)
        # Offer subcommand argument completions
        "_watchman_agent_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'run status install uninstall logins profile' -- "${cur}"))
        ;;
    esac
}

_watchman_agent_run() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--folder)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--folder')
        return
        ;;
    esac
}

_watchman_agent_status() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--folder --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--folder')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_agent_install() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--folder)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--folder')
        return
        ;;
    esac
}

_watchman_agent_uninstall() {
    repeating_flags=()
    non_repeating_flags=(--yes --version -h --help)
    repeating_options=()
    non_repeating_options=(--folder)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--folder')
        return
        ;;
    esac
}

_watchman_agent_logins() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|add|remove)
        # Offer subcommand argument completions
        "_watchman_agent_logins_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list add remove' -- "${cur}"))
        ;;
    esac
}

_watchman_agent_logins_list() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--folder --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--folder')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_agent_logins_add() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--folder)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--folder')
        return
        ;;
    esac
}

_watchman_agent_logins_remove() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--folder)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--folder')
        return
        ;;
    esac
}

_watchman_agent_profile() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--folder)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--folder')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __watchman_add_completions -W 'wired'$'\n''wifi'$'\n''lte'$'\n''satellite'
        return
        ;;
    esac
}

_watchman_serve() {
    repeating_flags=()
    non_repeating_flags=(--demo --once --version -h --help)
    repeating_options=()
    non_repeating_options=(--config --state --host)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--config')
        return
        ;;
    '--state')
        return
        ;;
    '--host')
        return
        ;;
    esac
}

_watchman_devices() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|show|pending|approve|reject|rename|tag|replace|remove|choose|accept-host-keys|rotate-password|reveal-password|ssh-config)
        # Offer subcommand argument completions
        "_watchman_devices_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list show pending approve reject rename tag replace remove choose accept-host-keys rotate-password reveal-password ssh-config' -- "${cur}"))
        ;;
    esac
}

_watchman_devices_list() {
    repeating_flags=()
    non_repeating_flags=(--reverse --quiet -q --version -h --help)
    repeating_options=()
    non_repeating_options=(--search --state --tag --sort --socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--search')
        return
        ;;
    '--state')
        __watchman_add_completions -W 'hostkey-changed'$'\n''duplicate'$'\n''offline'$'\n''degraded'$'\n''online'
        return
        ;;
    '--tag')
        return
        ;;
    '--sort')
        __watchman_add_completions -W 'id'$'\n''name'$'\n''state'$'\n''port'$'\n''last-seen'
        return
        ;;
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_devices_show() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_devices_pending() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_devices_approve() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--name --replace --socket)
    __watchman_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--name')
        return
        ;;
    '--replace')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_watchman_devices_reject() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_devices_rename() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_devices_tag() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=(--remove)
    non_repeating_options=(--socket)
    __watchman_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--remove')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_watchman_devices_replace() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_devices_remove() {
    repeating_flags=()
    non_repeating_flags=(--yes --version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_devices_choose() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_devices_accept-host-keys() {
    repeating_flags=()
    non_repeating_flags=(--yes --version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_devices_rotate-password() {
    repeating_flags=()
    non_repeating_flags=(--all --version -h --help)
    repeating_options=()
    non_repeating_options=(--tag --socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--tag')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_watchman_devices_reveal-password() {
    repeating_flags=()
    non_repeating_flags=(--history --version -h --help)
    repeating_options=()
    non_repeating_options=(--reason --socket --format)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--reason')
        return
        ;;
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_devices_ssh-config() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--user --identity --socket)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--user')
        return
        ;;
    '--identity')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_watchman_connect() {
    repeating_flags=()
    non_repeating_flags=(--password --stdio --version -h --help)
    repeating_options=(-L -R -D)
    non_repeating_options=(--user --reason --identity --socket)
    __watchman_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-L')
        return
        ;;
    '-R')
        return
        ;;
    '-D')
        return
        ;;
    '--user')
        return
        ;;
    '--reason')
        return
        ;;
    '--identity')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_watchman_backup() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    create|list|verify|restore|prune|schedule)
        # Offer subcommand argument completions
        "_watchman_backup_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'create list verify restore prune schedule' -- "${cur}"))
        ;;
    esac
}

_watchman_backup_create() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_backup_list() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_backup_verify() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_backup_restore() {
    repeating_flags=()
    non_repeating_flags=(--force --version -h --help)
    repeating_options=()
    non_repeating_options=(--state --config)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--state')
        return
        ;;
    '--config')
        return
        ;;
    esac
}

_watchman_backup_prune() {
    repeating_flags=()
    non_repeating_flags=(--dry-run --version -h --help)
    repeating_options=()
    non_repeating_options=(--keep-daily --keep-weekly --keep-monthly --socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--keep-daily')
        return
        ;;
    '--keep-weekly')
        return
        ;;
    '--keep-monthly')
        return
        ;;
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_backup_schedule() {
    repeating_flags=()
    non_repeating_flags=(--remove --version -h --help)
    repeating_options=()
    non_repeating_options=(--at --on-calendar)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--at')
        return
        ;;
    '--on-calendar')
        return
        ;;
    esac
}

_watchman_admin() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    login|logout|pin|tokens|users|keys|connections|audit|jobs|escrow)
        # Offer subcommand argument completions
        "_watchman_admin_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'login logout pin tokens users keys connections audit jobs escrow' -- "${cur}"))
        ;;
    esac
}

_watchman_admin_login() {
    repeating_flags=()
    non_repeating_flags=(--browser --no-browser --version -h --help)
    repeating_options=()
    non_repeating_options=(--server --key-file --pin)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--server')
        return
        ;;
    '--key-file')
        return
        ;;
    '--pin')
        return
        ;;
    esac
}

_watchman_admin_logout() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0
}

_watchman_admin_pin() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_tokens() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    create|list|revoke)
        # Offer subcommand argument completions
        "_watchman_admin_tokens_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'create list revoke' -- "${cur}"))
        ;;
    esac
}

_watchman_admin_tokens_create() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=(--tag --from)
    non_repeating_options=(--ttl --uses --approve --socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--ttl')
        return
        ;;
    '--uses')
        return
        ;;
    '--tag')
        return
        ;;
    '--approve')
        __watchman_add_completions -W 'auto'$'\n''manual'
        return
        ;;
    '--from')
        return
        ;;
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_tokens_list() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_tokens_revoke() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_users() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|add|change|role|reset|sign-out|remove)
        # Offer subcommand argument completions
        "_watchman_admin_users_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list add change role reset sign-out remove' -- "${cur}"))
        ;;
    esac
}

_watchman_admin_users_list() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_users_add() {
    repeating_flags=()
    non_repeating_flags=(--reveal --sso --version -h --help)
    repeating_options=()
    non_repeating_options=(--role --scope --socket --format)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--role')
        __watchman_add_completions -W 'viewer'$'\n''operator'$'\n''admin'
        return
        ;;
    '--scope')
        return
        ;;
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_users_change() {
    repeating_flags=()
    non_repeating_flags=(--reveal --no-reveal --version -h --help)
    repeating_options=()
    non_repeating_options=(--role --scope --socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--role')
        __watchman_add_completions -W 'viewer'$'\n''operator'$'\n''admin'
        return
        ;;
    '--scope')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_users_role() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    2)
        __watchman_add_completions -W 'viewer'$'\n''operator'$'\n''admin'
        return
        ;;
    esac
}

_watchman_admin_users_reset() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_users_sign-out() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_users_remove() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_keys() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    create|list|revoke)
        # Offer subcommand argument completions
        "_watchman_admin_keys_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'create list revoke' -- "${cur}"))
        ;;
    esac
}

_watchman_admin_keys_create() {
    repeating_flags=()
    non_repeating_flags=(--reveal --version -h --help)
    repeating_options=()
    non_repeating_options=(--role --scope --ttl --socket --format)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--role')
        __watchman_add_completions -W 'viewer'$'\n''operator'$'\n''admin'
        return
        ;;
    '--scope')
        return
        ;;
    '--ttl')
        return
        ;;
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_keys_list() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_keys_revoke() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_connections() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|end)
        # Offer subcommand argument completions
        "_watchman_admin_connections_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list end' -- "${cur}"))
        ;;
    esac
}

_watchman_admin_connections_list() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_connections_end() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_audit() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|export|verify)
        # Offer subcommand argument completions
        "_watchman_admin_audit_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list export verify' -- "${cur}"))
        ;;
    esac
}

_watchman_admin_audit_list() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--actor --action --subject --since --limit --socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--actor')
        return
        ;;
    '--action')
        return
        ;;
    '--subject')
        return
        ;;
    '--since')
        return
        ;;
    '--limit')
        return
        ;;
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_audit_export() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--after --socket)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--after')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_audit_verify() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--head --socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--head')
        return
        ;;
    '--socket')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __watchman_add_completions -f
        return
        ;;
    esac
}

_watchman_admin_jobs() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|show|add|change|remove|run|pause|resume|history|output)
        # Offer subcommand argument completions
        "_watchman_admin_jobs_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list show add change remove run pause resume history output' -- "${cur}"))
        ;;
    esac
}

_watchman_admin_jobs_list() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_jobs_show() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_jobs_add() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--cron --devices --time-zone --jitter --missed --timeout --concurrency --socket --format)
    __watchman_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--cron')
        return
        ;;
    '--devices')
        return
        ;;
    '--time-zone')
        return
        ;;
    '--jitter')
        return
        ;;
    '--missed')
        __watchman_add_completions -W 'skip'$'\n''run'
        return
        ;;
    '--timeout')
        return
        ;;
    '--concurrency')
        return
        ;;
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_jobs_change() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--cron --time-zone --jitter --missed --timeout --concurrency --socket --format)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--cron')
        return
        ;;
    '--time-zone')
        return
        ;;
    '--jitter')
        return
        ;;
    '--missed')
        __watchman_add_completions -W 'skip'$'\n''run'
        return
        ;;
    '--timeout')
        return
        ;;
    '--concurrency')
        return
        ;;
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_jobs_remove() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_jobs_run() {
    repeating_flags=()
    non_repeating_flags=(--no-wait --version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_jobs_pause() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_jobs_resume() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_admin_jobs_history() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--limit --before --socket --format)
    __watchman_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--limit')
        return
        ;;
    '--before')
        return
        ;;
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_jobs_output() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket --format)
    __watchman_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    '--format')
        __watchman_add_completions -W 'table'$'\n''json'
        return
        ;;
    esac
}

_watchman_admin_escrow() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    rotate)
        # Offer subcommand argument completions
        "_watchman_admin_escrow_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'rotate' -- "${cur}"))
        ;;
    esac
}

_watchman_admin_escrow_rotate() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=(--socket)
    __watchman_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--socket')
        return
        ;;
    esac
}

_watchman_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __watchman_offer_flags_options -1
}

complete -o filenames -F _watchman watchman
