#ifndef CWATCHMAN_H
#define CWATCHMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether `password` has the crypt(3) hash `hash` (the second field of shadow(5)).
bool watchman_password_matches(const char *password, const char *hash);

/// Gives the calling thread, and no other, the rights of a user when it works with files (setfsuid(2)): root's capabilities over files
/// and all further groups are gone for it.
///
/// Returns whether that is so now. There is no way back that a thread should take: let it end.
bool watchman_take_file_rights(unsigned int user, unsigned int group);

/// Makes this process look names up in files and DNS only, whatever nsswitch.conf(5) says.
///
/// Every other service is a module that glibc would load into this static program together with the system's own C library, and
/// that crashes unless both are of one version. Call it before the first lookup.
void watchman_use_builtin_name_services(void);

/// Opens a socket that can be read whenever a link, an address or a route of this network namespace changes (rtnetlink(7)).
///
/// Returns the descriptor, which does not block, or -1.
int watchman_open_route_events(void);

/// What has passed over a TCP connection (tcp(7), TCP_INFO).
struct watchman_connection {
    /// The socket.
    uint64_t inode;
    /// Payload bytes, both ways.
    uint64_t bytes;
    /// Packets, both ways.
    uint64_t packets;
    /// Milliseconds since the other end was last heard of, be it by data or by an acknowledgement.
    uint32_t silence;
    uint16_t local_port;
    uint16_t remote_port;
    bool is_version_6;
};

/// Writes the established TCP connections of this network namespace, at most so many (sock_diag(7)).
///
/// Returns how many there are, or -1 if the kernel does not tell.
long watchman_list_connections(struct watchman_connection *connections, size_t capacity);

/// Leaves a process behind that removes the file `path` when this process has ended, whatever it has become by then, or after so many
/// seconds. If the file was still there at this process's end, it says `words` on standard error.
///
/// It calls nothing but what may be called after fork(2) in a process with threads.
bool watchman_remove_after_parent(const char *path, int seconds, const char *words);

/// Passes an open descriptor to the process at the other end of a Unix socket (SCM_RIGHTS, unix(7)).
bool watchman_pass_descriptor(int socket, int descriptor);

#endif
