/* A bad host for one process: a wall clock that is off, syncs that take long or fail, a store that takes no more writes, a disk
 * that forgets what was not synchronised.
 *
 * Loaded with LD_PRELOAD. What is wrong just now stands in the file that CHASSIS_SHIM_CONTROL names, 64-bit numbers
 * that the storm may change at any time: the clock's error in milliseconds, how long each sync takes in microseconds,
 * whether the store is read-only, whether its syncs fail, whether its disk is full, and how many writes and syncs were refused for
 * each of the three. The store is what CHASSIS_SHIM_STORE names; that of Postgres is its data. Monotonic clocks are left alone.
 * What is done to the store goes into the file that CHASSIS_SHIM_LOG names, if there is one; disk.py reads it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct control { volatile int64_t skew_ms, sync_us, is_read_only, fails_syncs, is_full, refusals, failed_syncs, refused_growth; };

static struct control calm;
static struct control *control = &calm;
static char store[PATH_MAX];
static int log_file = -1;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CHASSIS_SHIM_CONTROL"), *root = getenv("CHASSIS_SHIM_STORE"), *log = getenv("CHASSIS_SHIM_LOG");
    if (root) snprintf(store, sizeof store, "%s", root);
    if (log) log_file = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (path && file < 0) file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    void *place = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (place == MAP_FAILED) place = mmap(NULL, sizeof *control, PROT_READ, MAP_PRIVATE, file, 0);
    if (place != MAP_FAILED) control = place;
    close(file);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The clock */

static void add_milliseconds(struct timespec *at, int64_t milliseconds) {
    int64_t nanoseconds = at->tv_nsec + milliseconds % 1000 * 1000000;
    at->tv_sec += milliseconds / 1000 + nanoseconds / 1000000000;
    at->tv_nsec = nanoseconds % 1000000000;
    if (at->tv_nsec < 0) { at->tv_nsec += 1000000000; at->tv_sec -= 1; }
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = REAL(clock_gettime);
    int result = real(clock, at);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) add_milliseconds(at, control->skew_ms);
    return result;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *place) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place) *place = now.tv_sec;
    return now.tv_sec;
}

/* A time that was made from this process's wall clock, as the kernel counts; monotonic ones are small. */
static struct timespec true_time(const struct timespec *at) {
    struct timespec result = *at;
    if (at->tv_sec > 500000000) add_milliseconds(&result, -control->skew_ms);
    return result;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    static int (*real)(sem_t *restrict, const struct timespec *restrict);
    if (!real) real = REAL(sem_timedwait);
    struct timespec at = true_time(until);
    return real(semaphore, &at);
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    static int (*real)(pthread_cond_t *restrict, pthread_mutex_t *restrict, const struct timespec *restrict);
    if (!real) real = REAL(pthread_cond_timedwait);
    struct timespec at = true_time(until);
    return real(condition, mutex, &at);
}

/* The disk */

static int is_in_store(const char *path) {
    size_t length = strlen(store);
    return length > 0 && strncmp(path, store, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The path of an open file of the store; 0 when it is none. */
static int path_in_store(int file, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = '\0';
    return is_in_store(path);
}

static int is_of_store(int file) {
    char path[PATH_MAX];
    return path_in_store(file, path);
}

static int refuse(volatile int64_t *count, int reason) {
    __atomic_add_fetch((int64_t *)count, 1, __ATOMIC_RELAXED);
    errno = reason;
    return 1;
}

static void take_long(void) {
    int64_t microseconds = control->sync_us;
    if (microseconds <= 0) return;
    struct timespec pause = {microseconds / 1000000, microseconds % 1000000 * 1000};
    while (nanosleep(&pause, &pause) != 0 && errno == EINTR) {}
}

static int sync_fails(int file) {
    take_long();
    return control->fails_syncs && is_of_store(file) && refuse(&control->failed_syncs, EIO);
}

/* A full disk takes what overwrites, and nothing that makes a file longer. */
static int is_too_long(int file, off_t end) {
    struct stat now;
    if (!control->is_full || fstat(file, &now) != 0 || !S_ISREG(now.st_mode) || end <= now.st_size) return 0;
    return is_of_store(file) && refuse(&control->refused_growth, ENOSPC);
}

static off_t end_of_write(int file, size_t count) {
    if (!control->is_full) return 0;
    int flags = fcntl(file, F_GETFL);
    off_t at = lseek(file, 0, flags >= 0 && flags & O_APPEND ? SEEK_END : SEEK_CUR);
    return at < 0 ? 0 : at + (off_t)count;
}

/* What was done to the store, a line each: what it was, when, by whom, a length, and the path. */

static int64_t monotonic_now(void) {
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t length_of(int file) {
    struct stat now;
    return fstat(file, &now) == 0 ? now.st_size : 0;
}

static void put_down(const char *what, int64_t when, int64_t length, const char *path, const char *name) {
    char line[3 * PATH_MAX];
    int count = snprintf(line, sizeof line, "%s %lld %d %lld %s%s%s\n", what, (long long)when, getpid(), (long long)length, path,
                         name ? "/" : "", name ? name : "");
    if (count > 0 && count < (int)sizeof line) syscall(SYS_write, log_file, line, count);
}

/* There is something new of this name. */
static void put_down_name(int directory, const char *name) {
    char path[PATH_MAX];
    int reason = errno;
    if (log_file >= 0 && path_in_store(directory, path)) put_down("made", monotonic_now(), 0, path, name);
    errno = reason;
}

static void put_down_renaming(int from, const char *name, int to, const char *other) {
    char path[PATH_MAX], target[PATH_MAX], both[3 * PATH_MAX];
    int reason = errno;
    if (log_file >= 0 && path_in_store(from, path) && path_in_store(to, target)) {
        int count = snprintf(both, sizeof both, "%s/%s\t%s/%s", path, name, target, other);
        if (count > 0 && count < (int)sizeof both) put_down("renamed", monotonic_now(), 0, both, NULL);
    }
    errno = reason;
}

static ssize_t put_down_write(int file, ssize_t written) {
    char path[PATH_MAX];
    int reason = errno;
    if (written > 0 && log_file >= 0 && path_in_store(file, path)) put_down("written", monotonic_now(), length_of(file), path, NULL);
    errno = reason;
    return written;
}

/* What was there when it began is durable. */
static int synchronize(const char *what, int file, int (*real)(int)) {
    char path[PATH_MAX];
    int64_t when = monotonic_now(), length = length_of(file);
    int result = sync_fails(file) ? -1 : real(file), reason = errno;
    if (result == 0 && log_file >= 0 && path_in_store(file, path)) put_down(what, when, length, path, NULL);
    errno = reason;
    return result;
}

int fsync(int file) {
    static int (*real)(int);
    if (!real) real = REAL(fsync);
    return synchronize("synced", file, real);
}

int fdatasync(int file) {
    static int (*real)(int);
    if (!real) real = REAL(fdatasync);
    return synchronize("synced", file, real);
}

int syncfs(int file) {
    static int (*real)(int);
    if (!real) real = REAL(syncfs);
    return synchronize("all-synced", file, real);
}

/* The store */

static int is_refused(int file) {
    return control->is_read_only && file >= 0 && is_of_store(file) && refuse(&control->refusals, EROFS);
}

static int writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)); }

int openat(int directory, const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & (O_CREAT | __O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    if (control->is_read_only && writes(flags) && path[0] != '/' && is_refused(directory)) return -1;
    int file = (int)syscall(SYS_openat, directory, path, flags, mode);
    if (file >= 0 && (flags & O_CREAT) && (flags & O_EXCL) && path[0] != '/') put_down_name(directory, path);
    return file;
}

int openat64(int directory, const char *path, int flags, ...) __attribute__((alias("openat")));

ssize_t write(int file, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = REAL(write);
    if (is_refused(file) || is_too_long(file, end_of_write(file, count))) return -1;
    return put_down_write(file, real(file, bytes, count));
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = REAL(pwrite);
    if (is_refused(file) || is_too_long(file, offset + (off_t)count)) return -1;
    return put_down_write(file, real(file, bytes, count, offset));
}

ssize_t pwritev(int file, const struct iovec *parts, int number, off_t offset) {
    static ssize_t (*real)(int, const struct iovec *, int, off_t);
    if (!real) real = REAL(pwritev);
    off_t end = offset;
    for (int place = 0; place < number; place++) end += (off_t)parts[place].iov_len;
    return is_refused(file) || is_too_long(file, end) ? -1 : real(file, parts, number, offset);
}

int posix_fallocate(int file, off_t offset, off_t length) {
    static int (*real)(int, off_t, off_t);
    if (!real) real = REAL(posix_fallocate);
    return is_too_long(file, offset + length) ? ENOSPC : real(file, offset, length);
}

int ftruncate(int file, off_t length) {
    static int (*real)(int, off_t);
    if (!real) real = REAL(ftruncate);
    return is_refused(file) ? -1 : real(file, length);
}

int mkdirat(int directory, const char *path, mode_t mode) {
    static int (*real)(int, const char *, mode_t);
    if (!real) real = REAL(mkdirat);
    int result = is_refused(directory) ? -1 : real(directory, path, mode);
    if (result == 0) put_down_name(directory, path);
    return result;
}

int renameat(int from, const char *name, int to, const char *other) {
    static int (*real)(int, const char *, int, const char *);
    if (!real) real = REAL(renameat);
    if (is_refused(to) || real(from, name, to, other) != 0) return -1;
    put_down_renaming(from, name, to, other);
    return 0;
}

int unlinkat(int directory, const char *path, int flags) {
    static int (*real)(int, const char *, int);
    if (!real) real = REAL(unlinkat);
    return is_refused(directory) ? -1 : real(directory, path, flags);
}
