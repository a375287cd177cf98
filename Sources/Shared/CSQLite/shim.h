#pragma once
#include <sqlite3.h>

/* What Swift cannot call: functions with a variable list of arguments, and constants that are casts. */
static inline int chassis_sqlite_configure(sqlite3 *database, int option, int value) {
    return sqlite3_db_config(database, option, value, (int *)0);
}
static inline int chassis_sqlite_bind_text(sqlite3_stmt *statement, int place, const char *text, int count) {
    return sqlite3_bind_text(statement, place, text, count, SQLITE_TRANSIENT);
}
