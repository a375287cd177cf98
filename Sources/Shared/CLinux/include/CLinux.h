#pragma once
/* The parts of Linux that Swift's Glibc module leaves out. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* epoll(7) */
#define CLINUX_EPOLLIN 0x001u
#define CLINUX_EPOLLOUT 0x004u
#define CLINUX_EPOLLERR 0x008u
#define CLINUX_EPOLLHUP 0x010u
#define CLINUX_EPOLLRDHUP 0x2000u

struct clinux_event {
    uint32_t events;
    int32_t descriptor;
};

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int descriptor, uint32_t events);
int clinux_epoll_modify(int epoll, int descriptor, uint32_t events);
int clinux_epoll_delete(int epoll, int descriptor);
/* At most 64 events are returned. A negative timeout waits without end. */
int clinux_epoll_wait(int epoll, struct clinux_event *events, int limit, int timeout_ms);

/* eventfd(2) */
int clinux_eventfd_create(void);
int clinux_eventfd_signal(int descriptor);
int clinux_eventfd_drain(int descriptor);

/* The monotonic clock, in nanoseconds; it does not run while the machine is suspended. */
int64_t clinux_monotonic_ns(void);

/* What the host's clock says, in microseconds since 1970-01-01 00:00 UTC. */
int64_t clinux_wall_us(void);

/* Has malloc(3) give memory back: what is large comes from the system and goes back to it at once, and threads share a few
   heaps. To be called before anything large is taken. */
void clinux_bound_heaps(void);
/* malloc_trim(3): gives back what lies free between what is taken, where that is more than so many bytes. */
void clinux_trim_heaps(size_t limit);

/* Keeps the process's memory and environment from other processes of its user: prctl(PR_SET_DUMPABLE). Also from debuggers and
   core dumps. Programs that it starts are as open as ever. */
void clinux_keep_private(void);

/* Thread name (at most 15 characters), seen in ps and gdb. */
void clinux_name_thread(const char *name);

/* The calling thread, as an address that no other living thread has. */
void *clinux_thread_id(void);

/* pipe2(2) with both ends closed on exec. */
int clinux_pipe(int ends[2]);

/* Whether syncfs(2) on a descriptor makes all of its file system durable and reports every error: of the file systems
   that are known to, from Linux 5.8 on. */
bool clinux_can_sync_volume(int descriptor);

/* syncfs(2) */
int clinux_sync_volume(int descriptor);

/* How many seconds ago a file was changed, at least 0; -1 with errno when it cannot be looked at. */
int64_t clinux_file_age(const char *path);

struct clinux_status {
    bool is_file, is_directory;
    int64_t byte_count, changed_s, changed_ns;
};

/* What a name stands for, its link followed or not. Returns 0, or the error number. */
int clinux_look(const char *path, bool follows, struct clinux_status *status);

/* Removes a directory and all below it; links are removed, not followed. What cannot be removed stays. */
void clinux_remove_tree(const char *path);

/* Starts a program (posix_spawnp) with an empty signal mask, standard input from a descriptor or /dev/null, both outputs
   to one descriptor and no other descriptor of this program. A NULL directory is the caller's. Returns 0, or the error
   number. */
int clinux_spawn(
    pid_t *pid, char *const arguments[], char *const environment[], const char *directory, int input, int output);

/* Starts a program that outlives this one: in a session of its own, nobody's child, with one socket as its standard
   input, /dev/null as its output and this program's standard error. Returns 0, or the error number. */
int clinux_spawn_detached(char *const arguments[], char *const environment[], int input);
