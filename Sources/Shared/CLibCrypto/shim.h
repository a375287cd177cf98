#pragma once
/* SHA256_Init and its kin hash without the providers, which are loaded at the first use of anything else: two
   megabytes, see docs/decisions/0038. OpenSSL 3 calls them deprecated. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
