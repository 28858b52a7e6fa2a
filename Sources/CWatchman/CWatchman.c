#include "CWatchman.h"

#include <crypt.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <nss.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

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

bool watchman_take_file_rights(unsigned int user, unsigned int group) {
    // The system call itself: glibc's setgroups would change every thread.
    if (syscall(SYS_setgroups, 0, NULL) != 0) {
        return false;
    }
    setfsgid(group);
    setfsuid(user);
    // Both only tell what was there before; an id that nobody has changes nothing and asks.
    return (unsigned int)setfsgid((gid_t)-1) == group && (unsigned int)setfsuid((uid_t)-1) == user;
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

int watchman_open_route_events(void) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (descriptor < 0) {
        return -1;
    }
    struct sockaddr_nl address = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
    };
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

bool watchman_remove_after_parent(const char *path, int seconds, const char *words) {
    pid_t parent = getpid();
    size_t length = strlen(words);
    pid_t child = fork();
    if (child != 0) {
        return child > 0;
    }
    // What ends the parent must not end this process before its work is done.
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    // Only standard error stays open.
    close(0);
    close(1);
    for (int descriptor = 3; descriptor < 1024; descriptor++) {
        close(descriptor);
    }
    bool is_alive = true;
    for (int rounds = seconds * 50; rounds > 0 && is_alive && access(path, F_OK) == 0; rounds--) {
        usleep(20000);
        is_alive = getppid() == parent;
    }
    if (unlink(path) == 0 && !is_alive && write(2, words, length) < 0) {
        _exit(1);
    }
    _exit(0);
}

bool watchman_pass_descriptor(int socket, int descriptor) {
    char byte = 0;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof descriptor)];
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    return sendmsg(socket, &message, MSG_NOSIGNAL) == 1;
}
