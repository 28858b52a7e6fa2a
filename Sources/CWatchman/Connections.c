#include "CWatchman.h"

// Not <netinet/tcp.h>: its struct tcp_info ends before the counters.
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// The states of tcp(7) are numbered from 1; a request names them by bits.
enum { ESTABLISHED = 1 };

struct list {
    struct watchman_connection *connections;
    size_t capacity;
    size_t count;
};

static void add(struct list *list, const struct inet_diag_msg *message, const struct tcp_info *info) {
    if (list->count++ >= list->capacity) {
        return;
    }
    list->connections[list->count - 1] = (struct watchman_connection){
        .inode = message->idiag_inode,
        .bytes = info->tcpi_bytes_received + info->tcpi_bytes_sent,
        .packets = (uint64_t)info->tcpi_segs_in + info->tcpi_segs_out,
        .silence = info->tcpi_last_data_recv < info->tcpi_last_ack_recv ? info->tcpi_last_data_recv
                                                                        : info->tcpi_last_ack_recv,
        .local_port = ntohs(message->id.idiag_sport),
        .remote_port = ntohs(message->id.idiag_dport),
        .is_version_6 = message->idiag_family == AF_INET6,
    };
}

/// Takes one message of the answer. An older kernel's tcp_info is shorter: what it lacks is zero.
static void take(struct list *list, const struct nlmsghdr *header) {
    const struct inet_diag_msg *message = NLMSG_DATA(header);
    unsigned int length = NLMSG_PAYLOAD(header, sizeof *message);
    const struct rtattr *attribute = (const struct rtattr *)(message + 1);
    for (; RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length)) {
        if (attribute->rta_type == INET_DIAG_INFO) {
            struct tcp_info info = {0};
            size_t size = RTA_PAYLOAD(attribute);
            memcpy(&info, RTA_DATA(attribute), size < sizeof info ? size : sizeof info);
            add(list, message, &info);
        }
    }
}

static bool dump(int descriptor, uint8_t family, struct list *list) {
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .request = {.sdiag_family = family,
                    .sdiag_protocol = IPPROTO_TCP,
                    .idiag_ext = 1 << (INET_DIAG_INFO - 1),
                    .idiag_states = 1 << ESTABLISHED},
    };
    if (send(descriptor, &question, sizeof question, 0) < 0) {
        return false;
    }
    _Alignas(struct nlmsghdr) char buffer[32768];
    for (;;) {
        ssize_t length = recv(descriptor, buffer, sizeof buffer, 0);
        if (length < 0 && errno == EINTR) {
            continue;
        }
        if (length <= 0) {
            return false;
        }
        unsigned int rest = (unsigned int)length;
        for (const struct nlmsghdr *header = (const struct nlmsghdr *)buffer; NLMSG_OK(header, rest);
             header = NLMSG_NEXT(header, rest)) {
            if (header->nlmsg_type == NLMSG_DONE) {
                return true;
            }
            if (header->nlmsg_type == NLMSG_ERROR) {
                return false;
            }
            take(list, header);
        }
    }
}

long watchman_list_connections(struct watchman_connection *connections, size_t capacity) {
    int descriptor = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (descriptor < 0) {
        return -1;
    }
    struct list list = {.connections = connections, .capacity = capacity};
    // A kernel without IPv6 refuses the second question only.
    bool is_answered = dump(descriptor, AF_INET, &list);
    if (is_answered) {
        dump(descriptor, AF_INET6, &list);
    }
    close(descriptor);
    return is_answered ? (long)list.count : -1;
}
