#include "CWatchman.h"

#include <crypt.h>
#include <nss.h>
#include <stdlib.h>
#include <string.h>

bool watchman_password_matches(const char *password, const char *hash) {
    struct crypt_data *data = calloc(1, sizeof *data);
    if (data == NULL) {
        return false;
    }
    const char *result = crypt_r(password, hash, data);
    bool matches = result != NULL && strcmp(result, hash) == 0;
    explicit_bzero(data, sizeof *data);
    free(data);
    return matches;
}

void watchman_use_builtin_name_services(void) {
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
    __nss_configure_lookup("shadow", "files");
    __nss_configure_lookup("services", "files");
    __nss_configure_lookup("protocols", "files");
    __nss_configure_lookup("networks", "files");
    __nss_configure_lookup("hosts", "files dns");
}
