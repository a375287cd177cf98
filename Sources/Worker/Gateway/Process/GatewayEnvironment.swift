import Glibc

/// What a gateway finds of its worker's environment.
///
/// Between its start and the moment at which it makes itself private, whoever runs as its user can read the environment that it
/// was started with. So it is started with what the system and its libraries need, in which there are no secrets; what libpq
/// reads, a password among it, comes with the settings, and nothing else comes at all.
enum GatewayEnvironment {
    private static let plainNames: Set<String> = [
        "PATH", "HOME", "TMPDIR", "LANG", "LANGUAGE", "TZ", "TZDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "KRB5_CONFIG",
        "KRB5CCNAME",
        "GLIBC_TUNABLES", "RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES",
        "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS",
    ]
    /// The last two are for tests: they break things at named places and in preloaded libraries, such as `Benchmarks/faults`.
    private static let plainBeginnings = [
        "LC_", "LD_", "MALLOC_", "OPENSSL_", "SWIFT_", "CHASSIS_FAILPOINT", "CHASSIS_SHIM_",
    ]

    /// What the process is started with.
    static func plain(of all: [String: String]) -> [String: String] {
        all.filter { name, _ in plainNames.contains(name) || plainBeginnings.contains { name.hasPrefix($0) } }
    }

    /// What it is told over its socket: the variables of libpq.
    static func told(of all: [String: String]) -> [String: String] {
        all.filter { name, _ in name.hasPrefix("PG") }
    }

    /// Puts what was told into the environment, where it is not seen from outside; before anything else reads that.
    static func take(_ told: [String: String]) {
        for (name, value) in told { precondition(setenv(name, value, 1) == 0, "\(name) is no name of a variable") }
    }
}
