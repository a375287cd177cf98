/* What this machine can do at all, without Chassis: bare system calls and bare libpq.

     chassis-limits appends DIRECTORY THREADS BYTES SECONDS
         Each thread appends BYTES to a file of its own and makes them durable (fdatasync), one append at a time.
         Prints: appends a second.
     chassis-limits notify CONNINFO ROUNDS PAUSE_US
         Two processes on one queue table: one inserts and notifies, one waits for the notification and takes the row.
         Prints a line for each round: nanoseconds from sending the insert to the end of the taking commit. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void die(const char *what, const char *why) {
    fprintf(stderr, "chassis-limits: %s: %s\n", what, why);
    exit(1);
}

/* Appends */

struct appender {
    char path[4096];
    size_t bytes;
    int64_t until;
    long appends;
};

static void *append(void *argument) {
    struct appender *me = argument;
    int descriptor = open(me->path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) die(me->path, strerror(errno));
    char *line = malloc(me->bytes);
    memset(line, 'x', me->bytes);
    line[me->bytes - 1] = '\n';
    while (now_ns() < me->until) {
        if (write(descriptor, line, me->bytes) != (ssize_t)me->bytes) die(me->path, strerror(errno));
        if (fdatasync(descriptor) != 0) die(me->path, strerror(errno));
        me->appends++;
    }
    close(descriptor);
    unlink(me->path);
    free(line);
    return NULL;
}

static int appends(const char *directory, int threads, size_t bytes, double seconds) {
    struct appender *all = calloc(threads, sizeof *all);
    pthread_t *ids = calloc(threads, sizeof *ids);
    int64_t began = now_ns();
    for (int i = 0; i < threads; i++) {
        snprintf(all[i].path, sizeof all[i].path, "%s/append-%d", directory, i);
        all[i].bytes = bytes;
        all[i].until = began + (int64_t)(seconds * 1e9);
        if (pthread_create(&ids[i], NULL, append, &all[i]) != 0) die("pthread_create", strerror(errno));
    }
    long total = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        total += all[i].appends;
    }
    printf("%.1f\n", total / ((now_ns() - began) / 1e9));
    return 0;
}

/* Notify */

static PGconn *connect_to(const char *conninfo) {
    PGconn *connection = PQconnectdb(conninfo);
    if (PQstatus(connection) != CONNECTION_OK) die("connecting", PQerrorMessage(connection));
    return connection;
}

static PGresult *check(PGconn *connection, PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) die("a statement", PQerrorMessage(connection));
    return result;
}

static void run(PGconn *connection, const char *sql) { PQclear(check(connection, PQexec(connection, sql))); }

static void take(const char *conninfo, _Atomic int64_t *taken) {
    PGconn *connection = connect_to(conninfo);
    run(connection, "LISTEN limit_ready");
    PQclear(check(connection, PQprepare(connection, "take",
        "WITH taken AS (DELETE FROM limit_ready WHERE ctid = ANY (ARRAY (SELECT ctid FROM limit_ready"
        " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)) RETURNING id)"
        " INSERT INTO limit_lease SELECT id FROM taken RETURNING id", 0, NULL)));
    atomic_store(taken, -1);
    for (;;) {
        struct pollfd descriptor = {.fd = PQsocket(connection), .events = POLLIN};
        if (poll(&descriptor, 1, -1) < 0 && errno != EINTR) die("poll", strerror(errno));
        if (!PQconsumeInput(connection)) die("waiting", PQerrorMessage(connection));
        PGnotify *message;
        int told = 0;
        while ((message = PQnotifies(connection)) != NULL) {
            PQfreemem(message);
            told = 1;
        }
        if (!told) continue;
        PGresult *result = check(connection, PQexecPrepared(connection, "take", 0, NULL, NULL, NULL, 0));
        if (PQntuples(result) > 0) atomic_store(taken, now_ns());
        PQclear(result);
    }
}

static int notify(const char *conninfo, int rounds, int pause_us) {
    PGconn *connection = connect_to(conninfo);
    run(connection, "DROP TABLE IF EXISTS limit_ready, limit_lease;"
                    "CREATE TABLE limit_ready (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"
                    "CREATE TABLE limit_lease (id bigint PRIMARY KEY)");
    _Atomic int64_t *taken =
        mmap(NULL, sizeof *taken, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (taken == MAP_FAILED) die("mmap", strerror(errno));
    pid_t child = fork();
    if (child < 0) die("fork", strerror(errno));
    if (child == 0) take(conninfo, taken);
    while (atomic_load(taken) == 0) usleep(1000);
    PQclear(check(connection, PQprepare(connection, "put",
        "WITH put AS (INSERT INTO limit_ready DEFAULT VALUES RETURNING id)"
        " SELECT pg_notify('limit_ready', '') FROM put", 0, NULL)));
    srandom(1);
    for (int i = 0; i < rounds; i++) {
        usleep(pause_us + random() % (pause_us + 1));
        atomic_store(taken, 0);
        int64_t sent = now_ns();
        PQclear(check(connection, PQexecPrepared(connection, "put", 0, NULL, NULL, NULL, 0)));
        int64_t at;
        while ((at = atomic_load(taken)) == 0) {
            struct timespec nap = {.tv_nsec = 50000};
            nanosleep(&nap, NULL);
        }
        printf("%lld\n", (long long)(at - sent));
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    run(connection, "DROP TABLE limit_ready, limit_lease");
    PQfinish(connection);
    return 0;
}

int main(int count, char **words) {
    if (count == 6 && strcmp(words[1], "appends") == 0)
        return appends(words[2], atoi(words[3]), (size_t)atol(words[4]), atof(words[5]));
    if (count == 5 && strcmp(words[1], "notify") == 0) return notify(words[2], atoi(words[3]), atoi(words[4]));
    fprintf(stderr, "usage: chassis-limits appends DIRECTORY THREADS BYTES SECONDS\n"
                    "       chassis-limits notify CONNINFO ROUNDS PAUSE_US\n");
    return 2;
}
