/* chassis-guard: runs one program and answers for every process that comes of it.

     chassis-guard [--grace-ms N] [--memory-bytes N] [--total-memory-bytes N] [--cpu-seconds N] [--processes N]
                   [--open-files N] [--file-bytes N] [--stdin-file PATH] [--only-ports PORT,PORT...]
                   -- PROGRAM [ARGUMENT]...

   Descriptor 0 is the lifeline. When its other end is closed, because the worker is done with the program or because
   the worker died, the whole tree is asked to stop (SIGTERM), and killed after the grace (2000 ms by default). SIGTERM,
   SIGINT, SIGHUP and SIGQUIT do the same. So does the end of the program itself: what it left running goes with it.

   The guard is a subreaper: a process that leaves its session or outlives its parent becomes the guard's child, and is
   found there. The guard ends when no child is left, with the program's exit status or by the program's signal.

   The program gets a session and process group of its own, /dev/null (or the file) as its input, no other descriptor
   but 1 and 2, no blocked or ignored signal, no core file; it dies if the guard is killed. Memory, CPU time and file
   size are limits of each process. --processes is how many processes and threads may have come of the program: they are
   counted, and the memory of all of them is added up, five times a second. What goes beyond is killed at once, and said in a
   line that begins "exceeded: ". The kernel counts the processes of a user, those of all his programs: its limit is no more
   than a brake, which root does not have.

   With --only-ports the program has a network of its own, in which these ports of the loopback address are this host's, and
   which leads nowhere else.

   What kept the program from starting is one line on the lifeline if that is a socket, else on standard error. */
#define _GNU_SOURCE
#include "relay.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Exit statuses of the guard itself, as a shell uses them. */
enum { WRONG_USE = 125, NOT_STARTED = 126, NOT_FOUND = 127 };
/* How often what is left is killed again, and for how long before it is given up: only a process that the kernel
   cannot end, or that took another user's rights, outlives this. */
enum { KILL_ROUND_MS = 200, KILL_PATIENCE_MS = 10000 };
/* How often the memory and the number of all processes is looked at, and of how many at most. */
enum { LOOK_ROUND_MS = 200, LOOKED_LIMIT = 8192 };
/* How many more than its own the kernel lets a program have: as many may come of all the other programs of its user. */
enum { OTHERS_LIMIT = 4096 };
/* Strays that get their own SIGTERM; further ones are only killed. */
enum { ASKED_LIMIT = 256 };
/* When memory runs out the kernel takes the program before the guard and the worker. */
static const char oom_score[] = "500";

struct options {
    long long grace_ms, memory_bytes, total_memory_bytes, cpu_seconds, processes, open_files, file_bytes;
    const char *stdin_file;
    struct relay relay;
    char **program;
};

enum phase { RUNNING, ASKING, KILLING };

/* The program, and what is known of the processes that came of it. */
struct tree {
    pid_t program;
    int program_ended, status;
    enum phase phase;
    int64_t deadline;
    pid_t asked[ASKED_LIMIT];
    int asked_count;
};

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

__attribute__((format(printf, 1, 2))) static void report(const char *format, ...) {
    char line[512];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(line, sizeof line, format, values);
    va_end(values);
    if (length >= (int)sizeof line) length = sizeof line - 1;
    /* Neither way out is worth waiting for or failing over: the exit status says it too. */
    if (send(STDIN_FILENO, line, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && write(STDERR_FILENO, line, length) < 0) return;
}

/* ---- options ---- */

static int parse(int count, char **words, struct options *options) {
    *options = (struct options){2000, -1, -1, -1, -1, -1, -1, NULL, {.life = -1}, NULL};
    struct { const char *name; long long *value; } numbers[] = {
        {"--grace-ms", &options->grace_ms},       {"--memory-bytes", &options->memory_bytes},
        {"--cpu-seconds", &options->cpu_seconds}, {"--processes", &options->processes},
        {"--open-files", &options->open_files},   {"--file-bytes", &options->file_bytes},
        {"--total-memory-bytes", &options->total_memory_bytes},
    };
    for (int at = 1; at + 1 < count; at += 2) {
        if (strcmp(words[at], "--") == 0) {
            options->program = words + at + 1;
            return 1;
        }
        if (strcmp(words[at], "--stdin-file") == 0) {
            options->stdin_file = words[at + 1];
            continue;
        }
        if (strcmp(words[at], "--only-ports") == 0) {
            if (!relay_parse(&options->relay, words[at + 1])) return 0;
            continue;
        }
        size_t which = 0, known = sizeof numbers / sizeof numbers[0];
        while (which < known && strcmp(words[at], numbers[which].name) != 0) which++;
        if (which == known) return 0;
        char *end;
        errno = 0;
        *numbers[which].value = strtoll(words[at + 1], &end, 10);
        if (errno != 0 || *end != 0 || end == words[at + 1] || *numbers[which].value < 0) return 0;
    }
    return 0;
}

/* ---- the program's side of the fork ---- */

/* The processes and threads of this user. */
static long long tasks_of_user(void) {
    long long count = 0;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        char path[300];
        struct stat owner;
        snprintf(path, sizeof path, "/proc/%s/task", entry->d_name);
        if (stat(path, &owner) == 0 && owner.st_uid == getuid()) count += owner.st_nlink - 2;
    }
    if (processes) closedir(processes);
    return count;
}

/* Lowers a limit, its ceiling too, so that the program cannot take it back. */
static int limit(int resource, long long value, long long ceiling) {
    struct rlimit limits;
    if (value < 0) return 0;
    if (getrlimit(resource, &limits) != 0) return -1;
    if ((rlim_t)ceiling < limits.rlim_max) limits.rlim_max = ceiling;
    limits.rlim_cur = (rlim_t)value < limits.rlim_max ? (rlim_t)value : limits.rlim_max;
    return setrlimit(resource, &limits);
}

static int apply_limits(const struct options *options) {
    long long tasks = options->processes;
    /* In a user namespace of its own nobody else's count. */
    if (tasks >= 0 && !options->relay.has_own_users) tasks += tasks_of_user() + OTHERS_LIMIT;
    if (limit(RLIMIT_CORE, 0, 0) != 0) return -1;
    if (limit(RLIMIT_CPU, options->cpu_seconds, options->cpu_seconds + 1) != 0) return -1;
    if (limit(RLIMIT_NOFILE, options->open_files, options->open_files) != 0) return -1;
    if (limit(RLIMIT_FSIZE, options->file_bytes, options->file_bytes) != 0) return -1;
    if (limit(RLIMIT_NPROC, tasks, tasks) != 0) return -1;
    return limit(RLIMIT_AS, options->memory_bytes, options->memory_bytes);
}

static void prefer_for_out_of_memory(void) {
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    /* A score that may not be raised only makes the kernel's choice less kind. */
    if (write(file, oom_score, sizeof oom_score - 1) < 0) errno = 0;
    close(file);
}

static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What went wrong before the program ran: goes through a pipe that a successful exec closes. */
struct fault {
    int number;
    char what[256];
};

static _Noreturn void fail(int faults, const char *what) {
    struct fault fault = {.number = errno};
    snprintf(fault.what, sizeof fault.what, "%s", what);
    if (write(faults, &fault, sizeof fault) < 0) _exit(NOT_STARTED);
    _exit(NOT_STARTED);
}

static const char no_network[] =
    "no network of its own can be made for the program; give the worker CAP_SYS_ADMIN, allow user namespaces, or leave "
    "out network";
static const char no_more_networks[] =
    "no network of its own can be made for the program, since no more namespaces may be made; raise "
    "/proc/sys/user/max_user_namespaces and max_net_namespaces, give the worker CAP_SYS_ADMIN, or leave out network";

static _Noreturn void become(struct options *options, pid_t guard, int faults) {
    if (setsid() < 0) fail(faults, "setsid");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(faults, "prctl");
    if (getppid() != guard) _exit(NOT_STARTED);
    prefer_for_out_of_memory();
    const char *input = options->stdin_file ? options->stdin_file : "/dev/null";
    int file = open(input, O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(faults, "the input file");
    if (dup2(file, STDIN_FILENO) < 0) fail(faults, "dup2");
    if (options->relay.count > 0 && relay_isolate(&options->relay) != 0)
        fail(faults, errno == ENOSPC ? no_more_networks : no_network);
    if (apply_limits(options) != 0) fail(faults, "setrlimit");
    reset_signals();
    execvp(options->program[0], options->program);
    fail(faults, "exec");
}

/* Whether the other end of the lifeline is closed; what may have been written to it is thrown away. */
static int lifeline_cut(void) {
    char rest[256];
    ssize_t length = read(STDIN_FILENO, rest, sizeof rest);
    return length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR);
}

/* Waits until the program runs or could not be started, or until the guard is asked to stop: what is to become the program
   may hang before, as at a named pipe that nobody writes since the worker died, and is ended like the program then.
   Returns whether there is a fault. */
static int read_fault(int faults, int signals, struct fault *fault) {
    struct pollfd events[3] = {
        {.fd = faults, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (;;) {
        if (poll(events, 3, -1) <= 0) continue;
        if (events[0].revents != 0) {
            ssize_t length = read(faults, fault, sizeof *fault);
            if (length < 0 && errno == EINTR) continue;
            return length == sizeof *fault;
        }
        if (events[1].revents != 0 && lifeline_cut()) return 0;
        struct signalfd_siginfo received;
        if (events[2].revents == 0 || read(signals, &received, sizeof received) != sizeof received
            || received.ssi_signo == SIGCHLD)
            continue;
        /* For who watches the program. */
        raise(received.ssi_signo);
        return 0;
    }
}

/* Returns the program's process, or ends the guard when it could not be started. */
static pid_t start(struct options *options, int signals) {
    int faults[2];
    pid_t guard = getpid(), program = -1;
    if (options->relay.count > 0 && relay_begin(&options->relay) != 0) {
        report("the relay: %s\n", strerror(errno));
        exit(NOT_STARTED);
    }
    if (pipe2(faults, O_CLOEXEC) == 0) program = fork();
    if (program < 0) {
        report("fork: %s\n", strerror(errno));
        exit(NOT_STARTED);
    }
    if (program == 0) become(options, guard, faults[1]);
    close(faults[1]);
    if (options->relay.count > 0) close(options->relay.handover);
    struct fault fault;
    int has_failed = read_fault(faults[0], signals, &fault);
    close(faults[0]);
    if (!has_failed) return program;
    report("%s: %s\n", fault.what, strerror(fault.number));
    exit(fault.number == ENOENT ? NOT_FOUND : NOT_STARTED);
}

/* ---- the guard's side ---- */

static int was_asked(struct tree *tree, pid_t process) {
    for (int at = 0; at < tree->asked_count; at++)
        if (tree->asked[at] == process) return 1;
    if (tree->asked_count < ASKED_LIMIT) tree->asked[tree->asked_count++] = process;
    return 0;
}

static void signal_each(struct tree *tree, int number, int *group_lives) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *children = fopen(path, "re");
    for (int process; children && fscanf(children, "%d", &process) == 1;) {
        if (getpgid(process) == tree->program) {
            *group_lives = 1;
        } else if (number == SIGKILL) {
            kill(process, SIGKILL);
        } else if (!was_asked(tree, process)) {
            kill(process, number);
            kill(process, SIGCONT);
        }
    }
    if (children) fclose(children);
}

/* Signals the program's group and every child outside it. A group whose leader was reaped is signalled only while a
   child of ours is in it: else its number may already be another's. */
static void signal_tree(struct tree *tree, int number, int group_too) {
    int group_lives = !tree->program_ended;
    signal_each(tree, number, &group_lives);
    if (!group_too || !group_lives) return;
    kill(-tree->program, number);
    if (number != SIGKILL) kill(-tree->program, SIGCONT);
}

static void begin_asking(struct tree *tree, const struct options *options) {
    if (tree->phase != RUNNING) return;
    tree->phase = ASKING;
    tree->deadline = now_ms() + options->grace_ms;
    signal_tree(tree, SIGTERM, 1);
}

/* What the processes that came of the program take, all together. */
struct use {
    long long bytes, tasks;
};

/* The memory of a process: quickly, with pages that forked processes share counted in each of them, or exactly. */
static long long memory_of(pid_t process, int exactly) {
    char path[64], line[128];
    long long total = 0, resident = 0, shared = 0;
    snprintf(path, sizeof path, exactly ? "/proc/%d/smaps_rollup" : "/proc/%d/statm", process);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    if (!exactly) {
        if (fscanf(file, "%lld %lld %lld", &total, &resident, &shared) == 3) total = (resident - shared) * sysconf(_SC_PAGESIZE);
    } else {
        while (fgets(line, sizeof line, file))
            if (sscanf(line, "Pss: %lld kB", &total) == 1) break;
        total *= 1024;
    }
    fclose(file);
    return total;
}

/* Adds the children of a process to a list; returns its new length. */
static int add_children(pid_t process, pid_t *found, int count, long long *tasks) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *threads = opendir(path);
    for (struct dirent *entry; threads && (entry = readdir(threads));) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        ++*tasks;
        snprintf(path, sizeof path, "/proc/%d/task/%s/children", process, entry->d_name);
        FILE *children = fopen(path, "re");
        for (int child; children && count < LOOKED_LIMIT && fscanf(children, "%d", &child) == 1;) found[count++] = child;
        if (children) fclose(children);
    }
    if (threads) closedir(threads);
    return count;
}

static struct use use_of_tree(const struct options *options, int exactly) {
    static pid_t found[LOOKED_LIMIT];
    struct use use = {0, 0};
    long long own_tasks = 0;
    int count = add_children(getpid(), found, 0, &own_tasks);
    for (int at = 0; at < count; at++) {
        if (options->relay.count > 0 && found[at] == options->relay.process) continue;
        use.bytes += memory_of(found[at], exactly);
        count = add_children(found[at], found, count, &use.tasks);
    }
    return use;
}

/* Whether the guard has to look at what all processes take. */
static int looks(const struct options *options) {
    return options->total_memory_bytes >= 0 || options->processes >= 0;
}

/* Kills the tree when it takes more than it may. */
static void check_use(struct tree *tree, const struct options *options) {
    if (tree->phase != RUNNING || !looks(options)) return;
    struct use use = use_of_tree(options, 0);
    long long most = options->total_memory_bytes;
    if (most >= 0 && use.bytes > most && (use = use_of_tree(options, 1)).bytes > most)
        report("exceeded: its processes together took %lld bytes of memory, more than %lld (limits.total_memory)\n", use.bytes, most);
    else if (options->processes >= 0 && use.tasks > options->processes)
        report("exceeded: it had %lld processes and threads, more than %lld (limits.processes)\n", use.tasks, options->processes);
    else
        return;
    tree->phase = KILLING;
    tree->deadline = now_ms() + KILL_PATIENCE_MS;
}

/* Returns 0 when no child is left. */
static int reap(struct tree *tree) {
    for (;;) {
        int status;
        pid_t process = waitpid(-1, &status, WNOHANG);
        if (process == 0) return 1;
        if (process < 0) return errno == EINTR ? 1 : 0;
        if (process != tree->program) continue;
        tree->program_ended = 1;
        tree->status = status;
    }
}

/* Does what the phase asks for; returns 0 when what is left must be given up. */
static int press(struct tree *tree) {
    if (tree->phase == ASKING) {
        if (now_ms() < tree->deadline) {
            signal_tree(tree, SIGTERM, 0);
            return 1;
        }
        tree->phase = KILLING;
        tree->deadline = now_ms() + KILL_PATIENCE_MS;
    }
    if (tree->phase == KILLING) {
        if (now_ms() >= tree->deadline) return 0;
        signal_tree(tree, SIGKILL, 1);
    }
    return 1;
}

static int next_wait(const struct tree *tree, const struct options *options) {
    if (tree->phase == RUNNING) return looks(options) ? LOOK_ROUND_MS : -1;
    if (tree->phase == KILLING) return KILL_ROUND_MS;
    int64_t left = tree->deadline - now_ms();
    return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

static void watch(struct tree *tree, struct options *options, int signals) {
    struct pollfd events[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    while (reap(tree)) {
        if (tree->program_ended) {
            relay_end(&options->relay);
            begin_asking(tree, options);
        }
        check_use(tree, options);
        if (!press(tree)) {
            report("left behind: processes that could not be killed within %d ms\n", KILL_PATIENCE_MS);
            return;
        }
        if (poll(events, 2, next_wait(tree, options)) <= 0) continue;
        if (events[0].revents != 0 && lifeline_cut()) {
            events[0].fd = -1;
            begin_asking(tree, options);
        }
        struct signalfd_siginfo received;
        if (events[1].revents != 0 && read(signals, &received, sizeof received) == sizeof received
            && received.ssi_signo != SIGCHLD)
            begin_asking(tree, options);
    }
}

/* Ends as the program ended. */
static int pass_on(const struct tree *tree) {
    if (!tree->program_ended) return NOT_STARTED;
    if (!WIFSIGNALED(tree->status)) return WEXITSTATUS(tree->status);
    reset_signals();
    raise(WTERMSIG(tree->status));
    return 128 + WTERMSIG(tree->status);
}

int main(int count, char **words) {
    struct options options;
    if (!parse(count, words, &options)) {
        fprintf(stderr, "usage: %s [--grace-ms N] [--memory-bytes N] [--total-memory-bytes N] [--cpu-seconds N] [--processes N]"
                        " [--open-files N] [--file-bytes N] [--stdin-file PATH] [--only-ports PORT,PORT...]"
                        " -- PROGRAM [ARGUMENT]...\n", words[0]);
        return WRONG_USE;
    }
    close_range(STDERR_FILENO + 1, ~0U, 0);
    struct rlimit no_core = {0, 0};
    sigset_t all, watched;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&watched);
    for (const int *number = (int[]){SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, 0}; *number; number++)
        sigaddset(&watched, *number);
    int signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    /* An inherited SIG_IGN of SIGCHLD would throw the program's status away. */
    signal(SIGCHLD, SIG_DFL);
    if (signals < 0 || setrlimit(RLIMIT_CORE, &no_core) != 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
        report("the guard: %s\n", strerror(errno));
        return NOT_STARTED;
    }
    struct tree tree = {.program = start(&options, signals), .phase = RUNNING};
    watch(&tree, &options, signals);
    return pass_on(&tree);
}
