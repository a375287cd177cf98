/* A network of the program's own, from which a few ports of this host's loopback address can be reached and nothing else. */
#ifndef CHASSIS_GUARD_RELAY_H
#define CHASSIS_GUARD_RELAY_H

#include <sys/types.h>

enum { RELAY_PORTS = 8 };

struct relay {
    /* The ports that can be reached. */
    int ports[RELAY_PORTS], count;
    /* What the relay is handed its sockets over, and what tells it by its end that the program has ended. */
    int handover, life;
    /* The process that relays. */
    pid_t process;
    /* In the program's process: whether it is in a user namespace of its own. */
    int has_own_users;
};

/* Reads ports between commas; returns whether they are some. */
int relay_parse(struct relay *relay, const char *text);

/* Starts the process that relays, in the network that this process is in; returns 0, or -1 with errno. */
int relay_begin(struct relay *relay);

/* In the program's process: leaves this host's network. Returns 0, or -1 with errno. */
int relay_isolate(struct relay *relay);

/* The program has ended: the relay ends. */
void relay_end(struct relay *relay);

#endif
