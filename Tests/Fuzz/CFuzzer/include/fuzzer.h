#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with the process's arguments (compiler-rt/lib/fuzzer/FuzzerInterface.h). Returns only when it is done.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
