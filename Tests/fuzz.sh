#!/bin/sh
# Fuzzes the parsers of outside text: `Tests/fuzz.sh [SECONDS [TARGET...]]`, by default 6 seconds for each target. What libFuzzer learns is
# kept in .build-fuzz/corpus; `Tests/fuzz.sh --learn` puts the smallest set of inputs that reach as much into Tests/Fuzz/corpus.
set -u
cd "$(dirname "$0")/.." || exit 1
build=.build-fuzz

# Without a main function of its own, which would clash with the program's.
runtime() {
    resources=$(./install.sh --swift -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
    find "$resources/../clang" -name "libclang_rt.fuzzer_no_main-$(uname -m).a" | head -n 1
}

library=$(runtime)
[ -n "$library" ] || { echo 'fuzz.sh: error: this Swift has no libFuzzer' >&2 && exit 69; }
mkdir -p "$build/logs" "$build/crashes"
export WATCHMAN_FUZZ=1
./install.sh --swift build -c release --product watchman-fuzz --scratch-path "$build" --disable-index-store -Xswiftc -enable-testing \
    -Xlinker "$library" -Xlinker -lstdc++ >"$build/logs/build" 2>&1 || { tail -n 40 "$build/logs/build" && exit 1; }
program=$build/release/watchman-fuzz

if [ "${1:-}" = --learn ]; then
    for target in $("$program"); do
        mkdir -p "$build/least/$target"
        "$program" "$target" -merge=1 "$build/least/$target" "Tests/Fuzz/corpus/$target" "$build/corpus/$target" 2>/dev/null
        rm -f "Tests/Fuzz/corpus/$target"/*
        # The smallest inputs first: the rest would only make the repository large.
        find "$build/least/$target" -type f -size -4k -printf '%s %p\n' | sort -n | head -n 60 | cut -d' ' -f2 |
            xargs -I{} cp {} "Tests/Fuzz/corpus/$target/"
    done
    exit
fi

seconds=${1:-6}
[ $# -eq 0 ] || shift
# shellcheck disable=SC2046 # a list of words
[ $# -gt 0 ] || set -- $("$program")
status=0
for target; do
    mkdir -p "$build/corpus/$target"
    "$program" "$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
        -artifact_prefix="$build/crashes/$target-" "$build/corpus/$target" "Tests/Fuzz/corpus/$target" >"$build/logs/$target" 2>&1 ||
        { status=1 && tail -n 30 "$build/logs/$target"; }
    echo "fuzz: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/logs/$target") runs"
done
exit "$status"
