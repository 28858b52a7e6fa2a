#ifndef CWATCHMAN_H
#define CWATCHMAN_H

#include <stdbool.h>

/// Whether `password` has the crypt(3) hash `hash` (the second field of shadow(5)).
bool watchman_password_matches(const char *password, const char *hash);

/// Makes this process look names up in files and DNS only, whatever nsswitch.conf(5) says.
///
/// Every other service is a module that glibc would load into this static program together with the system's own C library, and
/// that crashes unless both are of one version. Call it before the first lookup.
void watchman_use_builtin_name_services(void);

#endif
