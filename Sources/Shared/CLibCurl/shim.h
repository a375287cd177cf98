#pragma once
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

/* libcurl's setters and getters take variable arguments, which Swift does not import: one wrapper for each type. */

static inline CURLcode chassis_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode chassis_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode chassis_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode chassis_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode chassis_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

typedef size_t (*chassis_curl_data_function)(char *data, size_t size, size_t count, void *context);

static inline CURLcode chassis_curl_set_data_function(
    CURL *handle, CURLoption option, chassis_curl_data_function function) {
    return curl_easy_setopt(handle, option, function);
}

typedef curl_socket_t (*chassis_curl_socket_function)(
    void *context, curlsocktype purpose, struct curl_sockaddr *address);

static inline CURLcode chassis_curl_set_socket_function(CURL *handle, chassis_curl_socket_function function) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, function);
}

typedef int (*chassis_curl_request_function)(
    void *context, char *peer, char *local, int peer_port, int local_port);

static inline CURLcode chassis_curl_set_request_function(CURL *handle, chassis_curl_request_function function) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, function);
}

static inline CURLcode chassis_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode chassis_curl_get_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLMcode chassis_curl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}

/* The result is a member of a union, which Swift does not see. */
static inline CURLcode chassis_curl_message_result(const CURLMsg *message) { return message->data.result; }

/* A macro with a cast, which Swift does not import. */
static inline CURLcode chassis_curl_initialise(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
