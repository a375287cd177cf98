#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int epoll, int operation, int descriptor, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = descriptor};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

int clinux_epoll_add(int epoll, int descriptor, uint32_t events) {
    return control(epoll, EPOLL_CTL_ADD, descriptor, events);
}

int clinux_epoll_modify(int epoll, int descriptor, uint32_t events) {
    return control(epoll, EPOLL_CTL_MOD, descriptor, events);
}

int clinux_epoll_delete(int epoll, int descriptor) { return control(epoll, EPOLL_CTL_DEL, descriptor, 0); }

int clinux_epoll_wait(int epoll, struct clinux_event *events, int limit, int timeout_ms) {
    struct epoll_event ready[64];
    if (limit > 64) limit = 64;
    int count = epoll_wait(epoll, ready, limit, timeout_ms);
    if (count < 0) return errno == EINTR ? 0 : -1;
    for (int i = 0; i < count; i++) {
        events[i].events = ready[i].events;
        events[i].descriptor = ready[i].data.fd;
    }
    return count;
}

int clinux_eventfd_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int clinux_eventfd_signal(int descriptor) {
    uint64_t one = 1;
    return write(descriptor, &one, sizeof one) == sizeof one ? 0 : -1;
}

int clinux_eventfd_drain(int descriptor) {
    uint64_t count;
    return read(descriptor, &count, sizeof count) == sizeof count ? 0 : -1;
}

int64_t clinux_wall_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clinux_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void clinux_keep_private(void) { prctl(PR_SET_DUMPABLE, 0); }

void clinux_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void *clinux_thread_id(void) { return (void *)pthread_self(); }

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int clinux_spawn(
    pid_t *pid, char *const arguments[], char *const environment[], const char *directory, int input, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (input >= 0) {
        posix_spawn_file_actions_adddup2(&actions, input, 0);
    } else {
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    }
    if (output >= 0) {
        posix_spawn_file_actions_adddup2(&actions, output, 1);
        posix_spawn_file_actions_adddup2(&actions, output, 2);
    }
    /* Others open sockets without FD_CLOEXEC; one that a child keeps is never closed for its peer. */
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (directory) posix_spawn_file_actions_addchdir_np(&actions, directory);
    /* A group of its own: what a terminal sends to its foreground group is not meant for it. */
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    int status = posix_spawnp(pid, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return status;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    remove(path);
    return 0;
}

void clinux_remove_tree(const char *path) { nftw(path, remove_entry, 32, FTW_DEPTH | FTW_PHYS); }

bool clinux_can_sync_volume(int descriptor) {
    struct utsname system;
    struct statfs volume;
    int major = 0, minor = 0;
    if (uname(&system) != 0 || sscanf(system.release, "%d.%d", &major, &minor) != 2) return false;
    if (major < 5 || (major == 5 && minor < 8) || fstatfs(descriptor, &volume) != 0) return false;
    switch ((unsigned long)volume.f_type) {
    case EXT4_SUPER_MAGIC: case XFS_SUPER_MAGIC: case BTRFS_SUPER_MAGIC: case TMPFS_MAGIC: return true;
    default: return false;
    }
}

int clinux_sync_volume(int descriptor) { return syncfs(descriptor); }

int clinux_look(const char *path, bool follows, struct clinux_status *status) {
    struct stat found;
    if ((follows ? stat : lstat)(path, &found) != 0) return errno;
    *status = (struct clinux_status){S_ISREG(found.st_mode), S_ISDIR(found.st_mode), found.st_size,
                                     found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
    return 0;
}

int64_t clinux_file_age(const char *path) {
    struct stat status;
    if (stat(path, &status) != 0) return -1;
    int64_t age = (int64_t)time(NULL) - (int64_t)status.st_mtim.tv_sec;
    return age < 0 ? 0 : age;
}

static _Noreturn void give_up(int faults) {
    int number = errno;
    if (write(faults, &number, sizeof number) < 0) _exit(1);
    _exit(1);
}

/* What runs between fork and exec calls nothing but the kernel: other threads may hold any lock. */
static _Noreturn void become_detached(char *const arguments[], char *const environment[], int input, int faults) {
    if (setsid() < 0) give_up(faults);
    pid_t process = fork();
    if (process < 0) give_up(faults);
    if (process > 0) _exit(0);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(input, 0) < 0 || dup2(null, 1) < 0) give_up(faults);
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* All but 0, 1, 2 and the way back for a fault. */
    if (faults > 3) close_range(3, faults - 1, 0);
    close_range(faults + 1, ~0U, 0);
    execve(arguments[0], arguments, environment);
    give_up(faults);
}

int clinux_spawn_detached(char *const arguments[], char *const environment[], int input) {
    int faults[2];
    if (pipe2(faults, O_CLOEXEC) != 0) return errno;
    pid_t process = fork();
    if (process < 0) {
        int number = errno;
        close(faults[0]);
        close(faults[1]);
        return number;
    }
    if (process == 0) become_detached(arguments, environment, input, faults[1]);
    close(faults[1]);
    int number = 0;
    ssize_t length;
    do length = read(faults[0], &number, sizeof number);
    while (length < 0 && errno == EINTR);
    close(faults[0]);
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {}
    return length == sizeof number ? number : 0;
}

void clinux_bound_heaps(void) {
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    mallopt(M_ARENA_MAX, cores > 4 ? (int)cores : 4);
}

void clinux_trim_heaps(size_t limit) {
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) return;
    unsigned long all, resident, shared;
    int count = fscanf(file, "%lu %lu %lu", &all, &resident, &shared);
    fclose(file);
    if (count != 3) return;
    struct mallinfo2 heaps = mallinfo2();
    size_t own = (resident - shared) * (size_t)sysconf(_SC_PAGESIZE);
    if (own > heaps.uordblks + heaps.hblkhd + limit) malloc_trim(0);
}
