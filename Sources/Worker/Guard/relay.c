/* The program's process makes a network namespace, listens in it on the ports that it is to reach, and hands these
   sockets to a process that stayed outside. A socket belongs to the namespace in which it was made, whoever accepts on
   it; so what the program connects to there is carried on to the same port outside. */
#define _GNU_SOURCE
#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connections at once; further ones wait in the listening sockets. */
enum { PAIRS = 256, PIECE = 1 << 16 };

/* Two connected sockets; side 0 is the program's. */
struct pair {
    int fd[2];
    /* What was read from a side and is not yet written to the other. */
    char *piece[2];
    size_t begin[2], end[2];
    int ended[2];
};

int relay_parse(struct relay *relay, const char *text) {
    relay->count = 0;
    while (relay->count < RELAY_PORTS) {
        char *end;
        long port = strtol(text, &end, 10);
        if (end == text || port < 1 || port > 65535) return 0;
        relay->ports[relay->count++] = (int)port;
        if (*end == 0) return 1;
        if (*end != ',') return 0;
        text = end + 1;
    }
    return 0;
}

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* ---- the process that relays ---- */

static void close_pair(struct pair *pair) {
    for (int side = 0; side < 2; side++) {
        if (pair->fd[side] >= 0) close(pair->fd[side]);
        free(pair->piece[side]);
    }
    *pair = (struct pair){.fd = {-1, -1}};
}

static void accept_pair(struct pair *pairs, int listener, int port) {
    struct pair *pair = NULL;
    for (int at = 0; at < PAIRS && !pair; at++)
        if (pairs[at].fd[0] < 0) pair = &pairs[at];
    if (!pair) return;
    struct sockaddr_in address = loopback(port);
    *pair = (struct pair){.fd = {accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), -1}};
    if (pair->fd[0] < 0) return;
    pair->fd[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pair->piece[0] = malloc(PIECE);
    pair->piece[1] = malloc(PIECE);
    /* The loopback address answers at once, either way. */
    if (pair->fd[1] < 0 || !pair->piece[0] || !pair->piece[1]
        || connect(pair->fd[1], (struct sockaddr *)&address, sizeof address) != 0
        || fcntl(pair->fd[1], F_SETFL, O_NONBLOCK) != 0)
        close_pair(pair);
}

/* Carries from one side to the other what can be; returns -1 when the pair is broken. */
static int carry(struct pair *pair, int from) {
    int to = 1 - from;
    if (pair->begin[from] == pair->end[from] && !pair->ended[from]) {
        ssize_t count = read(pair->fd[from], pair->piece[from], PIECE);
        if (count < 0 && errno != EAGAIN && errno != EINTR) return -1;
        if (count == 0) {
            pair->ended[from] = 1;
            shutdown(pair->fd[to], SHUT_WR);
        }
        pair->begin[from] = 0;
        pair->end[from] = count > 0 ? (size_t)count : 0;
    }
    while (pair->begin[from] < pair->end[from]) {
        ssize_t count = send(
            pair->fd[to], pair->piece[from] + pair->begin[from], pair->end[from] - pair->begin[from], MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno == EAGAIN ? 0 : -1;
        pair->begin[from] += (size_t)count;
    }
    return 0;
}

static short awaited(const struct pair *pair, int side) {
    short events = 0;
    if (!pair->ended[side] && pair->begin[side] == pair->end[side]) events |= POLLIN;
    if (pair->begin[1 - side] < pair->end[1 - side]) events |= POLLOUT;
    return events;
}

static _Noreturn void serve(const struct relay *relay, const int *listeners, int life) {
    static struct pair pairs[PAIRS];
    static struct pollfd events[1 + RELAY_PORTS + 2 * PAIRS];
    for (int at = 0; at < PAIRS; at++) pairs[at] = (struct pair){.fd = {-1, -1}};
    for (;;) {
        int count = 0, is_full = 1;
        events[count++] = (struct pollfd){.fd = life, .events = POLLIN};
        for (int at = 0; at < PAIRS; at++) is_full = is_full && pairs[at].fd[0] >= 0;
        for (int at = 0; at < relay->count; at++)
            events[count++] = (struct pollfd){.fd = is_full ? -1 : listeners[at], .events = POLLIN};
        for (int at = 0; at < PAIRS; at++)
            for (int side = 0; side < 2; side++) {
                short wanted = pairs[at].fd[0] < 0 ? 0 : awaited(&pairs[at], side);
                /* A side that is not waited for is left out: its end would be told again and again. */
                events[count++] = (struct pollfd){.fd = wanted ? pairs[at].fd[side] : -1, .events = wanted};
            }
        if (poll(events, (nfds_t)count, -1) < 0) continue;
        if (events[0].revents != 0) _exit(0);
        for (int at = 0; at < PAIRS; at++) {
            struct pollfd *sides = &events[1 + relay->count + 2 * at];
            if (pairs[at].fd[0] < 0 || (!sides[0].revents && !sides[1].revents)) continue;
            if (carry(&pairs[at], 0) != 0 || carry(&pairs[at], 1) != 0
                || (pairs[at].ended[0] && pairs[at].ended[1]))
                close_pair(&pairs[at]);
        }
        for (int at = 0; at < relay->count; at++)
            if (events[1 + at].revents != 0) accept_pair(pairs, listeners[at], relay->ports[at]);
    }
}

/* The message that carries the sockets. */
struct parcel {
    struct msghdr message;
    struct iovec part;
    char byte;
    union {
        char bytes[CMSG_SPACE(sizeof(int) * RELAY_PORTS)];
        struct cmsghdr aligned;
    } control;
};

static void wrap(struct parcel *parcel) {
    memset(parcel, 0, sizeof *parcel);
    parcel->part = (struct iovec){&parcel->byte, 1};
    parcel->message.msg_iov = &parcel->part;
    parcel->message.msg_iovlen = 1;
    parcel->message.msg_control = parcel->control.bytes;
    parcel->message.msg_controllen = sizeof parcel->control.bytes;
}

static _Noreturn void run(const struct relay *relay, int handover, int life) {
    /* Nobody is to wait for this process's ends of the program's streams and of the lifeline. */
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= STDERR_FILENO; fd++) dup2(nothing, fd);
    struct parcel parcel;
    wrap(&parcel);
    ssize_t length;
    do length = recvmsg(handover, &parcel.message, MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    struct cmsghdr *head = length == 1 ? CMSG_FIRSTHDR(&parcel.message) : NULL;
    if (!head || head->cmsg_len != CMSG_LEN(sizeof(int) * (size_t)relay->count)) _exit(1);
    int listeners[RELAY_PORTS];
    memcpy(listeners, CMSG_DATA(head), sizeof(int) * (size_t)relay->count);
    close(handover);
    serve(relay, listeners, life);
}

int relay_begin(struct relay *relay) {
    int handover[2], life[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, handover) != 0) return -1;
    if (pipe2(life, O_CLOEXEC) != 0) return -1;
    pid_t process = fork();
    if (process < 0) return -1;
    if (process == 0) {
        close(handover[1]);
        close(life[1]);
        run(relay, handover[0], life[0]);
    }
    close(handover[0]);
    close(life[0]);
    relay->process = process;
    relay->handover = handover[1];
    relay->life = life[1];
    return 0;
}

void relay_end(struct relay *relay) {
    if (relay->count == 0 || relay->life < 0) return;
    close(relay->life);
    relay->life = -1;
}

/* ---- the program's process ---- */

static int write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t length = write(file, text, strlen(text));
    close(file);
    return length < 0 ? -1 : 0;
}

/* Makes the namespace, with the rights of this user where those suffice, else as root of a user namespace that has no
   other user. */
static int leave_network(struct relay *relay) {
    if (unshare(CLONE_NEWNET) == 0) return 0;
    if (errno != EPERM) return -1;
    char users[64], groups[64];
    snprintf(users, sizeof users, "%d %d 1", getuid(), getuid());
    snprintf(groups, sizeof groups, "%d %d 1", getgid(), getgid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return -1;
    relay->has_own_users = 1;
    if (write_file("/proc/self/setgroups", "deny") != 0 || write_file("/proc/self/uid_map", users) != 0) return -1;
    return write_file("/proc/self/gid_map", groups);
}

static int raise_loopback(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int result = ioctl(fd, SIOCSIFFLAGS, &request);
    close(fd);
    return result;
}

/* Takes from the program what root would find its way back with: to enter another namespace, to lay a link into it, or to
   work through a process outside. What the program executes has no more than what is left here. */
static int give_up_rights(void) {
    static const int rights[] = {CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_SYS_MODULE, CAP_SYS_RAWIO};
    for (size_t at = 0; at < sizeof rights / sizeof rights[0]; at++)
        if (prctl(PR_CAPBSET_READ, rights[at]) == 1 && prctl(PR_CAPBSET_DROP, rights[at]) != 0) return -1;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 || errno == EINVAL ? 0 : -1;
}

int relay_isolate(struct relay *relay) {
    if (leave_network(relay) != 0 || raise_loopback() != 0 || give_up_rights() != 0) return -1;
    int listeners[RELAY_PORTS];
    for (int at = 0; at < relay->count; at++) {
        struct sockaddr_in address = loopback(relay->ports[at]);
        listeners[at] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (listeners[at] < 0 || bind(listeners[at], (struct sockaddr *)&address, sizeof address) != 0
            || listen(listeners[at], SOMAXCONN) != 0)
            return -1;
    }
    struct parcel parcel;
    wrap(&parcel);
    struct cmsghdr *head = CMSG_FIRSTHDR(&parcel.message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)relay->count);
    memcpy(CMSG_DATA(head), listeners, sizeof(int) * (size_t)relay->count);
    parcel.message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)relay->count);
    return sendmsg(relay->handover, &parcel.message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}
