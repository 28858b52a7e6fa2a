#ifndef CWATCHMAN_H
#define CWATCHMAN_H

#include <stdbool.h>

/// Whether `password` has the crypt(3) hash `hash` (the second field of shadow(5)).
bool watchman_password_matches(const char *password, const char *hash);

#endif
